"""What a late change costs by the clock, from the terms shown before booking.

The amounts are lines of the booking; the money work posts them. A fee is waived when the slot is
sold again in full, and a change of the other side's making costs nothing: a firm whose slot a
breakdown hits cancels, moves or stays away for free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from marketplace.accounts.permissions import require
from marketplace.bookings import changing, conflicts, lifecycle
from marketplace.bookings.errors import FeeNotDue, FeeNotFound
from marketplace.bookings.models import Booking, BookingFee
from marketplace.catalogue.models import Quote
from marketplace.catalogue.rules import ListingRules
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.money import Money
from marketplace.core.transaction import transactional

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
    if not amount.minor or conflicts.excused_among([booking.id]):
        return None
    fee = BookingFee(booking_id=booking.id, resource_id=booking.resource_id, code=code,
                     percent=percent, amount=amount, state="due", waived_for="",
                     starts=max(booking.starts, now), ends=booking.ends, lanes=booking.lanes,
                     created_at=now)
    db.session.add(fee)
    db.session.flush()
    return fee


@dataclass(frozen=True)
class FeeNow:
    """What a change would cost at this moment."""

    code: str
    percent: int
    amount: Money


def fees_now(booking: Booking, rules: ListingRules, hit: bool = False) -> list[FeeNow]:
    """What cancelling, moving and not coming cost now; `hit`: a fact makes all of it free (pure).

    Empty for a booking that can do none of it any more.
    """
    if booking.state != lifecycle.CONFIRMED:
        return []
    now = clock.now()
    codes = (LATE_CANCEL, LATE_MOVE, NO_SHOW) if now < booking.starts else (NO_SHOW,)
    percents = {code: 0 if hit else percent_of(rules, code, booking.starts, now)
                for code in codes}
    return [FeeNow(code, percent, amount_of(booking, percent))
            for code, percent in percents.items()]


def free_until(booking: Booking, rules: ListingRules) -> datetime:
    """Up to when cancelling or moving costs nothing."""
    return booking.starts - timedelta(hours=rules.free_hours)


@transactional
def waive(actor: Actor, booking_id: int, fee_id: int, reason: str) -> Booking:
    """The seller lets a fee of its booking go, with its reason.

    Raises FeeNotFound, and FeeNotDue for one that is waived already.
    """
    require(actor, "booking.change")
    booking = changing.locked(actor, booking_id)
    fee = db.session.scalar(select(BookingFee).where(
        BookingFee.id == fee_id, BookingFee.booking_id == booking.id)
        .execution_options(populate_existing=True))
    if fee is None or booking.seller_company_id != actor.company_id:
        raise FeeNotFound(id=fee_id)
    if fee.state != "due":
        raise FeeNotDue(id=fee_id)
    let_go(actor, fee, reason)
    booking.version += 1
    return booking


def let_go(actor: Actor, fee: BookingFee, reason: str) -> None:
    """Waive a fee and write down why."""
    fee.state, fee.waived_for = "waived", reason
    audit.record(actor, "booking_fee.waive", "booking", fee.booking_id, fee=fee.id,
                 amount=fee.amount.minor, reason=reason)


def of_bookings(booking_ids: Sequence[int]) -> dict[int, list[BookingFee]]:
    """Fees by booking, oldest first."""
    found: dict[int, list[BookingFee]] = {}
    query = (select(BookingFee).where(BookingFee.booking_id.in_(booking_ids))
             .order_by(BookingFee.id))
    for fee in db.session.scalars(query):
        found.setdefault(fee.booking_id, []).append(fee)
    return found
