"""What a late change costs by the clock, from the terms shown before booking.

The amounts are lines of the booking; the money work posts them. A fee is waived when the slot is
sold again in full, and a change of the other side's making costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from marketplace.bookings.models import Booking, BookingFee
from marketplace.catalogue.models import Quote
from marketplace.catalogue.rules import ListingRules
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.money import Money

LATE_CANCEL, LATE_MOVE, NO_SHOW = "late_cancel", "late_move", "no_show"


def percent_of(rules: ListingRules, code: str, starts: datetime, now: datetime) -> int:
    """The share of the price that a change costs now, in percent (pure).

    Not coming costs `no_show_percent`; cancelling or moving costs `late_percent` once the start
    is less than `free_hours` away.
    """
    if code == NO_SHOW:
        return rules.no_show_percent
    return rules.late_percent if starts - now < timedelta(hours=rules.free_hours) else 0


def amount_of(booking: Booking, percent: int) -> Money:
    """So many percent of the price, rounded down; of the least a value price can be."""
    price = booking.total if booking.total is not None else booking.total_min
    assert price is not None   # the table has a check: one of the two is there
    return Money(price.minor * percent // 100)


def terms_of(booking: Booking) -> ListingRules:
    """The rules that the booking was made under."""
    return ListingRules(**db.session.get_one(Quote, booking.quote_id).rules)


def charge(booking: Booking, code: str) -> BookingFee | None:
    """Write down what this change costs, where it costs anything."""
    now = clock.now()
    percent = percent_of(terms_of(booking), code, booking.starts, now)
    amount = amount_of(booking, percent)
    if not amount.minor:
        return None
    fee = BookingFee(booking_id=booking.id, resource_id=booking.resource_id, code=code,
                     percent=percent, amount=amount, state="due", waived_for="",
                     starts=max(booking.starts, now), ends=booking.ends, lanes=booking.lanes,
                     created_at=now)
    db.session.add(fee)
    db.session.flush()
    return fee


def of_bookings(booking_ids: Sequence[int]) -> dict[int, list[BookingFee]]:
    """Fees by booking, oldest first."""
    found: dict[int, list[BookingFee]] = {}
    query = (select(BookingFee).where(BookingFee.booking_id.in_(booking_ids))
             .order_by(BookingFee.id))
    for fee in db.session.scalars(query):
        found.setdefault(fee.booking_id, []).append(fee)
    return found
