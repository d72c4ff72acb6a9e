"""What a company has done in twelve months, counted from the audit log alone.

Shown from FEWEST orders on: fewer say nothing. Every share prints its formula.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from marketplace.bookings.models import Booking
from marketplace.core import clock
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db

FEWEST = 5
SPAN = timedelta(days=365)
# share: (counted, out of) as steps; "step:side" counts one side's steps only
SHARES = {
    "on_time": (("deliver:punctual",), ("deliver",)),
    "accepted_first": (("accept",), ("accept", "dispute")),
    "declined": (("decline:seller",), ("request",)),
    "cancelled": (("cancel:seller", "abort"), ("confirm", "approve")),
}


@dataclass(frozen=True)
class Share:
    """So many out of so many; `value` is None where there was nothing to count."""

    name: str
    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """0 to 1."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True)
class Record:
    """A seller's twelve months: finished orders, and its shares where there are enough."""

    orders: int
    shares: tuple[Share, ...]


def record_of(company_id: int) -> Record:
    """The record of a company as a seller; without shares below FEWEST delivered orders."""
    steps = _steps(company_id)
    orders = steps["deliver"]
    if orders < FEWEST:
        return Record(orders, ())
    return Record(orders, tuple(
        Share(name, sum(steps[each] for each in part), sum(steps[each] for each in whole))
        for name, (part, whole) in SHARES.items()))


def _steps(company_id: int) -> Counter[str]:
    """How often each step was made on the company's machines, in one read of the audit log.

    The bookings only say which entries are the company's; nothing of theirs is counted.
    """
    action, late = AuditEntry.action, AuditEntry.details["late"].as_boolean()
    side = AuditEntry.details["side"].as_string()
    query = (select(action, side, late, func.count())
             .join(Booking, (AuditEntry.object_kind == "booking")
                   & (AuditEntry.object_id == Booking.id))
             .where(Booking.seller_company_id == company_id,
                    AuditEntry.at >= clock.now() - SPAN)
             .group_by(action, side, late))
    found: Counter[str] = Counter()
    for name, who, was_late, count in db.session.execute(query):
        step = name.removeprefix("booking.")
        found[step] += count
        found[f"{step}:{who}"] += count
        if step == "deliver" and was_late is False:
            found["deliver:punctual"] += count
    return found
