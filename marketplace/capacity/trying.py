"""What `take()` would do, found without doing it: the lanes as they would lie after each want."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from marketplace.capacity import relaning
from marketplace.capacity.board import Board, LaneTime
from marketplace.capacity.queries import InTheWay
from marketplace.capacity.relaning import Work
from marketplace.capacity.rules import BOOKING
from marketplace.core.timewindow import TimeWindow


class Trial:
    """The lanes of some resources over a window, with what was tried on them so far.

    Nothing is locked or written.
    """

    def __init__(self, lanes: Board, hull: TimeWindow) -> None:
        self._lanes, self._hull = lanes, hull
        self._works: dict[int, list[Work]] = {}
        self._placed: dict[int, list[tuple[int, TimeWindow]]] = defaultdict(list)

    def free(self, resource_id: int, window: TimeWindow) -> list[LaneTime]:
        """Lanes on which nothing overlaps the blocked time."""
        return self._lanes.free(resource_id, window)

    def room(self, resource_id: int, window: TimeWindow, lanes: int) -> dict[int, int] | None:
        """New lanes by claim that leave so many lanes free; empty where they are, None: no way."""
        if self._lanes.down(resource_id, window):
            return None
        if len(self.free(resource_id, window)) >= lanes:
            return {}
        ids = [lane.lane_id for lane in self._lanes.lanes.get(resource_id, ())]
        if not 1 < len(ids) >= lanes:
            return None
        return relaning.arranged(ids, self._read(resource_id, ids), (window, lanes),
                                 self._placed[resource_id])

    def _read(self, resource_id: int, lane_ids: Iterable[int]) -> list[Work]:
        """What may change places, read once and only where that helps."""
        if resource_id not in self._works:
            self._works[resource_id] = relaning.works(lane_ids, self._hull,
                                                      expired=not self._lanes.expired)
        return self._works[resource_id]

    def change_places(self, resource_id: int, places: Mapping[int, int]) -> None:
        """Lay claims on their new lanes; as in the table, each becomes a newer one."""
        if not places:
            return
        works = self._works[resource_id]
        moving = [work for work in works if work.id in places]
        by_id = {lane.lane_id: lane for lane in self._lanes.lanes[resource_id]}
        for work in moving:
            by_id[work.lane_id].drop(work.window)
        newest = max(work.id for work in works)
        moved = [replace(work, id=newest + place, lane_id=places[work.id])
                 for place, work in enumerate(sorted(moving, key=lambda each: each.id), 1)]
        for work in moved:
            by_id[work.lane_id].add(InTheWay(BOOKING, work.window.start, work.window.end))
        rest = [work for work in works if work.id not in places]
        self._works[resource_id] = sorted([*rest, *moved],
                                          key=lambda each: (each.window.start, each.id))

    def keep(self, resource_id: int, lane_ids: Iterable[int], window: TimeWindow) -> None:
        """Remember what a want was given: it stays where it is."""
        self._placed[resource_id] += [(each, window) for each in lane_ids]
