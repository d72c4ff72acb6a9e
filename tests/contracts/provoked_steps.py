"""What the steps of a booking are provoked with: one booking in the state that each needs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marketplace.bookings import lifecycle
from marketplace.bookings.models import Booking
from marketplace.bookings.steps_api import STEPS
from marketplace.capacity import services as capacity
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from tests.contracts.provoking import Make, Provoked
from tests.contracts.stage import Request, Stage

WHO = {lifecycle.BUYER: "buyer", lifecycle.SELLER: "seller", lifecycle.OPERATOR: "operator"}
NOW = ("check_in", "no_show", "start", "abort", "deliver")   # steps of the hour of the work


def booking_in(stage: Stage, state: str, *, now: bool) -> int:
    """A booking put into a state; `now`: its work began an hour ago and lasts another."""
    booking_id = stage.booking()
    with stage.app.app_context(), transaction():
        row = db.session.get_one(Booking, booking_id)
        row.state, row.answer_by = state, clock.now() + timedelta(hours=1)
        if state == lifecycle.REQUESTED:
            capacity.release("booking", booking_id)
        if now:
            row.starts = clock.now() - timedelta(hours=1)
            row.ends = clock.now() + timedelta(hours=1)
            row.grace_minutes = 120 if state == lifecycle.CONFIRMED else 30
    return booking_id


def later(stage: Stage, booking_id: int) -> str:
    """Four hours after the start of a booking, when nobody else has asked for the machine."""
    with stage.app.app_context():
        starts = db.session.get_one(Booking, booking_id).starts
    return (starts + timedelta(hours=4)).isoformat()


def body_of(stage: Stage, action: str, booking_id: int) -> Any:
    """A valid body of a step."""
    if action in ("move", "propose_move"):
        return {"start": later(stage, booking_id)}
    if action == "counter":
        return {"total": {"amount": "120.00", "currency": "CNY"}}
    if action == "hand_over":
        return {"member_id": stage.member()}
    return {"reason": "量过了"} if action in ("abort", "dispute", "resolve") else {}


def step(action: str, *, late: bool = False, version: str = "") -> Make:
    """A step as its side makes it; `late`: from a state that has no way on."""
    row = next(each for each in lifecycle.TABLE
               if each.action == action and each.source != lifecycle.HELD
               and each.by & set(WHO))
    who = WHO[sorted(row.by & set(WHO))[0]]

    def make(stage: Stage) -> Request:
        state = lifecycle.SETTLED if late else row.source
        booking_id = booking_in(stage, state, now=action in NOW)
        if action == "no_show" and not late:
            with stage.app.app_context(), transaction():
                db.session.get_one(Booking, booking_id).grace_minutes = 30
        headers = {"If-Match": version} if version else {}
        return Request(f"/bookings/{booking_id}/{action}",
                       body_of(stage, action, booking_id), who, headers)

    return make


TABLE = {f"POST /bookings/{{booking_id}}/{action}": Provoked(
    step(action), {409: step(action, late=True), 412: step(action, version='"99"')})
    for action in STEPS}
