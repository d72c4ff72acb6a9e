"""Which of a resource's identical lanes each work lies on, when no lane is free as they lie now.

Pure. Where nothing is fixed, taking works by start and giving each any free lane places whatever
fits by count (interval graphs are perfect). Beside fixed works it is a good rule, no proof: what it
does not find is refused as if nobody could move.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from marketplace.core.timewindow import TimeWindow


@dataclass(frozen=True)
class Piece:
    """A work that may lie on any lane: its name, when it blocks, where it lies now (0: nowhere)."""

    key: int
    window: TimeWindow
    lane_id: int = 0


@dataclass
class _Lane:
    """What lies on one lane, by start; nothing overlaps."""

    lane_id: int
    spans: list[TimeWindow]

    def fits(self, window: TimeWindow) -> bool:
        """True when nothing overlaps the window."""
        place = bisect_right(self.spans, window)
        near = self.spans[max(0, place - 1):place + 1]
        return not any(each.overlaps(window) for each in near)

    def room_after(self, window: TimeWindow) -> float:
        """Seconds from the end of a window to what comes next; endless where nothing does."""
        place = bisect_right(self.spans, window)
        if place == len(self.spans):
            return float("inf")
        return (self.spans[place].start - window.end).total_seconds()

    def add(self, window: TimeWindow) -> None:
        """Put a work on the lane."""
        self.spans.insert(bisect_right(self.spans, window), window)


def assign(fixed: Mapping[int, Iterable[TimeWindow]],
           pieces: Sequence[Piece]) -> dict[int, int] | None:
    """A lane for every piece by its key, or None when this rule finds none.

    `fixed`: by lane, what stays where it is. Pieces keep their lane where that does no harm.
    """
    lanes = [_Lane(lane_id, sorted(spans)) for lane_id, spans in sorted(fixed.items())]
    found: dict[int, int] = {}
    for piece in sorted(pieces, key=lambda each: (each.window, each.key)):
        free = [lane for lane in lanes if lane.fits(piece.window)]
        if not free:
            return None
        best = min(free, key=lambda lane: (
            lane.room_after(piece.window), lane.lane_id != piece.lane_id, lane.lane_id))
        best.add(piece.window)
        found[piece.key] = best.lane_id
    return found


def cluster(window: TimeWindow, pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces that hang together with a window by overlaps, in any number of steps."""
    start, end = window.start, window.end
    rest: list[Piece] = list(pieces)
    found: list[Piece] = []
    while True:
        near = [each for each in rest if each.window.start < end and each.window.end > start]
        if not near:
            return found
        found += near
        rest = [each for each in rest if each not in near]
        start = min(start, *(each.window.start for each in near))
        end = max(end, *(each.window.end for each in near))
