"""Bookings that a fact hits: what is still to be settled, read from what stands there now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, select

from marketplace.bookings import lifecycle
from marketplace.bookings.models import Booking
from marketplace.capacity import queries as capacity
from marketplace.capacity.models import Unavailability
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow, subtract


@dataclass(frozen=True)
class Conflict:
    """A booking and the fact, not over yet, that hits its work."""

    booking: Booking
    fact: Unavailability


def _hits() -> ColumnElement[bool]:
    """SQL over Booking and Unavailability: the fact hits the booking's work."""
    return and_(Unavailability.resource_id == Booking.resource_id,
                Unavailability.starts < Booking.ends, Unavailability.ends > Booking.starts)


def _not_over() -> ColumnElement[bool]:
    """SQL over Booking and Unavailability: there is still something to settle."""
    now = clock.now()
    return and_(Unavailability.ends > now, Booking.ends > now)


def is_hit(booking: Booking) -> bool:
    """True when a fact that is not over hits the work of a booking."""
    return bool(hit_among([booking.id]))


def hit_among(booking_ids: Sequence[int]) -> set[int]:
    """Which of these bookings a fact that is not over hits, in one query."""
    return _among(booking_ids, and_(_hits(), _not_over()))


def excused_among(booking_ids: Sequence[int]) -> set[int]:
    """Which of these a fact hits, or hit: a repair does not make who stayed away pay for it."""
    return _among(booking_ids, _hits())


def down_throughout(booking: Booking) -> bool:
    """True when facts cover all of a booking's work: nobody could have come."""
    work = TimeWindow(booking.starts, booking.ends)
    facts = [TimeWindow(each.starts, each.ends)
             for each in capacity.unavailable([booking.resource_id], work)]
    return not subtract([work], facts)


def _among(booking_ids: Sequence[int], hits: ColumnElement[bool]) -> set[int]:
    query = select(Booking.id).where(Booking.id.in_(booking_ids),
                                     exists().where(hits).correlate(Booking))
    return set(db.session.scalars(query))


def unsettled(actor: Actor, limit: int = 100,
              resource_id: int | None = None) -> list[Conflict]:
    """Bookings on the actor's machines that a fact hits, by start; the earliest fact of each.

    `limit`: of the bookings, however many facts hit them.
    """
    first = (select(Unavailability.id).where(_hits(), _not_over())
             .order_by(Unavailability.starts, Unavailability.id).limit(1)
             .correlate(Booking).scalar_subquery())
    query = (select(Booking, Unavailability).join(Unavailability, Unavailability.id == first)
             .where(Booking.seller_company_id == actor.company_id,
                    Booking.state.in_(lifecycle.BOOKED), Booking.ends > clock.now())
             .order_by(Booking.starts, Booking.id).limit(limit))
    if resource_id is not None:
        query = query.where(Booking.resource_id == resource_id)
    return [Conflict(booking, fact) for booking, fact in db.session.execute(query)]
