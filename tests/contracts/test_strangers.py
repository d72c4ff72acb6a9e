"""Every route, walked as nobody, as another company and as every role."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.accounts.permissions import ROLES
from tests.contracts.document import operations
from tests.contracts.provoked import TABLE
from tests.contracts.stage import Stage
from tests.factories.companies import join

pytestmark = pytest.mark.one_database
PUBLIC = ("GET /listings", "GET /listings/{listing_id}", "GET /listings/{listing_id}/free",
          "GET /service-codes")
# Of a public thing, about the asker itself; and what members may know of every company.
ONES_OWN = ("GET /listings/{listing_id}/quota", "GET /companies/{company_id}/record")
HIDDEN = (404, 403)


@pytest.fixture
def stage(app, api, market) -> Stage:
    """A market with something in every list."""
    return Stage(app, api, market)


@pytest.mark.parametrize("name", sorted(operations()))
def test_nobody_gets_nothing_private(stage, name):
    """Without a token a private operation is 401; a public one answers."""
    method, request = name.partition(" ")[0], TABLE[name].valid(stage)

    answer = stage.send(method, request, who="nobody")

    assert answer.status_code == (200 if name in PUBLIC else 401)


@pytest.mark.parametrize("name", sorted(
    each for each in operations()
    if re.search(r"\{\w+\}", each) and each not in PUBLIC + ONES_OWN))
def test_another_company_may_not_know_that_it_exists(stage, name):
    """What belongs to somebody else is 404 to a stranger, and 403 where only staff may ask."""
    method, request = name.partition(" ")[0], TABLE[name].valid(stage)

    answer = stage.send(method, request, who="stranger")

    staff_only = request.who == "operator"
    assert answer.status_code == (403 if staff_only else 404)
    assert stage.send(method, request).status_code < 300   # it was there all the time


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_answered(stage, role):
    """Owner, planner, finance and viewer get an answer to every operation, never 5xx."""
    tokens = {who: join(stage.party(who).company, role).token for who in ("buyer", "seller")}
    seen = {}
    for name in sorted(operations()):
        request = TABLE[name].valid(stage)
        token = tokens.get(request.who, tokens["buyer"])
        seen[name] = stage.send(name.partition(" ")[0], request, token=token).status_code

    assert {name: status for name, status in seen.items()
            if not (status < 300 or status in HIDDEN)} == {}
    if role == "viewer":
        writes = {name: status for name, status in seen.items()
                  if not name.startswith("GET ") and status < 300}
        assert set(writes) <= {"POST /quotes", "POST /listings/together", "POST /series/preview",
                               "POST /tokens", "DELETE /tokens/{token_id}",
                               "POST /notices/read", "PUT /notice-choices",
                               "POST /calendar-feeds"}


def routes(app: Flask) -> list[str]:
    """Every path that answers GET, its numbers and names filled with what nobody has."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            path = re.sub(r"<(?:int|float):\w+>", "999999", rule.rule)
            found.append(re.sub(r"<(?:\w+:)?\w+>", "x", path))
    return sorted(set(found))


def log_in(client: FlaskClient, stage: Stage, who: str) -> None:
    """A browser's session of a member, as the log-in page leaves it."""
    member = stage.market.operator if who == "operator" else stage.party(who).member
    with client.session_transaction() as session:
        session["member_id"] = member.id
        session["epoch"] = member.session_epoch


@pytest.mark.parametrize("who", ["nobody", "buyer", "seller", "operator"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_answers_everybody(app, stage, who, lang):
    """No page and no address of the API answers 5xx, whoever asks, in either language."""
    browser = app.test_client()
    if who != "nobody":
        log_in(browser, stage, who)

    broken = {path: answer.status_code for path in routes(app)
              if (answer := browser.get(path, query_string={"lang": lang})).status_code >= 500
              and path != "/readyz"}

    assert broken == {}
