"""Approval listings: a firm asks, the seller answers within a clock, the rivals are told.

A request does not occupy: several firms may ask for one slot. Accepting one runs the listing's
rules and `take()` like any path, and declines those that no longer fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from marketplace.bookings import changing, lifecycle, proposal_queries, queries, validator
from marketplace.bookings.errors import AlreadyAsked, TermsSuperseded
from marketplace.bookings.models import Booking
from marketplace.bookings.orders import Order, check_in_by, contract, rules_of, terms_as_quoted
from marketplace.bookings.validator import Wanted
from marketplace.capacity import services as capacity
from marketplace.capacity.board import REACH
from marketplace.capacity.services import Want
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Quote
from marketplace.catalogue.rules import Offer
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.db import db
from marketplace.core.locking import Rank, lock
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transactional
from marketplace.resources.models import Resource

PAGE = 200   # requests for one slot that are looked at in one go when one is approved


@transactional
def file(actor: Actor, offer: Offer, order: Order, hold_id: int = 0) -> Booking:
    """A firm asks for a slot of an approval listing; the seller answers within its clock.

    It has one open request for time of a resource: raises AlreadyAsked for one that overlaps, which
    it may cancel or make a counter-offer to.
    """
    wanted = Wanted(offer, order.quote, actor.company_id or 0, actor.member_id or 0,
                    hold_id=hold_id, agreed=bool(hold_id))
    lock(Resource, [offer.resource_id], Rank.RESOURCE)
    for former in queries.requests_of(wanted.company_id, offer.resource_id, wanted.window):
        raise AlreadyAsked(booking_id=former.id, start=former.starts, end=former.ends)
    validator.check([wanted])
    row = contract(actor, offer, order, lifecycle.REQUESTED)
    db.session.add(row)
    db.session.flush()
    changing.record(actor, "request", row, lifecycle.HELD if hold_id else "",
                    side=lifecycle.BUYER, quote=row.quote_id)
    return row


@transactional
def approve(actor: Actor, booking_id: int, version: int | None = None) -> Booking:
    """The seller accepts a request: it is booked, and rivals that no longer fit are declined.

    Raises SlotTaken or RuleBroken when the slot or the rules have changed since it was asked for,
    TermsSuperseded when the firm has made a counter-offer since and not taken it back.
    """
    found = queries.booking_of(actor, booking_id)
    wanted = _wanted(found)
    validator.lock_counters([wanted])
    change = changing.begin(actor, booking_id, "approve", version)
    booking = change.booking
    if proposal_queries.superseded(booking.id):
        raise TermsSuperseded(booking_id=booking.id)
    validator.check([wanted])
    capacity.take([want_of(booking)])
    booking.placed_at = change.now
    booking.answer_by = check_in_by(booking, rules_of(wanted.quote))
    changing.finish(change)
    decline_rivals(booking)
    return booking


def _wanted(booking: Booking) -> Wanted:
    quote = db.session.get_one(Quote, booking.quote_id)
    offer = terms_as_quoted(catalogue.offer(booking.listing_id), quote)
    return Wanted(offer, quote, booking.company_id, booking.member_id, booking_id=booking.id,
                  agreed=True)


def want_of(booking: Booking, lane_id: int = 0) -> Want:
    """The lanes that a booking needs."""
    return Want(booking.resource_id, TimeWindow(booking.starts, booking.ends), "booking",
                booking.id, booking.lanes, lane_id=lane_id)


def _rivals(booking: Booking) -> Iterator[Sequence[Booking]]:
    """Other requests whose time is near this one's, page after page; buffers are judged later."""
    last = 0
    while rows := db.session.scalars(
            select(Booking)
            .where(Booking.resource_id == booking.resource_id,
                   Booking.state == lifecycle.REQUESTED, Booking.id != booking.id,
                   Booking.starts < booking.ends + REACH, Booking.ends > booking.starts - REACH,
                   Booking.id > last)
            .order_by(Booking.id).limit(PAGE)).all():
        last = rows[-1].id
        yield rows


def decline_rivals(booking: Booking) -> list[int]:
    """Decline the requests that no longer fit beside a booking just made; their ids.

    The resource is locked, which guards all its requests.
    """
    declined = []
    for rivals in _rivals(booking):
        fit = capacity.trial([want_of(rival) for rival in rivals], apart=True)
        for rival in (each for each, fits in zip(rivals, fit, strict=True) if not fits):
            change = changing.look_up(SYSTEM, rival, "decline")
            rival.answer_by = None
            changing.finish(change, reason="slot_given_to_another")
            declined.append(rival.id)
    return declined


@transactional
def decline(actor: Actor, booking_id: int, version: int | None = None,
            reason: str = "") -> Booking:
    """The seller says no to a request."""
    change = changing.begin(actor, booking_id, "decline", version)
    change.booking.answer_by = None
    return changing.finish(change, reason=reason)
