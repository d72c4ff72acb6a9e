"""News of what is offered to somebody: a slot that was waited for, another price or time; and of
machines that fail under a booking.

`news` has the one row that is written at once and the worker that fans it out.
"""

from __future__ import annotations

from typing import Any

from marketplace.bookings import conflicts
from marketplace.bookings import queries as bookings
from marketplace.bookings.events import ProposalAnswered, ProposalMade, WaitlistOffered
from marketplace.bookings.models import Booking, Hold
from marketplace.bookings.proposal_models import ACCEPTED, DECLINED, EXPIRED, Proposal
from marketplace.capacity.unavailability import ResourceDown
from marketplace.catalogue.models import Quote
from marketplace.core.db import db
from marketplace.core.events import on
from marketplace.notifications import rules
from marketplace.notifications.news import (
    News,
    audience,
    ids,
    note,
    of_booking,
    place_of,
    price_of,
    tell,
    teller,
)

ANSWERS = {ACCEPTED: "proposal_accepted", DECLINED: "proposal_declined",
           EXPIRED: "proposal_expired"}


@on(WaitlistOffered)
def note_offer(event: WaitlistOffered) -> None:
    """Somebody's turn on a waitlist has come."""
    note("waitlist", hold=event.hold_id, member=event.member_id, until=event.until.isoformat())


@teller("waitlist")
def tell_offer(facts: dict[str, Any]) -> None:
    """Tell who waited that a slot is held for it, and until when."""
    hold = db.session.get_one(Hold, facts["hold"])
    quote = db.session.get_one(Quote, hold.quote_id)
    tell(ids([], facts["member"]), News("waitlist", place_of(hold.resource_id) | {
        "starts": quote.starts.isoformat(), "ends": quote.ends.isoformat(),
        "price": price_of(quote), "say": "waitlist", "todo": "waitlist",
        "until": facts["until"]}, f"/listings/{quote.listing_id}?hold={hold.id}"))


@on(ProposalMade)
def note_proposal(event: ProposalMade) -> None:
    """One side proposes another price or time."""
    note("proposal", proposal=event.proposal_id, side=event.by_side, say="proposed")


@on(ProposalAnswered)
def note_answer(event: ProposalAnswered) -> None:
    """A proposal was answered, or nobody did in time; one that was taken back is no news."""
    if event.state in ANSWERS:
        note("proposal", proposal=event.proposal_id, side=event.side, say=ANSWERS[event.state])


@teller("proposal")
def tell_proposal(facts: dict[str, Any]) -> None:
    """Tell the other side what is proposed and until when, or what became of its proposal."""
    row = db.session.get_one(Proposal, facts["proposal"])
    booking = db.session.get_one(Booking, row.booking_id)
    quote = db.session.get_one(Quote, row.quote_id)
    made = facts["say"] == "proposed"
    own = booking.member_id if facts["side"] == rules.BUYER else None
    shown = facts | {"member": booking.member_id, "by": own, "price": price_of(quote),
                     "starts": row.starts.isoformat(), "ends": row.ends.isoformat()}
    for _, members in audience(booking, rules.told_sides(facts["side"]), shown):
        tell(members, of_booking(booking, "proposed" if made else "answered", shown, {
            "say": facts["say"], "todo": "proposed" if made else "",
            "until": row.answer_by.isoformat() if made else None}))


@on(ResourceDown)
def note_down(event: ResourceDown) -> None:
    """A resource is reported unable to work while there are bookings."""
    note("down", bookings=list(event.booking_ids))


@teller("down")
def tell_down(facts: dict[str, Any]) -> None:
    """Tell the firms whose bookings are not over yet and still lie where it cannot work."""
    hit = conflicts.excused_among(facts["bookings"])
    for booking in bookings.booked_among(hit):
        shown = {"side": rules.SELLER, "member": booking.member_id, "by": None,
                 "price": price_of(booking), "starts": booking.starts.isoformat(),
                 "ends": booking.ends.isoformat()}
        for _, members in audience(booking, (rules.BUYER,), shown):
            tell(members, of_booking(booking, "down", shown, {
                "say": "down", "todo": "", "until": None}))
