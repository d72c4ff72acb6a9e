"""Every operation answers every status that it documents, and no other."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from marketplace.accounts.permissions import SCOPES
from tests.contracts.document import needs_key, operations, statuses
from tests.contracts.provoked import TABLE
from tests.contracts.provoking import NOBODYS
from tests.contracts.stage import Request, Stage

pytestmark = pytest.mark.one_database
PROBLEM = "application/problem+json"


@pytest.fixture
def stage(app, api, market) -> Stage:
    """A market to provoke."""
    return Stage(app, api, market)


def test_every_operation_is_in_the_registry():
    """An operation that is documented has a valid request, and the registry has no ghosts."""
    assert set(TABLE) == set(operations())


def unauthenticated(stage: Stage, method: str, request: Request) -> TestResponse:
    """A token that nobody has."""
    return stage.send(method, request, who="wrong")


def forbidden(stage: Stage, method: str, request: Request) -> TestResponse:
    """The first token of one scope that is not the one it takes."""
    answers = [stage.send(method, request, token=stage.scoped(request.who, scope))
               for scope in SCOPES]
    return next((each for each in answers if each.status_code == 403), answers[0])


def not_found(stage: Stage, method: str, request: Request) -> TestResponse:
    """A number that nothing has."""
    path = re.sub(r"/\d+(?=/|$)", f"/{NOBODYS}", request.path, count=1)
    return stage.send(method, request, path=path)


def invalid(stage: Stage, method: str, request: Request) -> TestResponse:
    """A name that no schema knows; without a body, a retry key that was another request's."""
    if method == "GET":
        return stage.send(method, request, query={"nonsense": "1"})
    if request.body is not None:
        return stage.send(method, request, body=request.body | {"nonsense": 1})
    used = {"Idempotency-Key": "used"}
    stage.api.as_(stage.tokens[request.who]).post("/quotes", stage.wish(), key="used")
    return stage.send(method, request, headers=used)


def unreadable(stage: Stage, method: str, request: Request) -> TestResponse:
    """No retry key where one is needed, else a body that is no JSON."""
    operation = next(value for name, value in operations().items()
                     if name.startswith(method) and matches(name, request.path))
    if needs_key(operation):
        return stage.send(method, request, headers={"Idempotency-Key": ""})
    return stage.api.client.open(
        "/api/v1" + request.path, method=method, data="{", content_type="application/json",
        headers={"Authorization": f"Bearer {stage.tokens[request.who]}"} | request.headers)


def matches(name: str, path: str) -> bool:
    """True when a path belongs to an operation's template."""
    template = name.partition(" ")[2]
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) is not None


def too_often(stage: Stage, method: str, request: Request) -> TestResponse:
    """A token that may ask once a minute asks twice."""
    stage.app.extensions["token_limit"] = 1
    try:
        stage.send(method, request)
        return stage.send(method, request)
    finally:
        stage.app.extensions["token_limit"] = 0


GENERIC: dict[int, Callable[[Stage, str, Request], TestResponse]] = {
    400: unreadable, 401: unauthenticated, 403: forbidden, 404: not_found, 422: invalid,
    429: too_often}


def provoke(stage: Stage, name: str, status: int) -> TestResponse:
    """Send what should be answered with the status."""
    method, entry = name.partition(" ")[0], TABLE[name]
    if status in entry.other:
        return stage.send(method, entry.other[status](stage))
    request = entry.valid(stage)
    if status in GENERIC:
        return GENERIC[status](stage, method, request)
    return stage.send(method, request)


@pytest.mark.parametrize("name", sorted(operations()))
def test_every_documented_status_is_provoked(stage, name):
    """Each status of an operation is got by a request; refusals are problems with our code."""
    found = {}
    special = TABLE[name].other
    for status in sorted(statuses(operations()[name]), key=lambda each: (each in special, each)):
        answer = provoke(stage, name, status)
        found[status] = answer.status_code
        if answer.status_code >= 400:
            assert answer.content_type == PROBLEM, (status, answer.data)
            assert answer.json["status"] == answer.status_code

    assert found == {status: status for status in found}


def test_a_status_that_nobody_provokes_is_noticed():
    """The registry has no entry for a made-up status: it would be sent as a valid request."""
    assert 418 not in GENERIC
    assert not any(418 in entry.other for entry in TABLE.values())
