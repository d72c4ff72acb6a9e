"""The steps of a booking over HTTP: one address for each action of the lifecycle table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import Schema

from marketplace.bookings import moves, proposals, requests, steps, views
from marketplace.bookings.models import Booking
from marketplace.bookings.refusals import negotiated
from marketplace.bookings.schemas import (
    BookingSchema,
    ColleagueRequest,
    GroundsRequest,
    ReasonRequest,
    StepRequest,
)
from marketplace.bookings.settling_schemas import (
    CounterRequest,
    MoveProposalRequest,
    MoveRequest,
)
from marketplace.http.api import MarketBlueprint
from marketplace.http.auth import actor, scope
from marketplace.http.etag import IfMatchMaybe
from marketplace.http.idempotency import idempotent, repeatable

blueprint = MarketBlueprint("booking_steps", __name__, url_prefix="/api/v1",
                            description="What happens to a booking after it is made")
Deed = Callable[..., Booking]

# action: what it asks for, who does it, whether a retry key is required (it takes capacity)
STEPS: dict[str, tuple[type[Schema], Deed, bool]] = {
    "approve": (StepRequest, requests.approve, True),
    "decline": (ReasonRequest, requests.decline, False),
    "counter": (CounterRequest, proposals.counter, False),
    "propose_move": (MoveProposalRequest, proposals.propose_move, False),
    "cancel": (ReasonRequest, steps.cancel, True),
    "move": (MoveRequest, moves.move, True),
    "hand_over": (ColleagueRequest, steps.hand_over, False),
    "check_in": (StepRequest, steps.check_in, False),
    "no_show": (StepRequest, steps.no_show, False),
    "start": (StepRequest, steps.start, False),
    "abort": (GroundsRequest, steps.abort, False),
    "deliver": (StepRequest, steps.deliver, False),
    "accept": (StepRequest, steps.accept, False),
    "dispute": (GroundsRequest, steps.dispute, False),
    "resolve": (GroundsRequest, steps.resolve, False),
}


def _view(action: str, asks: type[Schema], deed: Deed, keyed: bool) -> Callable[..., Any]:
    """The handler of one action; its words are those of the use case."""

    def view(headers: dict[str, Any], data: dict[str, Any], booking_id: int) -> Any:
        row = deed(actor(), booking_id, version=headers["version"], **data)
        return views.shown(actor(), [row])[0]

    view.__name__, view.__doc__ = f"{action}_booking", deed.__doc__
    view = blueprint.problems(400, 401, 403, 404, 409, 412, 422)(view)
    view = blueprint.response(200, BookingSchema)(view)
    view = blueprint.arguments(asks)(view)
    view = blueprint.arguments(IfMatchMaybe, location="headers")(view)
    return scope("market:write")(negotiated(idempotent(view) if keyed else repeatable(view)))


for _action, _row in STEPS.items():
    blueprint.route(f"/bookings/<int:booking_id>/{_action}", methods=["POST"],
                    endpoint=f"{_action}_booking")(_view(_action, *_row))
