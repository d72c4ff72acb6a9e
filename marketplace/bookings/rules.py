"""What a company may take of a listing: hours a week, prime time a day. Pure functions of values.

Hours are lane hours from start to end, counted in the week or day of the site's clock in which
they lie: work over midnight of a Sunday counts in both weeks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from marketplace.catalogue.rules import ListingRules
from marketplace.core.errors import FieldError
from marketplace.core.timewindow import TimeWindow

LAST_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Use:
    """Lanes that work takes; `agreed`: when it was taken, now for what is wanted."""

    window: TimeWindow
    lanes: int
    agreed: datetime

    @property
    def last_minute(self) -> bool:
        """True when it was taken in the last 24 hours before its start."""
        return self.window.start - self.agreed < LAST_DAY


@dataclass(frozen=True)
class Rest:
    """What is used and left of a quota in one week, in lane minutes."""

    monday: date
    quota: int
    used: int

    @property
    def left(self) -> int:
        """Lane minutes that may still be taken."""
        return max(0, self.quota - self.used)

    @property
    def week(self) -> str:
        """The ISO name of the week, such as 2026-W10."""
        return week_name(self.monday)


def local(day: date, minutes: int, zone: str) -> datetime:
    """The instant so many minutes after midnight by the wall clock of a zone."""
    days, rest = divmod(minutes, 1440)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60))
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def monday_of(moment: datetime, zone: str) -> date:
    """The Monday of the local week in which a moment lies."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    return day - timedelta(days=day.weekday())


def week_of(monday: date, zone: str) -> TimeWindow:
    """The seven local days from a Monday."""
    return TimeWindow(local(monday, 0, zone), local(monday + timedelta(days=7), 0, zone))


def week_name(monday: date) -> str:
    """The ISO name of the week of a day."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def weeks_of(window: TimeWindow, zone: str) -> Iterator[date]:
    """The Mondays of the weeks that a window touches."""
    monday = monday_of(window.start, zone)
    while local(monday, 0, zone) < window.end:
        yield monday
        monday += timedelta(days=7)


def weeks_around(windows: Sequence[TimeWindow], zone: str) -> TimeWindow:
    """The whole local weeks that the windows touch, and those between."""
    whole = TimeWindow(min(each.start for each in windows), max(each.end for each in windows))
    mondays = list(weeks_of(whole, zone))
    return TimeWindow(local(mondays[0], 0, zone), week_of(mondays[-1], zone).end)


def days_of(window: TimeWindow, zone: str) -> Iterator[date]:
    """The local days that a window touches."""
    day = window.start.astimezone(ZoneInfo(zone)).date()
    while local(day, 0, zone) < window.end:
        yield day
        day += timedelta(days=1)


def shared(one: TimeWindow, other: TimeWindow) -> int:
    """Minutes that two windows have in common."""
    start, end = max(one.start, other.start), min(one.end, other.end)
    return TimeWindow(start, end).minutes if start < end else 0


def by_week(uses: Iterable[Use], zone: str) -> dict[date, int]:
    """Lane minutes by the Monday of their week."""
    found: dict[date, int] = defaultdict(int)
    for use in uses:
        for monday in weeks_of(use.window, zone):
            found[monday] += use.lanes * shared(use.window, week_of(monday, zone))
    return dict(found)


def prime_window(rules: ListingRules, day: date) -> TimeWindow | None:
    """The prime time of a day; None where it has none."""
    if str(day.isoweekday()) not in rules.prime_days:
        return None
    start = local(day, rules.prime_from, rules.zone)
    end = local(day, rules.prime_until, rules.zone)
    return TimeWindow(start, end) if start < end else None


def prime_by_day(uses: Iterable[Use], rules: ListingRules) -> dict[date, int]:
    """Lane minutes of prime time by local day; days without any are left out."""
    found: dict[date, int] = defaultdict(int)
    for use in uses:
        for day in days_of(use.window, rules.zone):
            prime = prime_window(rules, day)
            minutes = shared(use.window, prime) if prime else 0
            if minutes:
                found[day] += use.lanes * minutes
    return dict(found)


def counted(rules: ListingRules, uses: Iterable[Use]) -> list[Use]:
    """What the quota counts: not what was taken in its last 24 hours, where that is free."""
    return [use for use in uses if not (rules.last_day_free and use.last_minute)]


def rest_of(rules: ListingRules, uses: Iterable[Use], monday: date) -> Rest:
    """What is used and left of the quota in the week of a Monday."""
    used = by_week(counted(rules, uses), rules.zone).get(monday, 0)
    return Rest(monday, rules.quota_hours * 60, used)


def quota_errors(rules: ListingRules, used: Sequence[Use],
                 wanted: Sequence[Use]) -> list[FieldError]:
    """Every week in which what is used and what is wanted are more than the quota."""
    if not rules.quota_hours:
        return []
    errors = []
    for monday, minutes in sorted(by_week(counted(rules, wanted), rules.zone).items()):
        rest = rest_of(rules, used, monday)
        if minutes > rest.quota - rest.used:
            errors.append(FieldError("start", "quota", hours=rules.quota_hours, week=rest.week,
                                     remaining=hours_text(rest.left)))
    return errors


def prime_errors(rules: ListingRules, used: Sequence[Use],
                 wanted: Sequence[Use]) -> list[FieldError]:
    """Every day on which what is used and what is wanted are more than the prime time allowed."""
    if not (rules.prime_minutes and rules.prime_days):
        return []
    before = prime_by_day(used, rules)
    return [FieldError("start", "prime_time", minutes=rules.prime_minutes, day=day.isoformat(),
                       remaining=max(0, rules.prime_minutes - before.get(day, 0)))
            for day, minutes in sorted(prime_by_day(wanted, rules).items())
            if before.get(day, 0) + minutes > rules.prime_minutes]


def counts(rules: ListingRules) -> bool:
    """True when what a company takes of the listing is counted."""
    return bool(rules.quota_hours or rules.quota_group or rules.prime_minutes)


def hours_text(minutes: int) -> str:
    """Minutes as hours: 90 is 1.5."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")
