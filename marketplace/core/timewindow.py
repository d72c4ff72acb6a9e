"""Half-open windows of aware UTC time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, order=True)
class TimeWindow:
    """`[start, end)` in aware UTC; raises ValueError when naive or not positive."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a time window needs times with an offset")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.start >= self.end:
            raise ValueError("a time window must end after it starts")

    @property
    def minutes(self) -> int:
        """Length in whole minutes."""
        return int((self.end - self.start).total_seconds() // 60)

    @property
    def length(self) -> timedelta:
        """Length as a timedelta."""
        return self.end - self.start

    def overlaps(self, other: TimeWindow) -> bool:
        """True when the two share a moment; touching ends do not."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: TimeWindow) -> bool:
        """True when `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end

    def widened(self, before: timedelta, after: timedelta) -> TimeWindow:
        """The window with its buffers."""
        return TimeWindow(self.start - before, self.end + after)


def merge(windows: Iterable[TimeWindow]) -> list[TimeWindow]:
    """Join overlapping and touching windows, sorted by start."""
    merged: list[TimeWindow] = []
    for window in sorted(windows):
        if merged and window.start <= merged[-1].end:
            merged[-1] = TimeWindow(merged[-1].start, max(merged[-1].end, window.end))
        else:
            merged.append(window)
    return merged


def subtract(base: Iterable[TimeWindow], taken: Iterable[TimeWindow]) -> list[TimeWindow]:
    """What of `base` is left after `taken`; both may overlap and come in any order."""
    free: list[TimeWindow] = []
    busy, at = merge(taken), 0
    for window in merge(base):
        start = window.start
        while at < len(busy) and busy[at].start < window.end:
            if busy[at].start > start:
                free.append(TimeWindow(start, busy[at].start))
            start = max(start, busy[at].end)
            if busy[at].end > window.end:   # it reaches on, perhaps into the next window
                break
            at += 1
        if start < window.end:
            free.append(TimeWindow(start, window.end))
    return free
