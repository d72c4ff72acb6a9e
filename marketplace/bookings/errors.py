"""What bookings refuse."""

from __future__ import annotations

from typing import Any

from marketplace.core.errors import Conflict, Invalid, NotFound


class HoldNotFound(NotFound):
    """No such hold of this company."""

    code = "hold_not_found"


class BookingNotFound(NotFound):
    """No such booking of this company."""

    code = "booking_not_found"


class HoldOver(Conflict):
    """The hold has run out or was used; the slot may still be free."""

    code = "hold_expired"
    negotiable = True


class PriceChanged(Conflict):
    """The quote has expired or the price is above the asker's ceiling.

    `again` is the wish to quote anew; the handler adds the new quote to the answer.
    """

    code = "price_changed"

    def __init__(self, again: Any = None, **params: Any) -> None:
        super().__init__(**params)
        self.again = again


class IllegalTransition(Conflict):
    """The lifecycle table has no such step from here, for this side, at this time."""

    code = "illegal_transition"


class NeedsApproval(Conflict):
    """The listing answers each request itself, so it cannot be booked together with others."""

    code = "needs_approval"
    negotiable = True


class ColleagueUnfit(Invalid):
    """Not an active colleague who may book."""

    code = "colleague_unfit"
