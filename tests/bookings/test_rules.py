"""Quota and prime time as pure functions: weeks, days, what is exempt, what is left."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from marketplace.bookings import rules
from marketplace.bookings.rules import Use
from marketplace.catalogue.rules import ListingRules
from marketplace.core.timewindow import TimeWindow

SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"
LONG_AGO = datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC"))
MONDAY, NEXT = date(2026, 3, 2), date(2026, 3, 9)


def terms(**changes: Any) -> ListingRules:
    """Rules with a quota of ten hours a week and no prime time."""
    values: dict[str, Any] = {
        "step": 15, "min_minutes": 60, "max_minutes": 10080, "notice_minutes": 0,
        "horizon_days": 60, "may_pause": False, "zone": SHANGHAI, "quota_hours": 10}
    return ListingRules(**values | changes)


def use(day: int, hour: int, hours: float, *, lanes: int = 1, zone: str = SHANGHAI,
        agreed: datetime = LONG_AGO) -> Use:
    """Work that starts so many days after Monday 2 March 2026 by a zone's wall clock."""
    start = datetime(2026, 3, 2, hour, tzinfo=ZoneInfo(zone)) + timedelta(days=day)
    instant = start.astimezone(ZoneInfo("UTC"))
    return Use(TimeWindow(instant, instant + timedelta(hours=hours)), lanes, agreed)


@pytest.mark.parametrize(("work", "minutes"), [
    (use(0, 8, 2), {MONDAY: 120}),
    (use(0, 8, 2, lanes=3), {MONDAY: 360}),
    (use(6, 22, 4), {MONDAY: 120, NEXT: 120}),             # over midnight of a Sunday
    (use(6, 22, 2), {MONDAY: 120}),                        # up to that midnight
    (use(7, 0, 1), {NEXT: 60}),                            # from that midnight on
    (use(5, 0, 24 * 10), {MONDAY: 2 * 1440, NEXT: 7 * 1440, date(2026, 3, 16): 1440}),
])
def test_hours_count_in_the_week_in_which_they_lie(work, minutes):
    """Work is split at local midnight of Sunday, and counts once for every lane."""
    assert rules.by_week([work], SHANGHAI) == minutes


def test_a_week_with_a_clock_change_has_its_real_hours():
    """The week in which summer time begins has 167 hours, and none of them is lost."""
    week = rules.week_of(date(2026, 3, 23), BERLIN)
    whole = Use(week, 1, LONG_AGO)

    assert week.minutes == 167 * 60
    assert rules.by_week([whole], BERLIN) == {date(2026, 3, 23): 167 * 60}


@pytest.mark.parametrize(("used", "wanted", "remaining"), [
    ([], [use(0, 8, 10)], None),                           # the whole quota
    ([], [use(0, 8, 10.25)], "10"),
    ([use(0, 8, 8)], [use(1, 8, 2)], None),                # to the last minute
    ([use(0, 8, 8)], [use(1, 8, 2.25)], "2"),
    ([use(0, 8, 8.5)], [use(1, 8, 2)], "1.5"),
    ([use(0, 8, 12)], [use(1, 8, 1)], "0"),                # already over, by a changed quota
    ([use(7, 8, 10)], [use(1, 8, 10)], None),              # another week
    ([], [use(0, 8, 6), use(1, 8, 6)], "10"),              # together in one call
    ([use(6, 22, 4)], [use(7, 8, 8.25)], "8"),             # two of its hours lie in this week
])
def test_the_quota_is_of_a_week(used, wanted, remaining):
    """What is used and what is wanted together fit the quota, or the rest is named."""
    found = rules.quota_errors(terms(), used, wanted)

    assert [each.params["remaining"] for each in found] == ([remaining] if remaining else [])
    assert {each.code for each in found} <= {"quota"}


def test_every_week_that_is_over_is_named():
    """Work over two weeks breaks the quota of both: two errors with their weeks."""
    found = rules.quota_errors(terms(), [], [use(6, 10, 28)])

    assert [each.params["week"] for each in found] == ["2026-W10", "2026-W11"]


@pytest.mark.parametrize(("free", "hours_before", "counts"), [
    (True, 23, False), (True, 24, True), (True, 25, True), (False, 1, True)])
def test_the_last_day_is_neither_refused_nor_counted(free, hours_before, counts):
    """Work taken in the 24 hours before its start is exempt where that is free (FIELD rank 9)."""
    start = use(1, 8, 8).window.start
    late = use(1, 8, 8, agreed=start - timedelta(hours=hours_before))
    listing = terms(quota_hours=10, last_day_free=free)

    assert bool(rules.quota_errors(listing, [], [late, late])) is counts
    assert bool(rules.quota_errors(listing, [late], [use(3, 8, 3)])) is counts
    assert rules.rest_of(listing, [late], MONDAY).left == (120 if counts else 600)


PRIME = {"prime_days": "12345", "prime_from": 9 * 60, "prime_until": 18 * 60,
         "prime_minutes": 120, "quota_hours": 0}


@pytest.mark.parametrize(("used", "wanted", "remaining"), [
    ([], [use(0, 9, 2)], None),
    ([], [use(0, 9, 2.25)], 120),
    ([], [use(0, 7, 4)], None),                            # two of four hours are prime
    ([], [use(0, 18, 6)], None),                           # after it
    ([], [use(5, 9, 9)], None),                            # a Saturday
    ([use(0, 9, 1)], [use(0, 16, 1.5)], 60),
    ([use(0, 9, 2)], [use(1, 9, 2)], None),                # another day
    ([], [use(0, 9, 1, lanes=3)], 120),                    # every lane counts
])
def test_prime_time_is_of_a_day(used, wanted, remaining):
    """Prime time used and wanted of one local day fit what a company may have."""
    found = rules.prime_errors(terms(**PRIME), used, wanted)

    assert [each.params["remaining"] for each in found] == ([remaining] if remaining else [])


@pytest.mark.parametrize("changes", [
    {"prime_minutes": 0}, {"prime_days": ""}])
def test_no_prime_time_no_limit(changes):
    """Without weekdays or without a limit nothing is refused."""
    assert rules.prime_errors(terms(**PRIME | changes), [], [use(0, 9, 9)]) == []


def test_no_quota_no_limit():
    """Zero hours means that there is no quota."""
    assert rules.quota_errors(terms(quota_hours=0), [], [use(0, 0, 160)]) == []


@pytest.mark.parametrize(("minutes", "text"), [(0, "0"), (90, "1.5"), (600, "10"), (50, "0.83")])
def test_hours_read_like_hours(minutes, text):
    """Minutes are named as hours without empty decimals."""
    assert rules.hours_text(minutes) == text
