"""What a company has used and has left of a listing's quota: shown beside its price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.bookings import rules, usage
from marketplace.bookings.rules import Rest
from marketplace.catalogue.rules import Offer
from marketplace.core import clock

WEEKS = 2   # this one and the next


@dataclass(frozen=True)
class Left:
    """A listing's quota and prime time as a company has them; no weeks where there is none.

    `prime`: lane minutes of prime time left of each day ahead in these weeks that has any.
    """

    offer: Offer
    weeks: tuple[Rest, ...]
    prime: tuple[tuple[date, int], ...]


def left(company_id: int, offer: Offer) -> Left:
    """What a company has left this week and the next, in two queries."""
    terms, now = offer.rules, clock.now()
    if not (terms.quota_hours or terms.prime_minutes):
        return Left(offer, (), ())
    monday = rules.monday_of(now, terms.zone)
    mondays = [monday + timedelta(days=7 * number) for number in range(WEEKS)]
    span = rules.weeks_around([rules.week_of(each, terms.zone) for each in mondays], terms.zone)
    used = usage.used(usage.group_of(company_id, offer), span)
    weeks = tuple(rules.rest_of(terms, used, each) for each in mondays)
    spent = rules.prime_by_day(used, terms)
    prime = tuple((day, max(0, terms.prime_minutes - spent.get(day, 0)))
                  for day in rules.days_of(span, terms.zone)
                  if terms.prime_minutes and (window := rules.prime_window(terms, day))
                  and window.end > now)
    return Left(offer, weeks if terms.quota_hours else (), prime)
