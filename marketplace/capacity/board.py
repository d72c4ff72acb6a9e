"""The lanes of some resources over some days, with what blocks them: where `take()` chooses."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from marketplace.capacity import queries
from marketplace.capacity.models import Claim, Lane
from marketplace.capacity.queries import InTheWay
from marketplace.capacity.rules import LIVE_STATES, Gap
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow

REACH = timedelta(days=1)   # neighbours farther away leave a gap of this length


@dataclass
class LaneTime:
    """One lane: what is blocked on it, by start. Live claims never overlap, so ends rise too."""

    lane_id: int
    starts: list[datetime] = field(default_factory=list)
    spans: list[InTheWay] = field(default_factory=list)

    def add(self, span: InTheWay) -> None:
        """Block a span that is free."""
        place = bisect_right(self.starts, span.starts)
        self.starts.insert(place, span.starts)
        self.spans.insert(place, span)

    def blockers(self, window: TimeWindow) -> list[InTheWay]:
        """What overlaps a window."""
        first = max(0, bisect_right(self.starts, window.start) - 1)
        last = bisect_right(self.starts, window.end)
        return [each for each in self.spans[first:last]
                if each.starts < window.end and each.ends > window.start]

    def gap(self, window: TimeWindow) -> Gap:
        """The room on both sides of a free window, at most REACH on each."""
        place = bisect_right(self.starts, window.start)
        before = window.start - self.spans[place - 1].ends if place else REACH
        after = self.starts[place] - window.end if place < len(self.starts) else REACH
        return Gap(self.lane_id, min(before, REACH).total_seconds(),
                   min(after, REACH).total_seconds())


@dataclass
class Board:
    """Lanes by resource, and the facts that keep whole resources from working."""

    lanes: dict[int, list[LaneTime]]
    facts: dict[int, list[InTheWay]]

    def down(self, resource_id: int, window: TimeWindow) -> list[InTheWay]:
        """Facts that overlap a window."""
        return [each for each in self.facts.get(resource_id, [])
                if each.starts < window.end and each.ends > window.start]

    def free(self, resource_id: int, blocked: TimeWindow) -> list[LaneTime]:
        """Lanes on which nothing overlaps the blocked time."""
        return [lane for lane in self.lanes.get(resource_id, []) if not lane.blockers(blocked)]

    def blockers(self, resource_id: int, blocked: TimeWindow) -> list[InTheWay]:
        """What overlaps the blocked time on any lane, by start."""
        found = [each for lane in self.lanes.get(resource_id, [])
                 for each in lane.blockers(blocked)]
        return sorted(found, key=lambda each: each.starts)


def load(resource_ids: Iterable[int], hull: TimeWindow, now: datetime | None = None) -> Board:
    """The board of these resources around a window, in three queries whatever their number.

    `now`: who only looks does not see holds that have run out.
    """
    ids = sorted(set(resource_ids))
    by_id: dict[int, LaneTime] = {}
    lanes: dict[int, list[LaneTime]] = defaultdict(list)
    query = (select(Lane.id, Lane.resource_id).where(Lane.resource_id.in_(ids))
             .order_by(Lane.resource_id, Lane.number))
    for lane_id, resource_id in db.session.execute(query):
        by_id[lane_id] = LaneTime(lane_id)
        lanes[resource_id].append(by_id[lane_id])
    for lane_id, kind, starts, ends in _claims(list(by_id), hull, now):
        by_id[lane_id].starts.append(starts)
        by_id[lane_id].spans.append(InTheWay(kind, starts, ends))
    facts: dict[int, list[InTheWay]] = defaultdict(list)
    for fact in queries.unavailable(ids, hull):
        facts[fact.resource_id].append(InTheWay("unavailable", fact.starts, fact.ends))
    return Board(lanes, facts)


def _claims(lane_ids: Sequence[int], hull: TimeWindow, now: datetime | None
            ) -> Sequence[tuple[int, str, datetime, datetime]]:
    """Live claims around the window as (lane, kind, blocked from, blocked until), by start.

    Without `now`, expired holds were let go under the lock; one that ends after that stands in
    the way still, as it does for the database, which reads no clock.
    """
    query = (select(Claim.lane_id, Claim.kind, Claim.blocked_from, Claim.blocked_until)
             .where(Claim.lane_id.in_(lane_ids), Claim.state.in_(LIVE_STATES),
                    Claim.blocked_from < hull.end + REACH,
                    Claim.blocked_until > hull.start - REACH)
             .order_by(Claim.blocked_from))
    if now is not None:
        query = query.where(queries.live(Claim, now))
    return [(lane_id, kind, starts, ends)
            for lane_id, kind, starts, ends in db.session.execute(query)]
