"""Aware datetimes to whole ticks and back, rounding so that a plan never promises too much.

What is open shrinks to whole ticks, what is taken or needed grows to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scheduling.problem import Span


@dataclass(frozen=True, slots=True)
class TimeGrid:
    """Ticks of length ``tick`` counted from ``origin`` (aware). Raises ValueError otherwise."""

    origin: datetime
    tick: timedelta

    def __post_init__(self) -> None:
        if self.origin.tzinfo is None:
            raise ValueError("the origin needs a time zone")
        if self.tick <= timedelta(0):
            raise ValueError("a tick must be longer than nothing")

    def down(self, moment: datetime) -> int:
        """The last tick not after a moment."""
        return self._since(moment) // self.tick

    def up(self, moment: datetime) -> int:
        """The first tick not before a moment; use it for releases."""
        return -(-self._since(moment) // self.tick)

    def duration(self, length: timedelta) -> int:
        """Ticks that hold a length of time: durations, buffers, transport."""
        return -(-length // self.tick)

    def open(self, start: datetime, end: datetime) -> Span | None:
        """Whole ticks inside a window, None when there is none; windows before tick 0 are cut."""
        span = max(0, self.up(start)), self.down(end)
        return span if span[0] < span[1] else None

    def taken(self, start: datetime, end: datetime) -> Span:
        """The ticks that a blocked span touches."""
        return self.down(start), self.up(end)

    def moment(self, tick: int) -> datetime:
        """The moment of a tick, in UTC."""
        return self.origin.astimezone(UTC) + tick * self.tick

    def _since(self, moment: datetime) -> timedelta:
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return moment.astimezone(UTC) - self.origin.astimezone(UTC)
