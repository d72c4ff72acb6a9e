"""Use cases of series: preview, book what is free, try the rest again, cancel what is to come.

All times of a series lie on one resource. Its lock, taken after the counters of quotas as on every
path, guards the series with its items; all that is booked goes through one `take()`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from marketplace.accounts.permissions import require
from marketplace.bookings import (
    lifecycle,
    requests,
    series_judging,
    series_queries,
    services,
    steps,
    validator,
)
from marketplace.bookings.batch import refuse_total_above
from marketplace.bookings.models import Booking
from marketplace.bookings.orders import Order
from marketplace.bookings.series_errors import SeriesEnded, SeriesNotFree
from marketplace.bookings.series_judging import DEARER, Judged
from marketplace.bookings.series_models import ACTIVE, CANCELLED, Series, SeriesItem
from marketplace.bookings.series_rules import MISSING_HOUR, Time
from marketplace.bookings.validator import Wanted
from marketplace.capacity import services as capacity
from marketplace.catalogue.models import Quote
from marketplace.catalogue.rules import Offer
from marketplace.catalogue.services import Wish
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import FieldError
from marketplace.core.locking import Rank, lock
from marketplace.core.money import Money
from marketplace.core.transaction import BusyDatabase, transactional
from marketplace.resources.models import Resource


@dataclass(frozen=True)
class Plan:
    """A series asked for: its first time, its rule, the ceiling of all together."""

    wish: Wish
    rrule: str
    reference: str = ""
    all_or_none: bool = False
    max_total: Money | None = None


def preview(actor: Actor, wish: Wish, rrule: str) -> list[Judged]:
    """What would become of every time, and what it costs; nothing is written."""
    require(actor, "quote.create")
    offer = series_judging.offer_for(wish)
    return series_judging.judge(actor, offer, wish, series_judging.times_of(offer, wish, rrule))


@transactional
def create(actor: Actor, plan: Plan) -> Series:
    """A firm books every free time of a series, or asks for it where the seller answers.

    Raises SeriesNotFree naming what is against each time (`times.<n>`) when none is free, or not
    all where all were asked for; SeriesInvalid, SeriesNotOffered, TotalAbove.
    """
    require(actor, "booking.create")
    offer = series_judging.offer_for(plan.wish)
    times = series_judging.times_of(offer, plan.wish, plan.rrule)
    _lock(actor, offer)
    judged = series_judging.judge(actor, offer, plan.wish, times)
    _refuse(judged, plan.all_or_none)
    refuse_total_above([each.quote for each in judged if each.quote and not each.errors],
                       plan.max_total)
    row = _series(actor, offer, plan)
    db.session.add(row)
    db.session.flush()
    db.session.add_all(_items(row, judged, _booked(actor, offer, judged, plan.reference)))
    skipped = sum(1 for each in judged if each.errors)
    audit.record(actor, "series.create", "series", row.id, times=len(judged), skipped=skipped)
    return row


def _lock(actor: Actor, offer: Offer) -> None:
    """The company where its hours are counted, then the resource; holds that ran out go."""
    unpriced = Quote(listing_id=offer.listing_id)
    validator.lock_counters([Wanted(offer, unpriced, actor.company_id or 0,
                                    actor.member_id or 0)])
    lock(Resource, [offer.resource_id], Rank.RESOURCE)
    capacity.release_expired([offer.resource_id])


def _refuse(judged: Sequence[Judged], all_or_none: bool) -> None:
    against = [FieldError(f"times.{place}", each.errors[0].code, **each.errors[0].params)
               for place, each in enumerate(judged) if each.errors]
    if len(against) == len(judged) or (against and all_or_none):
        first = next(each for each in judged if each.errors)
        raise SeriesNotFree(errors=against, count=len(against), times=len(judged),
                            start=first.starts)


def _series(actor: Actor, offer: Offer, plan: Plan) -> Series:
    wish = plan.wish
    minutes = None if wish.end is None else int((wish.end - wish.start).total_seconds() // 60)
    return Series(
        listing_id=offer.listing_id, resource_id=offer.resource_id, company_id=actor.company_id,
        member_id=actor.member_id, rrule=plan.rrule, starts=wish.start, minutes=minutes,
        pieces=wish.pieces, mode=wish.mode, lanes=wish.lanes, reference=plan.reference,
        state=ACTIVE, created_at=clock.now())


def _booked(actor: Actor, offer: Offer, judged: Sequence[Judged],
            reference: str) -> list[int | None]:
    """Store the quotes of what is free and book it together; the booking of each time."""
    free = [each.quote for each in judged if each.quote is not None and not each.errors]
    db.session.add_all(free)
    db.session.flush()
    orders = [Order(quote, reference) for quote in free]
    if offer.rules.approval:
        rows = [requests.file(actor, offer, order) for order in orders]
    else:
        rows = services.book_all(actor, orders) if orders else []
    made = iter([row.id for row in rows])
    return [None if each.errors else next(made) for each in judged]


def _items(row: Series, judged: Sequence[Judged],
           booked: Sequence[int | None]) -> list[SeriesItem]:
    return [SeriesItem(series_id=row.id, starts=each.starts, ends=each.ends,
                       booking_id=booking_id, reason=each.reason, price_seen=each.most)
            for each, booking_id in zip(judged, booked, strict=True)]


@transactional
def refill(actor: Actor, series_id: int, max_each: Money | None = None) -> Series:
    """A firm tries the times of a series anew that were skipped; what is free now is booked.

    None is booked for more than it cost when the series was made, or than `max_each`, which the
    firm agrees to; a time that had no price then may cost what the dearest of the others did.
    """
    require(actor, "booking.create")
    row = series_queries.series_of(actor, series_id)
    wish = wish_of(row)
    offer = series_judging.offer_for(wish)
    _lock(actor, offer)
    _refuse_ended(row)
    items = [item for item in series_queries.items_of(row.id)
             if item.booking_id is None and item.reason != MISSING_HOUR
             and item.starts > clock.now()]
    judged = series_judging.judge(actor, offer, wish, [Time(item.starts) for item in items],
                                  _ceilings(row, items, max_each))
    booked = _booked(actor, offer, judged, row.reference)
    for item, each, booking_id in zip(items, judged, booked, strict=True):
        item.ends, item.booking_id, item.reason = each.ends, booking_id, each.reason
        item.price_now = each.most if each.reason == DEARER else None
    db.session.flush()
    filled = sum(1 for booking_id in booked if booking_id is not None)
    audit.record(actor, "series.refill", "series", row.id, tried=len(items), booked=filled)
    return row


def _ceilings(row: Series, items: Sequence[SeriesItem],
              agreed: Money | None) -> list[Money | None]:
    """What each of these may cost at most: what it did, or more where that is agreed to."""
    dearest = series_queries.dearest_seen(row.id)
    seen = [dearest if item.price_seen is None else item.price_seen for item in items]
    return [each if agreed is None or each is None else max(each, agreed) for each in seen]


def wish_of(row: Series) -> Wish:
    """The wish of a series' first time."""
    end = None if row.minutes is None else row.starts + timedelta(minutes=row.minutes)
    return Wish(row.listing_id, row.starts, end, row.pieces, row.mode, row.lanes)


def _refuse_ended(row: Series) -> None:
    """Raise SeriesEnded when it is cancelled; its resource is locked."""
    db.session.refresh(row)
    if row.state != ACTIVE:
        raise SeriesEnded(id=row.id)


@transactional
def cancel(actor: Actor, series_id: int) -> Series:
    """A firm gives up all that is to come of a series, each booking by its own terms and fee."""
    require(actor, "booking.change")
    row = series_queries.series_of(actor, series_id)
    coming = series_queries.coming(row.id)
    locked = {row.resource_id, *coming.values()}
    lock(Resource, locked, Rank.RESOURCE)
    _refuse_ended(row)
    if not set(series_queries.coming(row.id).values()) <= locked:
        raise BusyDatabase()   # one was moved elsewhere while we waited
    open_states = (lifecycle.REQUESTED, lifecycle.CONFIRMED)
    ids = db.session.scalars(select(Booking.id).order_by(Booking.id).where(
        Booking.id.in_(coming), Booking.state.in_(open_states),
        Booking.starts > clock.now())).all()
    for booking_id in ids:
        steps.cancel(actor, booking_id)
    row.state = CANCELLED
    audit.record(actor, "series.cancel", "series", row.id, bookings=len(ids))
    return row
