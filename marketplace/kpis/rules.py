"""The periods an operator may look at: whole local days back or ahead."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from marketplace.core.timewindow import TimeWindow

PERIODS = {"back-7": -7, "back-30": -30, "back-62": -62, "next-14": 14}
DEFAULT = "back-30"


def period(name: str, now: datetime, zone: str) -> TimeWindow:
    """`back-N` ends with yesterday, `next-N` begins today; an unknown name is the default."""
    days = PERIODS.get(name, PERIODS[DEFAULT])
    today = now.astimezone(ZoneInfo(zone)).date()
    other = today + timedelta(days=days)
    return TimeWindow(_midnight(min(today, other), zone), _midnight(max(today, other), zone))


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
