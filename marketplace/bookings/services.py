"""Use cases of bookings: hold a slot, book it, cancel it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from marketplace import config
from marketplace.accounts.permissions import require
from marketplace.bookings import lifecycle, queries
from marketplace.bookings.errors import HoldOver, IllegalTransition, PriceChanged
from marketplace.bookings.models import Booking, Hold
from marketplace.capacity import services as capacity
from marketplace.capacity.services import HoldExpired, Want
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue import services as catalogue_services
from marketplace.catalogue.errors import ListingNotFound
from marketplace.catalogue.models import Quote
from marketplace.catalogue.rules import Offer
from marketplace.catalogue.services import Wish
from marketplace.core import audit, clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.db import db
from marketplace.core.events import on
from marketplace.core.locking import Rank, lock
from marketplace.core.money import Money
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transactional
from marketplace.resources.models import Resource


@dataclass(frozen=True)
class Order:
    """A quote to book, the buyer's work-order number, the operation it serves, its planned lane."""

    quote: Quote
    reference: str = ""
    operation_id: int | None = None
    lane_id: int = 0


@transactional
def hold(actor: Actor, quote_id: int) -> Hold:
    """A firm keeps the slot of its quote for a few minutes."""
    require(actor, "booking.create")
    quote = valid_quote(actor, quote_id)
    offer = catalogue.offer(quote.listing_id)
    catalogue_services.recheck([(offer, quote)])
    now = clock.now()
    row = Hold(quote_id=quote.id, resource_id=offer.resource_id, company_id=actor.company_id,
               member_id=actor.member_id, state="held", created_at=now,
               expires_at=now + timedelta(minutes=config.current().hold_minutes))
    db.session.add(row)
    db.session.flush()
    capacity.take([Want(offer.resource_id, TimeWindow(quote.starts, quote.ends), "hold", row.id,
                        quote.lanes, kind="hold", expires_at=row.expires_at)])
    audit.record(actor, "hold.make", "hold", row.id, quote=quote.id)
    return row


@transactional
def book_quote(actor: Actor, quote_id: int, max_total: Money | None = None,
               reference: str = "") -> Booking:
    """A firm books the slot of a valid quote at the price it shows."""
    require(actor, "booking.create")
    quote = valid_quote(actor, quote_id)
    refuse_above(quote, max_total)
    return book_all(actor, [Order(quote, reference)])[0]


@transactional
def book_wish(actor: Actor, wish: Wish, max_total: Money | None = None,
              reference: str = "") -> Booking:
    """A firm books work on a listing in one step, at the price of this moment."""
    require(actor, "booking.create")
    quotes = catalogue_services.quote(actor, wish)
    refuse_above(quotes[0], max_total)
    return book_all(actor, [Order(quotes[0], reference)])[0]


@transactional
def book_hold(actor: Actor, hold_id: int, max_total: Money | None = None,
              reference: str = "") -> Booking:
    """A firm books what it holds, at the price the hold showed, without letting the lanes go."""
    require(actor, "booking.create")
    resource_id = queries.hold_of(actor, hold_id).resource_id
    lock(Resource, [resource_id], Rank.RESOURCE)
    capacity.release_expired([resource_id])
    row = queries.hold_of(actor, hold_id)
    db.session.refresh(row)
    if row.state != "held":
        raise HoldOver(id=hold_id, state=row.state)
    quote = db.session.get_one(Quote, row.quote_id)
    refuse_above(quote, max_total)
    offer = catalogue.offer(quote.listing_id)
    booking = _booking(actor, offer, Order(quote, reference))
    db.session.add(booking)
    db.session.flush()
    if not capacity.turn_into_booking(row.id, booking.id):
        raise HoldOver(id=hold_id, state="released")
    row.state = "booked"
    audit.record(actor, "booking.confirm", "booking", booking.id, quote=quote.id, hold=row.id)
    return booking


