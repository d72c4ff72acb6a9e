"""Where work may lie on a lane before anything is planned on it."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from scheduling.problem import Lane, Resource, Span


class LaneCalendar:
    """Free windows of a lane, each in its segment, with running sums of open time.

    A free window is open time outside blocked time widened by the buffers, so that any work
    inside it keeps its buffers clear. A segment is what lies between two blocked spans: a
    pausing operation must stay inside one.
    """

    __slots__ = (
        "blocked",
        "ends",
        "last",
        "longest",
        "longest_segment",
        "segments",
        "starts",
        "worked",
    )

    def __init__(self, resource: Resource, lane: Lane) -> None:
        wide = [(a - resource.buffer_after, b + resource.buffer_before) for a, b in lane.blocked]
        free = subtract(lane.windows, wide)
        self.starts = [a for a, _ in free]
        self.ends = [b for _, b in free]
        self.blocked = lane.blocked
        self.worked = list(accumulate(b - a for a, b in free))
        walls = sorted(b for _, b in wide)
        self.segments = [bisect_right(walls, a) for a in self.starts]
        self.last = _last_of_segment(self.segments)
        self.longest = max((b - a for a, b in free), default=0)
        self.longest_segment = max(
            (self.worked[self.last[i]] - self.before(i) for i in range(len(free))), default=0
        )

    def before(self, index: int) -> int:
        """Open ticks before the window of that index."""
        return self.worked[index - 1] if index else 0


def _last_of_segment(segments: list[int]) -> list[int]:
    last = list(range(len(segments)))
    for index in range(len(segments) - 2, -1, -1):
        if segments[index] == segments[index + 1]:
            last[index] = last[index + 1]
    return last


def subtract(spans: tuple[Span, ...], holes: list[Span]) -> list[Span]:
    """Sorted spans without the holes; holes are sorted by start and may overlap."""
    result: list[Span] = []
    first = 0
    for start, end in spans:
        while first < len(holes) and holes[first][1] <= start:
            first += 1
        here = start
        for a, b in holes[first:]:
            if a >= end:
                break
            if a > here:
                result.append((here, a))
            here = max(here, b)
        if here < end:
            result.append((here, end))
    return result
