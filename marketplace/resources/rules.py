"""Opening hours as pure functions of rules, exceptions and holidays; kinds and their top types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from marketplace.core.timewindow import TimeWindow, merge

TOP_TYPE = {
    "machine": "manufacturing",
    "lab": "innovation", "expert": "innovation", "design_desk": "innovation",
    "warehouse": "service", "truck": "service", "data_desk": "service",
}
KINDS = tuple(TOP_TYPE)
TOP_TYPES = ("manufacturing", "innovation", "service")
MAKE_UP_WEEKDAY = 1   # a make-up working day is open like a Monday


@dataclass(frozen=True)
class Hours:
    """Open from minute to minute of a day."""

    opens: int
    closes: int


@dataclass(frozen=True)
class Calendar:
    """Weekly hours by ISO weekday, days that differ, and which days the state moves.

    `exceptions` maps a day to its hours (none: closed); `moved` maps a day to `holiday` or
    `workday`, empty for a resource that keeps no holidays.
    """

    weekly: Mapping[int, Sequence[Hours]]
    exceptions: Mapping[date, Sequence[Hours]]
    moved: Mapping[date, str]
    zone: str


def hours_of(calendar: Calendar, day: date) -> Sequence[Hours]:
    """The hours of one local day: an exception wins over a holiday, a holiday over the week."""
    if day in calendar.exceptions:
        return calendar.exceptions[day]
    kind = calendar.moved.get(day)
    if kind == "holiday":
        return ()
    weekday = MAKE_UP_WEEKDAY if kind == "workday" and day.isoweekday() > 5 else day.isoweekday()
    return calendar.weekly.get(weekday, ())


def openings(calendar: Calendar, first: date, days: int) -> list[TimeWindow]:
    """Opening intervals of `days` local days from `first`, merged, in UTC.

    Minutes are wall-clock minutes of the zone, so a day of 23 or 25 hours opens and closes at
    the hour on the wall.
    """
    windows = []
    for offset in range(days):
        day = first + timedelta(days=offset)
        for hours in hours_of(calendar, day):
            start = _instant(day, hours.opens, calendar.zone)
            end = _instant(day, hours.closes, calendar.zone)
            if start < end:
                windows.append(TimeWindow(start, end))
    return merge(windows)


def _instant(day: date, minute: int, zone: str) -> datetime:
    """A wall-clock minute of a day as an instant; 1440 is the next midnight."""
    local = datetime.combine(day + timedelta(days=minute // 1440),
                             time(minute % 1440 // 60, minute % 60), ZoneInfo(zone))
    return local.astimezone(UTC)