def valid_quote(actor: Actor, quote_id: int) -> Quote:
    """A quote of the actor's company that is still honoured; raises PriceChanged after that."""
    quote = catalogue.quote_of(quote_id, actor.company_id)
    if quote.valid_until <= clock.now():
        raise PriceChanged(again_of(quote), reason="quote_expired", quote_id=quote.id)
    return quote


def again_of(quote: Quote) -> Wish:
    """The wish that a quote answered, to be asked anew."""
    return Wish(quote.listing_id, quote.starts, None if quote.pieces else quote.ends,
                quote.pieces, quote.mode, quote.lanes)


def refuse_above(quote: Quote, max_total: Money | None) -> None:
    """Raise PriceChanged when the most this can cost is above the asker's ceiling."""
    most = quote.total if quote.total is not None else quote.total_max
    if max_total is not None and most is not None and most > max_total:
        raise PriceChanged(again_of(quote), reason="above_max_total", total=most.amount,
                           max_total=max_total.amount)


@transactional
def book_all(actor: Actor, orders: Sequence[Order]) -> list[Booking]:
    """Book every order or none: the rules of each listing, then one `take()` for all."""
    offers = catalogue.offers([order.quote.listing_id for order in orders])
    for order in orders:
        if order.quote.listing_id not in offers:
            raise ListingNotFound(id=order.quote.listing_id)
    catalogue_services.recheck([(offers[each.quote.listing_id], each.quote) for each in orders])
    rows = [_booking(actor, offers[each.quote.listing_id], each) for each in orders]
    db.session.add_all(rows)
    db.session.flush()
    capacity.take([Want(row.resource_id, TimeWindow(row.starts, row.ends), "booking", row.id,
                        row.lanes, lane_id=order.lane_id)
                   for row, order in zip(rows, orders, strict=True)])
    for row in rows:
        audit.record(actor, "booking.confirm", "booking", row.id, quote=row.quote_id)
    return rows


def _booking(actor: Actor, offer: Offer, order: Order) -> Booking:
    """The contract of a quote."""
    quote = order.quote
    return Booking(
        quote_id=quote.id, listing_id=offer.listing_id, resource_id=offer.resource_id,
        company_id=actor.company_id, seller_company_id=offer.company_id,
        member_id=actor.member_id, state="confirmed", mode=quote.mode, starts=quote.starts,
        ends=quote.ends, pieces=quote.pieces, lanes=quote.lanes, total=quote.total,
        total_min=quote.total_min, total_max=quote.total_max, reference=order.reference,
        operation_id=order.operation_id, created_at=clock.now())


def side_of(actor: Actor, booking: Booking) -> str:
    """Which side of a booking the actor's company is on; the buyer where it is both."""
    return lifecycle.BUYER if booking.company_id == actor.company_id else lifecycle.SELLER


@transactional
def cancel(actor: Actor, booking_id: int) -> Booking:
    """Either side gives a booking up before its start; its time is free at once."""
    require(actor, "booking.cancel")
    resource_id = queries.booking_of(actor, booking_id).resource_id
    lock(Resource, [resource_id], Rank.RESOURCE)
    booking = lock(Booking, [booking_id], Rank.BOOKING)[0]
    step = lifecycle.step("cancel", booking.state, side_of(actor, booking), booking.starts,
                          clock.now())
    if step is None:
        raise IllegalTransition(action="cancel", state=booking.state)
    booking.state, booking.cancelled_at = step.target, clock.now()
    booking.version += 1
    capacity.release("booking", booking.id)
    audit.record(actor, "booking.cancel", "booking", booking.id)
    return booking


@on(HoldExpired)
def note_expired(event: HoldExpired) -> None:
    """A hold that ran out is marked and written down, in the transaction that noticed."""
    rows = db.session.scalars(select(Hold).where(Hold.id.in_(event.holder_ids),
                                                 Hold.state == "held")).all()
    for row in rows:
        row.state = "expired"
        audit.record(SYSTEM, "hold.expire", "hold", row.id)
