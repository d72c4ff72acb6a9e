"""Reads of series, scoped to the asker's company."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, func, select

from marketplace.bookings import lifecycle
from marketplace.bookings.models import Booking
from marketplace.bookings.series_errors import SeriesNotFound
from marketplace.bookings.series_models import Series, SeriesItem
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.money import Money

LIVE = (lifecycle.REQUESTED, *lifecycle.BOOKED)


def series_list(actor: Actor) -> Select[Series]:
    """The series of the actor's company, newest first."""
    return (select(Series).where(Series.company_id == actor.company_id)
            .order_by(Series.id.desc()))


def series_of(actor: Actor, series_id: int) -> Series:
    """One series of the actor's company; raises SeriesNotFound."""
    row = db.session.scalar(series_list(actor).where(Series.id == series_id))
    if row is None:
        raise SeriesNotFound(id=series_id)
    return row


def items_of(series_id: int) -> Sequence[SeriesItem]:
    """Every time of a series, in order."""
    return db.session.scalars(select(SeriesItem).where(SeriesItem.series_id == series_id)
                              .order_by(SeriesItem.id)).all()


def dearest_seen(series_id: int) -> Money | None:
    """The most that a time of a series cost when it was made."""
    return db.session.scalar(select(func.max(SeriesItem.price_seen))
                             .where(SeriesItem.series_id == series_id))


def bookings_of(items: Sequence[SeriesItem]) -> dict[int, Booking]:
    """The bookings of items, by id."""
    ids = [item.booking_id for item in items if item.booking_id is not None]
    return {row.id: row for row in db.session.scalars(
        select(Booking).where(Booking.id.in_(ids)))}


def coming(series_id: int) -> dict[int, int]:
    """Bookings of a series that may still be cancelled: resource by booking."""
    query = (select(Booking.id, Booking.resource_id)
             .join(SeriesItem, SeriesItem.booking_id == Booking.id)
             .where(SeriesItem.series_id == series_id, Booking.state.in_(LIVE),
                    Booking.starts > clock.now()))
    return {booking_id: resource_id for booking_id, resource_id in db.session.execute(query)}


def counts(series_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many times of each series were booked and how many skipped."""
    query = (select(SeriesItem.series_id, func.count(SeriesItem.booking_id), func.count())
             .where(SeriesItem.series_id.in_(series_ids)).group_by(SeriesItem.series_id))
    return {id_: (booked, total - booked) for id_, booked, total in db.session.execute(query)}
