"""Use cases that make holds and bookings: every one ends in the rules and the one `take()`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from marketplace import config
from marketplace.accounts.permissions import require
from marketplace.bookings import changing, lifecycle, queries, requests, validator
from marketplace.bookings.errors import HoldOver, NeedsApproval
from marketplace.bookings.events import HoldEnded
from marketplace.bookings.lifecycle import Moment
from marketplace.bookings.models import Booking, Hold
from marketplace.bookings.orders import (
    Order,
    contract,
    refuse_above,
    terms_as_quoted,
    valid_quote,
)
from marketplace.bookings.validator import Wanted
from marketplace.capacity import services as capacity
from marketplace.capacity.refusing import Spot
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
from marketplace.core.events import on, publish
from marketplace.core.locking import Rank, lock
from marketplace.core.money import Money
from marketplace.core.storing import store_all
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transactional
from marketplace.resources.models import Resource


@transactional
def hold(actor: Actor, quote_id: int, until: datetime | None = None) -> Hold:
    """A firm keeps the slot of its quote for a few minutes.

    A person holds one slot of a resource at a time: a new hold lets the former go. What is held
    for somebody who waited ends at `until` and leaves the person's own hold alone.
    """
    require(actor, "booking.create")
    quote = valid_quote(actor, quote_id)
    offer = terms_as_quoted(catalogue.offer(quote.listing_id), quote)
    wanted = [_wanted(actor, offer, quote)]
    validator.lock_counters(wanted)
    lock(Resource, [offer.resource_id], Rank.RESOURCE)
    for former in queries.live_holds(actor, offer.resource_id) if until is None else ():
        _let_go(actor, former)
    validator.check(wanted)
    now = clock.now()
    row = Hold(quote_id=quote.id, resource_id=offer.resource_id, company_id=actor.company_id,
               member_id=actor.member_id, state=lifecycle.HELD, created_at=now,
               expires_at=until or now + timedelta(minutes=config.current().hold_minutes))
    db.session.add(row)
    db.session.flush()
    capacity.take([Want(offer.resource_id, TimeWindow(quote.starts, quote.ends), "hold", row.id,
                        quote.lanes, kind="hold", expires_at=row.expires_at)])
    audit.record(actor, "hold.make", "hold", row.id, quote=quote.id)
    return row


@transactional
def release_hold(actor: Actor, hold_id: int) -> Hold:
    """A firm gives a hold back; raises HoldOver when it has run out or was used."""
    require(actor, "booking.create")
    row = _locked_hold(actor, hold_id, "release")
    _let_go(actor, row)
    return row


def _let_go(actor: Actor, row: Hold) -> None:
    capacity.release("hold", row.id)
    row.state = lifecycle.RELEASED
    audit.record(actor, "hold.release", "hold", row.id)
    publish(HoldEnded(row.id, row.state))


def _locked_hold(actor: Actor, hold_id: int, action: str) -> Hold:
    """A hold whose resource is locked and that may make this step; raises HoldOver else."""
    resource_id = queries.hold_of(actor, hold_id).resource_id
    lock(Resource, [resource_id], Rank.RESOURCE)
    capacity.release_expired([resource_id])
    row = queries.hold_of(actor, hold_id)
    db.session.refresh(row)
    quote = db.session.get_one(Quote, row.quote_id)
    moment = Moment(quote.starts, quote.ends, clock.now(), answer_by=row.expires_at)
    if lifecycle.step(action, row.state, lifecycle.BUYER, moment) is None:
        raise HoldOver(id=hold_id, state=row.state)
    return row


@transactional
def book_quote(actor: Actor, quote_id: int, max_total: Money | None = None,
               reference: str = "") -> Booking:
    """A firm books the slot of a valid quote at the price it shows, or asks for it."""
    require(actor, "booking.create")
    quote = valid_quote(actor, quote_id)
    refuse_above(quote, max_total)
    return _book_or_ask(actor, Order(quote, reference))


@transactional
def book_wish(actor: Actor, wish: Wish, max_total: Money | None = None,
              reference: str = "") -> Booking:
    """A firm books work on a listing in one step, at the price of this moment, or asks for it."""
    require(actor, "booking.create")
    offer, full = _offer_of(wish)
    fresh = full is None and not offer.rules.approval
    if fresh:   # what follows is read once, under the lock
        validator.lock_counted([offer], actor.company_id or 0)
        lock(Resource, [offer.resource_id], Rank.RESOURCE)
    elif full is not None and offer.lanes == 1 and not offer.rules.approval:
        _refuse_taken(offer, wish, full)   # of several lanes, some work may change its own
    quotes = catalogue_services.unsaved_quotes(actor, offer, wish)
    refuse_above(quotes[0], max_total)
    store_all(quotes)
    return _book_or_ask(actor, Order(quotes[0], reference), {offer.listing_id: offer}, fresh)


def _offer_of(wish: Wish) -> tuple[Offer, Spot | None]:
    """The listing of a wish, and its spot where that seems full; for pieces `take()` will see."""
    if wish.end is None or wish.end <= wish.start:
        return catalogue.offer(wish.listing_id), None
    return catalogue.offer_and_full(wish.listing_id, TimeWindow(wish.start, wish.end), wish.lanes)


def _refuse_taken(offer: Offer, wish: Wish, full: Spot) -> None:
    """Raise what is wrong with a wish by the rules, else that its slot is taken."""
    window = next(iter(catalogue_services.slots(offer, wish).values())).window
    capacity.refuse_taken(Want(full.id, window, "booking", 0, wish.lanes), full)


def _book_or_ask(actor: Actor, order: Order, read: Mapping[int, Offer] | None = None,
                 fresh: bool = False) -> Booking:
    offers = read or _offers([order])
    if offers[order.quote.listing_id].rules.approval:
        return requests.file(actor, _as_quoted(offers, order), order)
    return _book(actor, [order], offers, fresh)[0]


@transactional
def book_hold(actor: Actor, hold_id: int, max_total: Money | None = None,
              reference: str = "") -> Booking:
    """A firm books what it holds, at the price the hold showed, without letting the lanes go.

    On an approval listing the hold ends and a request is filed in its place.
    """
    require(actor, "booking.create")
    quote = db.session.get_one(Quote, queries.hold_of(actor, hold_id).quote_id)
    refuse_above(quote, max_total)
    order = Order(quote, reference)
    offer = _as_quoted(_offers([order]), order)
    wanted = [_wanted(actor, offer, quote, hold_id)]
    validator.lock_counters(wanted)
    row = _locked_hold(actor, hold_id, "request" if offer.rules.approval else "book")
    row.state = "booked"
    publish(HoldEnded(row.id, row.state))
    if offer.rules.approval:
        capacity.release("hold", row.id)
        return requests.file(actor, offer, order, row.id)
    validator.check(wanted)
    booking = contract(actor, offer, order, lifecycle.CONFIRMED)
    db.session.add(booking)
    db.session.flush()
    if not capacity.turn_into_booking(row.id, booking.id):
        raise HoldOver(id=hold_id, state="released")
    changing.record(actor, "confirm", booking, lifecycle.HELD, side=lifecycle.BUYER,
                    quote=quote.id, hold=row.id)
    return booking


@transactional
def book_all(actor: Actor, orders: Sequence[Order]) -> list[Booking]:
    """Book every order or none: the rules of each listing, then one `take()` for all.

    Raises NeedsApproval when a listing among them answers each request itself.
    """
    offers = _offers(orders)
    asked = [order.quote.listing_id for order in orders
             if offers[order.quote.listing_id].rules.approval]
    if asked:
        raise NeedsApproval(listing_id=asked[0],
                            resource=offers[asked[0]].resource_name)
    return _book(actor, orders, offers)


def _offers(orders: Sequence[Order]) -> dict[int, Offer]:
    """The listings of orders as they are now; raises ListingNotFound."""
    offers = catalogue.offers([order.quote.listing_id for order in orders])
    for order in orders:
        if order.quote.listing_id not in offers:
            raise ListingNotFound(id=order.quote.listing_id)
    return offers


def _as_quoted(offers: Mapping[int, Offer], order: Order) -> Offer:
    return terms_as_quoted(offers[order.quote.listing_id], order.quote)


def _wanted(actor: Actor, offer: Offer, quote: Quote, hold_id: int = 0,
            fresh: bool = False) -> Wanted:
    return Wanted(offer, quote, actor.company_id or 0, actor.member_id or 0, hold_id=hold_id,
                  agreed=bool(hold_id), fresh=fresh)


def _book(actor: Actor, orders: Sequence[Order], now: Mapping[int, Offer],
          fresh: bool = False) -> list[Booking]:
    """Book orders or none; `fresh`: they were quoted under the locks that this takes."""
    offers = [_as_quoted(now, order) for order in orders]
    wanted = [_wanted(actor, offer, order.quote, fresh=fresh)
              for offer, order in zip(offers, orders, strict=True)]
    validator.lock_counters(wanted)
    lock(Resource, {offer.resource_id for offer in offers}, Rank.RESOURCE)
    validator.check(wanted)
    rows = [contract(actor, offer, order, lifecycle.CONFIRMED)
            for offer, order in zip(offers, orders, strict=True)]
    store_all(rows)
    capacity.take([requests.want_of(row, order.lane_id)
                   for row, order in zip(rows, orders, strict=True)])
    for row in rows:
        changing.record(actor, "confirm", row, "", side=lifecycle.BUYER, quote=row.quote_id)
    return rows


@on(HoldExpired)
def note_expired(event: HoldExpired) -> None:
    """A hold that ran out is marked and written down, in the transaction that noticed."""
    rows = db.session.scalars(select(Hold).where(Hold.id.in_(event.holder_ids),
                                                 Hold.state == lifecycle.HELD)).all()
    for row in rows:
        row.state = lifecycle.EXPIRED
        audit.record(SYSTEM, "hold.expire", "hold", row.id)
