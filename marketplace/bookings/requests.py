"""Approval listings: a firm asks, the seller answers within a clock, the rivals are told.

A request does not occupy: several firms may ask for one slot. Accepting one runs the listing's
rules and `take()` like any path, and declines those that no longer fit.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from marketplace.bookings import changing, lifecycle, queries, validator
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

RIVALS = 200   # requests for one slot that are looked at when one is approved


@transactional
def file(actor: Actor, offer: Offer, order: Order, hold_id: int = 0) -> Booking:
    """A firm asks for a slot of an approval listing; the seller answers within its clock."""
    wanted = Wanted(offer, order.quote, actor.company_id or 0, actor.member_id or 0,
                    hold_id=hold_id, agreed=bool(hold_id))
    lock(Resource, [offer.resource_id], Rank.RESOURCE)
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

    Raises SlotTaken or RuleBroken when the slot or the rules have changed since it was asked for.
    """
    found = queries.booking_of(actor, booking_id)
    wanted = _wanted(found)
    validator.lock_counters([wanted])
    change = changing.begin(actor, booking_id, "approve", version)
    booking = change.booking
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


def _rivals(booking: Booking) -> Sequence[int]:
    """Other requests whose time is near this one's; buffers are judged later."""
    query = (select(Booking.id)
             .where(Booking.resource_id == booking.resource_id,
                    Booking.state == lifecycle.REQUESTED, Booking.id != booking.id,
                    Booking.starts < booking.ends + REACH, Booking.ends > booking.starts - REACH)
             .order_by(Booking.id).limit(RIVALS))
    return db.session.scalars(query).all()


def decline_rivals(booking: Booking) -> list[int]:
    """Decline the requests that no longer fit beside a booking just made; their ids.

    The resource is locked, which guards all its requests.
    """
    declined = []
    for rival_id in _rivals(booking):
        rival = db.session.get_one(Booking, rival_id)
        if capacity.fits(want_of(rival)):
            continue
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
