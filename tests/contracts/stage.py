"""What the operations are provoked on: a market, two of everything, and how to make more."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from marketplace.core.db import db
from marketplace.planning import services as planning
from marketplace.planning.services import PlanRequest
from marketplace.worker import solve_one
from tests.api import Api
from tests.clocks import shanghai
from tests.factories.companies import Party, create_company, create_token, join
from tests.factories.jobs import create_job, job_body
from tests.factories.market import Market
from tests.factories.resources import create_resource, create_site, create_unavailability


@dataclass(frozen=True)
class Request:
    """One request, valid or not; `who` names the token it is sent with."""

    path: str
    body: Any = None
    who: str = "buyer"
    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] | None = None   # name and bytes by field


class Stage:
    """A market whose parties make what a request needs."""

    def __init__(self, app: Flask, api: Api, market: Market) -> None:
        self.app, self.api, self.market = app, api, market
        self.tokens = {"buyer": market.buyer.token, "seller": market.seller.token,
                       "stranger": market.stranger.token, "operator": market.operator_token,
                       "nobody": None, "wrong": "gf_wrong"}
        self.days = itertools.count(2)
        self.numbers = itertools.count(1)

    def send(self, method: str, request: Request, **changes: Any) -> TestResponse:
        """Send a request; `changes` replace its parts, `token` its token."""
        token = changes.pop("token", self.tokens[changes.pop("who", request.who)])
        headers = request.headers | changes.pop("headers", {})
        path = changes.pop("path", request.path)
        query = request.query | changes.pop("query", {})
        if query:
            path += "?" + "&".join(f"{name}={value}" for name, value in query.items())
        if request.files is not None:
            return self.api.as_(token).upload(path, request.files)
        return self.api.as_(token).call(method, path, changes.pop("body", request.body), headers)

    def party(self, who: str) -> Party:
        """A company with its member."""
        found: Party = getattr(self.market, who)
        return found

    def scoped(self, who: str, scope: str) -> str:
        """A token of that member with one scope only."""
        member = self.market.operator if who == "operator" else self.party(who).member
        return create_token(member, (scope,))

    def wish(self, **changes: Any) -> dict[str, Any]:
        """A wish for two hours of a day that nobody else asks for."""
        day = next(self.days)
        return self.market.wish(start=shanghai(day, 10), end=shanghai(day, 12), **changes)

    def made(self, path: str, body: Any, who: str = "buyer") -> Any:
        """What a valid POST brings."""
        answer = self.api.as_(self.tokens[who]).post(path, body)
        assert answer.status_code in (201, 202), answer.json
        return answer.json

    def quote(self) -> int:
        """A quote of the buyer."""
        return int(self.made("/quotes", self.wish())["items"][0]["id"])

    def hold(self) -> int:
        """A hold of the buyer."""
        return int(self.made("/holds", {"quote_id": self.quote()})["id"])

    def booking(self) -> int:
        """A booking of the buyer."""
        return int(self.made("/bookings", self.wish())["id"])

    def job(self) -> int:
        """An open job of the buyer."""
        return create_job(self.market.buyer.actor).id

    def job_body(self, **changes: Any) -> dict[str, Any]:
        """A job as JSON."""
        return job_body(**changes)

    def plan(self, solved: bool = False) -> int:
        """A plan of one new job, waiting or made."""
        job = self.job()
        with self.app.app_context():
            run = planning.request_plan(self.market.buyer.actor, PlanRequest((job,), 2)).id
            while solved and solve_one(self.app, threading.Event()):
                pass   # older plans are made first
            db.session.remove()
        return run

    def accepted(self) -> int:
        """A plan that was accepted."""
        plan = self.plan(solved=True)
        answer = self.api.post(f"/plans/{plan}/accept")
        assert answer.status_code == 200, answer.json
        return plan

    def machine(self) -> int:
        """A machine of the seller that is not listed."""
        return create_resource(self.market.seller.company).id

    def site(self) -> int:
        """A site of the seller."""
        return create_site(self.market.seller.company).id

    def fact(self, *, over: bool = False) -> int:
        """A breakdown that begins tomorrow, or one that is over."""
        start = shanghai(-2 if over else 1, 8)
        return create_unavailability(
            self.market.resource, start, start + timedelta(hours=4)).id

    def member(self) -> int:
        """A planner of the buyer's company."""
        return join(self.market.buyer.company, "planner").member.id

    def pending(self, state: str = "pending") -> int:
        """A company that waits for its verification, or was refused it."""
        return create_company(state=state, verified_at=None).id

    def code(self) -> str:
        """A code that nothing has yet."""
        return f"NEW-{next(self.numbers)}"
