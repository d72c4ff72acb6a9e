"""Gaps between what is claimed: found by SQL, whatever the number of claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, literal, or_, select, union_all

from marketplace.capacity.models import Claim, Lane, Unavailability
from marketplace.capacity.queries import last_before, live
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.core.types import UtcDateTime
from marketplace.resources.models import OpeningInterval

MOST = 200   # gaps and opening intervals that are looked at
_FLOOR = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class LaneGap:
    """A stretch of one lane that nothing claims."""

    lane_id: int
    window: TimeWindow


def gaps(resource_id: int, window: TimeWindow) -> list[LaneGap]:
    """The first gaps of a resource's lanes inside a window, in one query, by start.

    Each lane begins with the last claim that started before the window; a claim that follows
    ends the gap. Live claims of one lane never overlap, so neighbours are enough.
    """
    now = clock.now()
    before = last_before(Lane.id, window.start, now).correlate(Lane).scalar_subquery()
    first = (select(Lane.id.label("lane_id"), literal(_FLOOR, UtcDateTime).label("since"),
                    func.coalesce(before, literal(window.start, UtcDateTime),
                                  type_=UtcDateTime).label("until"))
             .where(Lane.resource_id == resource_id))
    rest = (select(Claim.lane_id, Claim.blocked_from, Claim.blocked_until)
            .join(Lane, Lane.id == Claim.lane_id)
            .where(Lane.resource_id == resource_id, live(Claim, now),
                   Claim.blocked_from >= window.start, Claim.blocked_from < window.end))
    busy = union_all(first, rest).subquery()
    follows = func.lead(busy.c.since, type_=UtcDateTime).over(
        partition_by=busy.c.lane_id, order_by=busy.c.since)
    found = select(busy.c.lane_id, busy.c.until.label("start"), follows.label("end")).subquery()
    query = (select(found).where(or_(found.c.end.is_(None), found.c.end > found.c.start))
             .order_by(found.c.start, found.c.lane_id).limit(MOST))
    rows = [(lane_id, max(start, window.start), end or window.end)
            for lane_id, start, end in db.session.execute(query)]
    return [LaneGap(lane_id, TimeWindow(start, end)) for lane_id, start, end in rows
            if start < end]


def opened_and_down(resource_id: int, window: TimeWindow
                    ) -> tuple[list[TimeWindow], list[TimeWindow]]:
    """When a resource is open inside a window and when it cannot work, in one query, by start."""
    opened = (select(literal(1).label("opens"), OpeningInterval.starts.label("starts"),
                     OpeningInterval.ends.label("ends"))
              .where(OpeningInterval.resource_id == resource_id,
                     OpeningInterval.starts < window.end, OpeningInterval.ends > window.start)
              .order_by(OpeningInterval.starts).limit(MOST).subquery())
    down = (select(literal(0), Unavailability.starts, Unavailability.ends)
            .where(Unavailability.resource_id == resource_id,
                   Unavailability.starts < window.end, Unavailability.ends > window.start))
    query = union_all(select(opened), down).order_by("starts")
    rows = db.session.execute(query).all()
    return ([TimeWindow(start, end) for opens, start, end in rows if opens],
            [TimeWindow(start, end) for opens, start, end in rows if not opens])
