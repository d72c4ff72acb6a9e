"""The listing's rules, the same for every path that takes capacity, before the one `take()`.

Create, edit, move, approve, series, waitlist, plan and API all call `lock_counters()` before they
lock resources, and `check()` after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.accounts.models import Company
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Quote
from marketplace.catalogue.rules import Offer
from marketplace.core.locking import Rank, lock


@dataclass(frozen=True)
class Wanted:
    """A quoted slot that somebody wants: who it is for, who operates, what it replaces.

    `booking_id`, `hold_id`: of the same slot's own booking or hold, whose hours do not count twice.
    """

    offer: Offer
    quote: Quote
    company_id: int
    member_id: int
    booking_id: int = 0
    hold_id: int = 0


def lock_counters(wanted: Sequence[Wanted]) -> None:
    """Lock the companies whose hours are counted, so that two bookings cannot share a rest."""
    lock(Company, {each.company_id for each in wanted
                   if each.offer.rules.quota_hours or each.offer.rules.prime_minutes},
         Rank.COMPANY)


def check(wanted: Sequence[Wanted]) -> None:
    """Raise RuleBroken naming every rule that any of these breaks now."""
    catalogue.recheck([(each.offer, each.quote) for each in wanted])
