"""kill -9 of a web worker between any two statements of a use case leaves no trace of it."""

from __future__ import annotations

import http.client
import itertools
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace import verify
from marketplace.core import clock
from marketplace.core.db import Base, db
from marketplace.core.money import Money
from marketplace.core.transaction import transaction
from marketplace.planning.models import PlanPart, PlanRun
from tests.factories import place
from tests.factories.companies import create_party
from tests.factories.listings import create_listing
from tests.factories.resources import ALWAYS, create_resource
from tests.races.server import Answer, Client, Server

pytestmark = pytest.mark.usefixtures("no_deadlock")
MOST_STEPS = 80
WRITTEN = ("quote", "hold", "booking", "claim", "idempotency_key", "audit_entry",
           "outbox_message", "job", "operation", "plan_run", "plan_part")


def everything(app: Flask) -> dict[str, list[tuple[Any, ...]]]:
    """All committed rows of the tables that these use cases write."""
    with app.app_context():
        return {name: [tuple(row) for row in db.session.execute(
            select(Base.metadata.tables[name]).order_by(Base.metadata.tables[name].c.id))]
            for name in WRITTEN}


class Stage:
    """A machine and one buyer; every attempt gets an hour of its own."""

    def __init__(self, server: Server) -> None:
        seller, buyer = create_party(), create_party()
        self.listing = create_listing(create_resource(seller.company, ALWAYS))
        self.client = server.client(buyer.token, keep_open=False)
        first = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
        self.hours = (first + timedelta(hours=hour) for hour in itertools.count())

    def quote_request(self) -> tuple[str, Any]:
        """Ask for a quote."""
        start = next(self.hours)
        return "/quotes", {"listing_id": self.listing.id, "start": start.isoformat(),
                           "end": (start + timedelta(hours=1)).isoformat()}

    def hold_request(self) -> tuple[str, Any]:
        """Hold a quote."""
        return "/holds", {"quote_id": self.made(self.quote_request())["items"][0]["id"]}

    def book_quote_request(self) -> tuple[str, Any]:
        """Book a quote."""
        return "/bookings", {"quote_id": self.made(self.quote_request())["items"][0]["id"]}

    def book_hold_request(self) -> tuple[str, Any]:
        """Book a hold."""
        return "/bookings", {"hold_id": self.made(self.hold_request())["id"]}

    def cancel_request(self) -> tuple[str, Any]:
        """Cancel a booking."""
        return f"/bookings/{self.made(self.book_quote_request())['id']}/cancel", {}

    def job_request(self) -> tuple[str, Any]:
        """Write a job of one operation down."""
        start = next(self.hours)
        return "/jobs", {
            "code": uuid.uuid4().hex[:12], "title": "轴", "release": start.isoformat(),
            "due": (start + timedelta(days=2)).isoformat(),
            "operations": [{"service_code": "3.2.1", "minutes": 60}]}

    def plan_request(self) -> tuple[str, Any]:
        """Ask for a plan of a job."""
        return "/plans", {"job_ids": [self.made(self.job_request())["id"]]}

    def accept_request(self) -> tuple[str, Any]:
        """Accept a plan of one part, written down as a worker would."""
        job = self.made(self.job_request())
        plan = self.made(("/plans", {"job_ids": [job["id"]]}), 202)["id"]
        start = next(self.hours)
        with place.context(), transaction():
            db.session.get_one(PlanRun, plan).state = "solved"
            db.session.add(PlanPart(
                plan_run_id=plan, job_id=job["id"], operation_id=job["operations"][0]["id"],
                listing_id=self.listing.id, resource_id=self.listing.resource_id,
                mode="time_slice", starts=start, ends=start + timedelta(hours=1),
                price=Money(12_000)))
        return f"/plans/{plan}/accept", {}

    def made(self, request: tuple[str, Any], status: int = 201) -> Any:
        """What a request that nobody disturbs brings."""
        answer = self.client.post(*request)
        assert answer.status == status, answer.body
        return answer.body


USE_CASES: dict[str, Callable[[Stage], tuple[str, Any]]] = {
    "quote": Stage.quote_request, "hold": Stage.hold_request,
    "book_quote": Stage.book_quote_request, "book_hold": Stage.book_hold_request,
    "cancel": Stage.cancel_request, "job": Stage.job_request, "plan": Stage.plan_request,
    "accept": Stage.accept_request}


def attempt(client: Client, request: tuple[str, Any], key: str, **headers: str) -> Answer | None:
    """The answer, or None when the worker was killed before it gave one."""
    try:
        return client.post(*request, key=key, **headers)
    except (OSError, http.client.HTTPException):
        return None


@pytest.mark.parametrize("use_case", USE_CASES)
def test_a_worker_killed_at_any_step_leaves_no_trace(app, killable, use_case):
    """Before each statement in turn: nothing of the attempt stays, and its retry happens once."""
    stage = Stage(killable)
    for number in range(1, MOST_STEPS):
        request, key = USE_CASES[use_case](stage), uuid.uuid4().hex
        before = everything(app)

        answer = attempt(stage.client, request, key, X_Kill_Before=str(number))
        if answer is not None:
            assert answer.status in (200, 201, 202), answer.body
            break

        assert everything(app) == before
        retried = stage.client.post(*request, key=key)
        again = stage.client.post(*request, key=key)
        assert retried.status in (200, 201, 202), retried.body
        assert (again.body, again.headers["Idempotency-Replayed"]) == (retried.body, "true")
    assert 5 < number < MOST_STEPS - 1
    with app.app_context():
        assert verify.run().clean


def test_a_worker_killed_after_its_commit_has_done_it_once(app, killable):
    """The answer never left, the work is done: the retry gets the first answer, not a second."""
    stage = Stage(killable)
    for make_request in USE_CASES.values():
        request, key = make_request(stage), uuid.uuid4().hex

        lost = attempt(stage.client, request, key, X_Kill_After="1")
        after = everything(app)
        retried = stage.client.post(*request, key=key)

        assert lost is None
        assert retried.status in (200, 201, 202)
        assert retried.headers.get("Idempotency-Replayed") == "true"
        assert everything(app) == after
