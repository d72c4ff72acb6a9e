"""Reads of holds and bookings, scoped to the asker's company."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm.util import identity_key

from marketplace.bookings import lifecycle
from marketplace.bookings.errors import BookingNotFound, HoldNotFound
from marketplace.bookings.models import Booking, Hold
from marketplace.bookings.waitlist_models import WaitlistEntry
from marketplace.capacity import queries as capacity
from marketplace.catalogue.models import Quote
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow

MOST = 1000   # open requests of a company for one resource: they do not overlap

def bookings_of(actor: Actor) -> Select[Booking]:
    """Bookings that the actor's company made or that are on its machines, newest first."""
    return (select(Booking)
            .where(or_(Booking.company_id == actor.company_id,
                       Booking.seller_company_id == actor.company_id))
            .order_by(Booking.id.desc()))


def booking_of(actor: Actor, booking_id: int) -> Booking:
    """One booking of the actor's company on either side; raises BookingNotFound.

    The system and an operator find every booking.
    """
    everyones = actor.is_operator or actor.role == "system"
    query = select(Booking) if everyones else bookings_of(actor)
    row = db.session.scalar(query.where(Booking.id == booking_id))
    if row is None:
        raise BookingNotFound(id=booking_id)
    return row


def hold_of(actor: Actor, hold_id: int) -> Hold:
    """One hold of the actor's company; raises HoldNotFound."""
    row = db.session.scalar(select(Hold).where(Hold.id == hold_id,
                                               Hold.company_id == actor.company_id))
    if row is None:
        raise HoldNotFound(id=hold_id)
    return row


def live_holds(actor: Actor, resource_id: int) -> Sequence[Hold]:
    """What the actor holds of a resource for itself; what a waitlist offers is not counted."""
    return db.session.scalars(select(Hold).where(
        Hold.member_id == actor.member_id, Hold.resource_id == resource_id,
        Hold.state == lifecycle.HELD, Hold.expires_at > clock.now(),
        ~exists().where(WaitlistEntry.hold_id == Hold.id))).all()


def requests_of(company_id: int, resource_id: int, window: TimeWindow) -> Sequence[Booking]:
    """Open requests of a company for time of a resource that overlaps a window, by start.

    One whose clock has run out is open no more, whoever has noticed.
    """
    query = (select(Booking)
             .where(Booking.resource_id == resource_id, Booking.company_id == company_id,
                    Booking.state == lifecycle.REQUESTED,
                    or_(Booking.answer_by.is_(None), Booking.answer_by > clock.now()),
                    Booking.starts < window.end, Booking.ends > window.start)
             .order_by(Booking.starts, Booking.id).limit(MOST))
    return db.session.scalars(query).all()


def overdue(limit: int = 500) -> list[tuple[int, str]]:
    """Bookings whose answer is overdue, with their state, the longest overdue first."""
    query = (select(Booking.id, Booking.state)
             .where(Booking.state.in_((lifecycle.REQUESTED, lifecycle.CONFIRMED,
                                       lifecycle.DELIVERED)),
                    Booking.answer_by <= clock.now())
             .order_by(Booking.answer_by, Booking.id).limit(limit))
    return [(id_, state) for id_, state in db.session.execute(query)]


def lanes_of(holder_kind: str, ids: Sequence[int]) -> dict[int, list[int]]:
    """Lane numbers by holder, in one query whatever their number."""
    return capacity.lanes_of(holder_kind, ids)


def quotes_of(rows: Sequence[Booking]) -> dict[int, Quote]:
    """The quotes that bookings keep, by id."""
    known = {row.quote_id: quote for row in rows
             if (quote := db.session.identity_map.get(identity_key(Quote, row.quote_id)))}
    missing = {row.quote_id for row in rows} - set(known)
    if missing:
        known |= {quote.id: quote for quote in db.session.scalars(
            select(Quote).where(Quote.id.in_(missing)))}
    return known


def booked_among(ids: Collection[int]) -> Sequence[Booking]:
    """Those of these bookings that take lanes and are not over, by start."""
    return db.session.scalars(
        select(Booking).where(Booking.id.in_(ids), Booking.state.in_(lifecycle.BOOKED),
                              Booking.ends > clock.now())
        .order_by(Booking.starts, Booking.id)).all()
