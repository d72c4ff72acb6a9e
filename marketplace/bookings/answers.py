"""How a proposal ends: accepted, declined, taken back, or by its clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from marketplace.accounts.permissions import require
from marketplace.bookings import changing, lifecycle, proposal_queries, requests, validator
from marketplace.bookings.errors import NotYours, ProposalOver
from marketplace.bookings.events import BookingChanged, ProposalAnswered
from marketplace.bookings.models import Booking
from marketplace.bookings.moves import replace_slot
from marketplace.bookings.orders import adopt, slot_of, terms_as_quoted
from marketplace.bookings.proposal_models import (
    ACCEPTED,
    DECLINED,
    EXPIRED,
    OPEN,
    WITHDRAWN,
    Proposal,
)
from marketplace.bookings.validator import Wanted
from marketplace.capacity import services as capacity
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Quote
from marketplace.catalogue.rules import Offer
from marketplace.core import audit, clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.db import db
from marketplace.core.events import on, publish
from marketplace.core.transaction import transactional

KEEPS_OPEN = ("counter", "propose_move", "agree", "hand_over")   # steps that close no proposal


@transactional
def accept(actor: Actor, proposal_id: int) -> Booking:
    """The other side accepts: a request is booked, or a booking moved, at exactly that.

    The listing's rules and `take()` decide as on any path; rivals that no longer fit are declined.
    A move costs nothing. Raises ProposalOver, NotYours, RuleBroken, SlotTaken.
    """
    require(actor, "booking.change")
    found = proposal_queries.proposal_of(actor, proposal_id)
    quote = db.session.get_one(Quote, found.quote_id)
    offer = terms_as_quoted(catalogue.offer(found.listing_id), quote)
    wanted = _wanted(found, offer, quote)
    validator.lock_counters([wanted])
    booking = changing.locked(actor, found.booking_id, [found.resource_id])
    row, side = _open(found, actor, booking)
    validator.check([wanted])
    _agree(actor, booking, (offer, quote), side, row)
    return booking


def _wanted(row: Proposal, offer: Offer, quote: Quote) -> Wanted:
    booking = db.session.get_one(Booking, row.booking_id)
    return Wanted(offer, quote, booking.company_id, booking.member_id, booking_id=booking.id,
                  agreed=True)


def _open(found: Proposal, actor: Actor, booking: Booking) -> tuple[Proposal, str]:
    """The proposal as it is under the lock, and the side that answers it."""
    db.session.refresh(found)
    sides = [side for side in changing.sides_of(actor, booking) if side != found.by_side]
    if not sides:
        raise NotYours(id=found.id)
    if found.state != OPEN or found.answer_by <= clock.now():
        raise ProposalOver(id=found.id, state=found.state if found.state != OPEN else EXPIRED)
    return found, sides[0]


def _agree(actor: Actor, booking: Booking, to: tuple[Offer, Quote], side: str,
           row: Proposal) -> None:
    """Make the step that both sides have consented to."""
    before = slot_of(booking)
    if booking.state == lifecycle.REQUESTED:
        adopt(booking, *to)
        change = changing.look_up(SYSTEM, booking, "agree")
        capacity.take([requests.want_of(booking)])
    else:
        change = changing.look_up(SYSTEM, booking, "agree")
        replace_slot(booking, *to)
    row.state = ACCEPTED
    changing.finish(replace(change, actor=actor, side=side), proposal=row.id, before=before)
    publish(ProposalAnswered(row.id, booking.id, row.state, side))
    requests.decline_rivals(booking)


@transactional
def decline(actor: Actor, proposal_id: int) -> Booking:
    """The other side says no: a request's own clock goes on, a booking stays where it is."""
    require(actor, "booking.change")
    found = proposal_queries.proposal_of(actor, proposal_id)
    booking = changing.locked(actor, found.booking_id)
    row, side = _open(found, actor, booking)
    return _close(actor, row, booking, DECLINED, side)


@transactional
def withdraw(actor: Actor, proposal_id: int) -> Booking:
    """Who made a proposal takes it back."""
    require(actor, "booking.change")
    found = proposal_queries.proposal_of(actor, proposal_id)
    booking = changing.locked(actor, found.booking_id)
    db.session.refresh(found)
    if found.by_side not in changing.sides_of(actor, booking):
        raise NotYours(id=found.id)
    if found.state != OPEN:
        raise ProposalOver(id=found.id, state=found.state)
    return _close(actor, found, booking, WITHDRAWN, found.by_side)


@transactional
def expire(proposal_id: int) -> bool:
    """Nobody answered in time; False when somebody did meanwhile."""
    found = proposal_queries.proposal_of(SYSTEM, proposal_id)
    booking = changing.locked(SYSTEM, found.booking_id)
    db.session.refresh(found)
    if found.state != OPEN or found.answer_by > clock.now():
        return False
    _close(SYSTEM, found, booking, EXPIRED, lifecycle.SYSTEM)
    return True


def _close(actor: Actor, row: Proposal, booking: Booking, state: str, side: str) -> Booking:
    """End a proposal without a step; a request's own clock runs on with what was left of it."""
    row.state = state
    if booking.state == lifecycle.REQUESTED and row.left_seconds is not None:
        booking.answer_by = min(clock.now() + timedelta(seconds=row.left_seconds),
                                booking.starts)
    booking.version += 1
    db.session.flush()
    audit.record(actor, f"proposal.{state}", "booking", booking.id, proposal=row.id, side=side)
    publish(ProposalAnswered(row.id, booking.id, state, side))
    return booking


@on(BookingChanged)
def close_overtaken(event: BookingChanged) -> None:
    """A proposal about a state that is no more is taken back; a new booking has none."""
    if event.action in KEEPS_OPEN or event.source not in (lifecycle.REQUESTED,
                                                          lifecycle.CONFIRMED):
        return
    row = proposal_queries.open_of(event.booking_id)
    if row is not None:
        row.state = WITHDRAWN
        db.session.flush()
        publish(ProposalAnswered(row.id, event.booking_id, row.state, event.side))
