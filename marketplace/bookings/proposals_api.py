"""Answers to proposals, and what a seller settles about its bookings, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marketplace.accounts.permissions import require
from marketplace.bookings import answers, conflict_views, fees, views
from marketplace.bookings.models import Booking
from marketplace.bookings.refusals import negotiated
from marketplace.bookings.schemas import BookingSchema, GroundsRequest, StepRequest
from marketplace.bookings.settling_schemas import ConflictList
from marketplace.core.actor import Actor
from marketplace.http.api import MarketBlueprint
from marketplace.http.auth import actor, scope
from marketplace.http.idempotency import idempotent, repeatable

blueprint = MarketBlueprint("proposals", __name__, url_prefix="/api/v1",
                            description="What both sides of a booking settle with each other")

ANSWERS: dict[str, tuple[Callable[[Actor, int], Booking], bool]] = {
    "accept": (answers.accept, True),
    "decline": (answers.decline, False),
    "withdraw": (answers.withdraw, False),
}


def _view(name: str, deed: Callable[[Actor, int], Booking], keyed: bool) -> Callable[..., Any]:
    """The handler of one answer; its words are those of the use case."""

    def view(data: dict[str, Any], proposal_id: int) -> Any:
        return views.shown(actor(), [deed(actor(), proposal_id, **data)])[0]

    view.__name__, view.__doc__ = f"{name}_proposal", deed.__doc__
    view = blueprint.problems(400, 401, 403, 404, 409, 422)(view)
    view = blueprint.response(200, BookingSchema)(view)
    view = blueprint.arguments(StepRequest)(view)
    return scope("market:write")(negotiated(idempotent(view)) if keyed else repeatable(view))


@scope("market:write")
@repeatable
@blueprint.arguments(GroundsRequest, as_kwargs=True)
@blueprint.response(200, BookingSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def waive_fee(booking_id: int, fee_id: int, reason: str) -> Any:
    """The seller lets a fee of its booking go, with its reason."""
    return views.shown(actor(), [fees.waive(actor(), booking_id, fee_id, reason)])[0]


@scope("market:read")
@blueprint.response(200, ConflictList)
@blueprint.problems(401, 403)
def list_conflicts() -> Any:
    """Bookings on your resources that cannot be done as they stand, and the ways to settle each."""
    require(actor(), "booking.read")
    return {"items": conflict_views.listed(actor())}


for _name, _row in ANSWERS.items():
    blueprint.route(f"/proposals/<int:proposal_id>/{_name}", methods=["POST"],
                    endpoint=f"{_name}_proposal")(_view(_name, *_row))
blueprint.route("/bookings/<int:booking_id>/fees/<int:fee_id>/waive",
                methods=["POST"])(waive_fee)
blueprint.route("/conflicts")(list_conflicts)
