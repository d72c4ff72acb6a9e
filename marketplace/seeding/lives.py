"""What became of the demo's past bookings: each step made by the service at its own moment.

Of every hundred bookings, by their order: 5 are cancelled by the firm two days before, 3 by the
provider, 4 are delivered two hours late, 3 are disputed (an operator resolves that nine days
later), 2 see nobody come; the others are worked as booked. Silence accepts what is older than a
week, the firm accepts the rest the next day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from marketplace.bookings import requests, steps
from marketplace.bookings.models import Booking
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.core.transaction import savepoint, transactional

GIVEN_UP, DROPPED, LATE, DISPUTED, ABSENT = range(5)
FATES = {GIVEN_UP: range(0, 5), DROPPED: range(5, 8), LATE: range(8, 12),
         DISPUTED: range(12, 15), ABSENT: range(15, 17)}
NOBODYS = 0   # the operator, who belongs to no company
SPREAD = 37   # prime to 100: fates lie scattered over the rows


def fate_of(number: int) -> int | None:
    """What becomes of the booking with this number; None: it is worked as booked."""
    place = number * SPREAD % 100
    return next((fate for fate, places in FATES.items() if place in places), None)


@transactional
def live_on(booking_id: int, number: int, people: Mapping[int, Actor], now: datetime) -> None:
    """Make every step that lies before now, as the two companies would have."""
    booking = db.session.get_one(Booking, booking_id)
    buyer, seller = people[booking.company_id], people[booking.seller_company_id]
    starts, ends, fate = booking.starts, booking.ends, fate_of(number)
    if booking.state == "requested":
        _at(booking.created_at + timedelta(minutes=30), now, requests.approve, seller, booking)
    if fate in (GIVEN_UP, DROPPED):
        _at(max(booking.created_at, starts - timedelta(days=2)), now, steps.cancel,
            buyer if fate == GIVEN_UP else seller, booking)
        return
    if fate == ABSENT:
        _at(starts + timedelta(hours=1), now, steps.no_show, seller, booking)
        return
    late = timedelta(hours=2 if fate == LATE else 0)
    _at(starts, now, steps.start, seller, booking)
    _at(ends + late, now, steps.deliver, seller, booking)
    if fate == DISPUTED:
        _at(ends + timedelta(hours=20), now, _dispute, buyer, booking)
        _at(ends + timedelta(days=9), now, _resolve, people[NOBODYS], booking)
    elif now - ends > timedelta(days=8):
        _at(ends + late + timedelta(days=7), now, steps.accept, SYSTEM, booking)
    else:
        _at(ends + late + timedelta(hours=20), now, steps.accept, buyer, booking)


def _dispute(actor: Actor, booking_id: int) -> Booking:
    return steps.dispute(actor, booking_id, reason="表面粗糙度超差，需要复检")


def _resolve(actor: Actor, booking_id: int) -> Booking:
    return steps.resolve(actor, booking_id, reason="复检合格，按原价验收")


def _at(moment: datetime, now: datetime, step: Callable[[Actor, int], Booking], actor: Actor,
        booking: Booking) -> None:
    """Make a step at its moment, unless that is still to come or the lifecycle has moved on."""
    if moment >= now:
        return
    try:
        with clock.moved_to(moment), savepoint():
            step(actor, booking.id)
    except DomainError:
        return   # an earlier step did not happen: the rules say that neither does this one
