"""Gaps between what is claimed: found by SQL, whatever the number of claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Subquery,
    bindparam,
    func,
    literal,
    or_,
    select,
    union_all,
)

from marketplace.capacity.models import Claim, Lane, Unavailability
from marketplace.capacity.queries import last_before, live
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.core.types import UtcDateTime
from marketplace.resources.models import OpeningInterval

MOST = 200   # gaps, openings and facts that are looked at
_FLOOR = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class LaneGap:
    """A stretch of one lane that nothing claims."""

    lane_id: int
    window: TimeWindow


@dataclass(frozen=True)
class Free:
    """What is known of a resource: when it opens, where its lanes are free, when it is down."""

    opened: Sequence[TimeWindow]   # by start, apart from each other
    gaps: Sequence[LaneGap]
    down: Sequence[TimeWindow]


def free(resource_id: int, window: TimeWindow) -> Free:
    """The first gaps of a resource's lanes inside a window, its openings and what stops it, by
    start, in one query."""
    found: list[list[LaneGap]] = [[], [], []]
    for number, lane_id, since, until in db.session.execute(_query(), {
            "resource": resource_id, "since": window.start, "until": window.end,
            "now": clock.now()}):
        start, end = max(since, window.start), until or window.end
        if start < end:
            found[number].append(LaneGap(lane_id, TimeWindow(start, end)))
    gaps, opened, down = (sorted(each, key=lambda gap: gap.window) for each in found)
    return Free([each.window for each in opened], gaps, [each.window for each in down])


@cache
def _query() -> CompoundSelect[Any]:
    """Written once: (0 gap, 1 opening, 2 not available; lane; start; end)."""
    resource = bindparam("resource", type_=Integer)
    since, until, now = (bindparam(name, type_=UtcDateTime) for name in ("since", "until", "now"))
    parts = (_gaps(resource, since, until, now), _inside(OpeningInterval, resource, since, until),
             _inside(Unavailability, resource, since, until))
    return union_all(*(select(literal(number), part) for number, part in enumerate(parts)))


def _gaps(resource: Any, since: Any, until: Any, now: Any) -> Subquery:
    """Each lane begins with the last claim that started before the window; a claim that follows
    ends the gap. Live claims of one lane never overlap, so neighbours are enough."""
    before = last_before(Lane.id, since, now).correlate(Lane).scalar_subquery()
    first = (select(Lane.id.label("lane_id"), literal(_FLOOR, UtcDateTime).label("since"),
                    func.coalesce(before, since, type_=UtcDateTime).label("until"))
             .where(Lane.resource_id == resource))
    rest = (select(Claim.lane_id, Claim.blocked_from, Claim.blocked_until)
            .join(Lane, Lane.id == Claim.lane_id)
            .where(Lane.resource_id == resource, live(Claim, now),
                   Claim.blocked_from >= since, Claim.blocked_from < until))
    busy = union_all(first, rest).subquery()
    follows = func.lead(busy.c.since, type_=UtcDateTime).over(
        partition_by=busy.c.lane_id, order_by=busy.c.since)
    found = select(busy.c.lane_id, busy.c.until.label("start"), follows.label("end")).subquery()
    return (select(found).where(or_(found.c.end.is_(None), found.c.end > found.c.start))
            .order_by(found.c.start, found.c.lane_id).limit(MOST).subquery())


def _inside(table: Any, resource: Any, since: Any, until: Any) -> Subquery:
    """The first rows of a table of times that touch the window."""
    return (select(literal(0).label("lane_id"), table.starts, table.ends)
            .where(table.resource_id == resource, table.starts < until, table.ends > since)
            .order_by(table.starts).limit(MOST).subquery())
