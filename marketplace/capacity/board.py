"""The lanes of some resources over some days, with what blocks them: where `take()` chooses."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, literal, null, select, union_all

from marketplace.capacity import queries
from marketplace.capacity.models import Claim, Lane, Unavailability
from marketplace.capacity.queries import InTheWay
from marketplace.capacity.rules import Gap
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.core.types import UtcDateTime

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

    def drop(self, window: TimeWindow) -> None:
        """Free a span that is blocked; one that lies beyond what was read is not there."""
        if window.start in self.starts:
            place = self.starts.index(window.start)
            del self.starts[place], self.spans[place]

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
    """Lanes by resource, and the facts that keep whole resources from working.

    `expired`: a hold that has run out is among what blocks them.
    """

    lanes: dict[int, list[LaneTime]]
    facts: dict[int, list[InTheWay]]
    expired: bool = False

    def down(self, resource_id: int, window: TimeWindow) -> list[InTheWay]:
        """Facts that overlap a window."""
        return [each for each in self.facts.get(resource_id, [])
                if each.starts < window.end and each.ends > window.start]

    def free(self, resource_id: int, blocked: TimeWindow) -> list[LaneTime]:
        """Lanes on which nothing overlaps the blocked time."""
        return [lane for lane in self.lanes.get(resource_id, []) if not lane.blockers(blocked)]

    def take(self, claims: Iterable[Claim]) -> None:
        """Block what claims that are not written yet take."""
        by_id = {lane.lane_id: lane for each in self.lanes.values() for lane in each}
        for claim in claims:
            by_id[claim.lane_id].add(InTheWay(claim.kind, claim.blocked_from,
                                              claim.blocked_until))

    def blockers(self, resource_id: int, blocked: TimeWindow) -> list[InTheWay]:
        """What overlaps the blocked time on any lane, by start."""
        found = [each for lane in self.lanes.get(resource_id, [])
                 for each in lane.blockers(blocked)]
        return sorted(found, key=lambda each: each.starts)


def load(resource_ids: Iterable[int], hull: TimeWindow, now: datetime | None = None) -> Board:
    """The board of these resources around a window, in one query whatever their number.

    `now`: who only looks does not see holds that have run out.
    """
    ids = sorted(set(resource_ids))
    lanes: dict[int, list[LaneTime]] = defaultdict(list)
    facts: dict[int, list[InTheWay]] = defaultdict(list)
    rows = db.session.execute(_ROWS, {"ids": ids, "since": hull.start - REACH,
                                      "until": hull.end + REACH})
    expired, present = False, clock.now()
    for resource_id, _number, starts, lane_id, kind, ends, expires_at in rows:
        if lane_id is None:
            facts[resource_id].append(InTheWay("unavailable", starts, ends))
            continue
        over = expires_at is not None and expires_at <= present
        expired = expired or over
        if not lanes[resource_id] or lanes[resource_id][-1].lane_id != lane_id:
            lanes[resource_id].append(LaneTime(lane_id))
        if starts is None or (over and now is not None):
            continue
        lanes[resource_id][-1].starts.append(starts)
        lanes[resource_id][-1].spans.append(InTheWay(kind, starts, ends))
    return Board(lanes, facts, expired)


_IDS: Any = bindparam("ids", expanding=True)
_SINCE, _UNTIL = (bindparam(name, type_=UtcDateTime()) for name in ("since", "until"))
# Written once. Every lane, by number, with the live claims on it by start; after each resource's
# lanes, the facts that keep it from working. Without a `now`, expired holds were let go under the
# lock; one that ends after that stands in the way still, as it does for the database, which reads
# no clock.
_CLAIMED = (
    select(Lane.resource_id, Lane.number, Claim.blocked_from, Lane.id, Claim.kind,
           Claim.blocked_until, Claim.expires_at)
    .outerjoin(Claim, and_(Claim.lane_id == Lane.id, Claim.state.in_(queries.LIVE),
                           Claim.blocked_from < _UNTIL, Claim.blocked_until > _SINCE))
    .where(Lane.resource_id.in_(_IDS)))
_FACTS = (
    select(Unavailability.resource_id, literal(10**9), Unavailability.starts, null(), null(),
           Unavailability.ends, null())
    .where(Unavailability.resource_id.in_(_IDS), Unavailability.starts < _UNTIL,
           Unavailability.ends > _SINCE))
_ROWS: Any = union_all(_CLAIMED, _FACTS).order_by("resource_id", "number", "blocked_from")
