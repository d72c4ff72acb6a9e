"""What two sides settle: proposals, fees, conflicts and facts about sites."""

from __future__ import annotations

from datetime import timedelta

from marketplace.bookings import lifecycle
from marketplace.bookings.models import BookingFee
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.money import Money
from marketplace.resources.models import Resource
from tests.clocks import shanghai
from tests.contracts.provoked_steps import booking_in, later
from tests.contracts.provoking import Make, Provoked, each, fixed
from tests.contracts.stage import Request, Stage
from tests.factories import place

DOWN = {"start": shanghai(9, 8).isoformat(), "end": shanghai(9, 12).isoformat(),
        "reason": "blackout"}


def proposal(stage: Stage) -> int:
    """The seller's open wish to move a booking of the buyer."""
    booking_id = booking_in(stage, lifecycle.CONFIRMED, now=False)
    answer = stage.api.as_(stage.tokens["seller"]).post(
        f"/bookings/{booking_id}/propose_move", {"start": later(stage, booking_id)})
    assert answer.status_code == 200, answer.json
    return int(answer.json["proposals"][0]["id"])


def declined(stage: Stage) -> int:
    """A proposal that was answered."""
    made = proposal(stage)
    assert stage.api.post(f"/proposals/{made}/decline").status_code == 200
    return made


def answer(name: str, who: str) -> Provoked:
    """One way to answer a proposal."""
    path = f"/proposals/{{}}/{name}"
    return Provoked(each(path, proposal, {}, who), {409: each(path, declined, {}, who)})


def waiving(state: str) -> Make:
    """The seller waives a fee in a state."""
    def make(stage: Stage) -> Request:
        booking_id = stage.booking()
        now = clock.now()
        fee = place.save(BookingFee(
            booking_id=booking_id, resource_id=stage.market.resource.id, code="late_move",
            percent=50, amount=Money(100), state=state, waived_for="", starts=now,
            ends=now + timedelta(hours=1), lanes=1, created_at=now))
        return Request(f"/bookings/{booking_id}/fees/{fee.id}/waive", {"reason": "老客户"},
                       "seller")
    return make


def own_site(stage: Stage) -> int:
    """A site of the seller with a machine."""
    machine = stage.machine()
    with stage.app.app_context():
        return db.session.get_one(Resource, machine).site_id


TABLE = {
    "POST /proposals/{proposal_id}/accept": answer("accept", "buyer"),
    "POST /proposals/{proposal_id}/decline": answer("decline", "buyer"),
    "POST /proposals/{proposal_id}/withdraw": answer("withdraw", "seller"),
    "POST /bookings/{booking_id}/fees/{fee_id}/waive": Provoked(
        waiving("due"), {409: waiving("waived")}),
    "GET /conflicts": Provoked(fixed("/conflicts", "seller")),
    "POST /sites/{site_id}/unavailability": Provoked(
        each("/sites/{}/unavailability", own_site, DOWN, "seller")),
    "POST /unavailability/{unavailability_id}": Provoked(
        each("/unavailability/{}", Stage.fact, DOWN, "seller"),
        {409: each("/unavailability/{}", lambda stage: stage.fact(over=True), DOWN, "seller")}),
}
