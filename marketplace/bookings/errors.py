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


class AlreadyAsked(Conflict):
    """The firm has an open request for time of this resource that overlaps: one is answered."""

    code = "already_asked"


class TermsSuperseded(Conflict):
    """The firm has asked for something else since: what it asked for first binds it no more."""

    code = "terms_superseded"


class NotSameSeller(Invalid):
    """A booking moves within the machines of its seller; elsewhere it is another contract."""

    code = "not_same_seller"


class FeeNotFound(NotFound):
    """No such fee of this booking that this company could waive."""

    code = "fee_not_found"


class FeeNotDue(Conflict):
    """The fee is waived already."""

    code = "fee_not_due"


class ProposalNotFound(NotFound):
    """No such proposal about a booking of this company."""

    code = "proposal_not_found"


class ProposalOver(Conflict):
    """The proposal was answered, taken back or has run out."""

    code = "proposal_over"


class NotYours(Conflict):
    """Who made a proposal takes it back; only the other side answers it."""

    code = "proposal_not_yours"


class ProposalUnfit(Invalid):
    """What is proposed says nothing new or asks for more than it may; fields are named."""

    code = "proposal_invalid"


class ColleagueUnfit(Invalid):
    """Not an active colleague who may book."""

    code = "colleague_unfit"


class QualificationWrong(Invalid):
    """A qualification with wrong fields; every one is named."""

    code = "qualification_invalid"


class QualificationNotFound(NotFound):
    """The company has granted no such qualification, or has taken it back."""

    code = "qualification_not_found"
