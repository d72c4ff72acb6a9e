"""The clock of the tests: it stands still until it is moved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from marketplace.core import clock

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)   # a Monday, 08:00 in Shandong


def shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment `day` days after the start of the tests' time, by Shandong's wall clock."""
    midnight = datetime(2026, 3, 2, tzinfo=SHANGHAI)
    return (midnight + timedelta(days=day, hours=hour, minutes=minute)).astimezone(UTC)


class TestClock:
    """`clock.move(minutes=5)`, `clock.to(moment)`, `clock.now`."""

    __test__ = False   # not a test class, whatever its name says to pytest

    def __init__(self, start: datetime = START) -> None:
        self.now = start

    def move(self, **span: float) -> datetime:
        """Let time pass, by timedelta's own names."""
        self.now += timedelta(**span)
        return self.now

    def to(self, moment: datetime) -> datetime:
        """Go to a moment."""
        self.now = moment
        return self.now

    @contextmanager
    def running(self) -> Iterator[TestClock]:
        """Be the product's clock."""
        with clock.moved_to(lambda: self.now):
            yield self
