"""Reads of free time. An expired hold is never in the way: one SQL expression says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from marketplace.capacity.models import Claim, Lane, Unavailability
from marketplace.capacity.rules import LIVE_STATES
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow, subtract
from marketplace.core.types import UtcDateTime, shifted
from marketplace.resources.models import OpeningInterval


class AskedWindow(NamedTuple):
    """A window, and the moment at which it is asked about, as parameters of a query.

    A query that is asked often is built once; `asked()` has the values for each time it runs.
    """

    start: Any = bindparam("free_start", type_=UtcDateTime())
    end: Any = bindparam("free_end", type_=UtcDateTime())
    now: Any = bindparam("free_now", type_=UtcDateTime())


def asked(window: TimeWindow | None) -> dict[str, datetime]:
    """The parameters of an AskedWindow."""
    if window is None:
        return {}
    return {"free_start": window.start, "free_end": window.end, "free_now": clock.now()}


@dataclass(frozen=True)
class InTheWay:
    """One thing that overlaps a wished window; never says whose it is."""

    what: str            # hold | booking | blocked | unavailable
    starts: datetime
    ends: datetime


LIVE: tuple[ColumnElement[str], ...] = tuple(literal_column(f"'{state}'") for state in LIVE_STATES)


def live(claim: Any, now: Any) -> ColumnElement[bool]:
    """The SQL of "this claim occupies its lane at `now`": live and no expired hold."""
    return and_(claim.state.in_(LIVE),
                or_(claim.expires_at.is_(None), claim.expires_at > now))


def overlapping(lane_ids: Iterable[int], window: TimeWindow) -> Sequence[Claim]:
    """Live claims on these lanes whose blocked time overlaps the window, by start."""
    query = (select(Claim)
             .where(Claim.lane_id.in_(list(lane_ids)), live(Claim, clock.now()),
                    Claim.blocked_from < window.end, Claim.blocked_until > window.start)
             .order_by(Claim.blocked_from))
    return db.session.scalars(query).all()


def unavailable(resource_ids: Iterable[int], window: TimeWindow) -> Sequence[Unavailability]:
    """Facts that keep these resources from working inside the window."""
    query = (select(Unavailability)
             .where(Unavailability.resource_id.in_(list(resource_ids)),
                    Unavailability.starts < window.end, Unavailability.ends > window.start)
             .order_by(Unavailability.starts))
    return db.session.scalars(query).all()


def lane_ids(resource_id: int) -> list[int]:
    """The lanes of a resource by number."""
    return list(db.session.scalars(
        select(Lane.id).where(Lane.resource_id == resource_id).order_by(Lane.number)))


def last_before(lane_id: Any, until: Any, now: Any) -> Select[Any]:
    """When the last live claim that starts before `until` frees the lane.

    Live claims of one lane never overlap, so this one look-up on `(lane_id, blocked_from)` tells
    whether the lane is free: flat in the number of bookings.
    """
    return (select(Claim.blocked_until)
            .where(Claim.lane_id == lane_id, live(Claim, now), Claim.blocked_from < until)
            .order_by(Claim.blocked_from.desc()).limit(1))


def is_free(resource: Any, window: TimeWindow | AskedWindow,
            lanes: int = 1) -> ColumnElement[bool]:
    """SQL over a Resource alias: bookable in the window: open throughout, lanes free."""
    opened = exists().where(OpeningInterval.resource_id == resource.id,
                            OpeningInterval.starts <= window.start,
                            OpeningInterval.ends >= window.end)
    return and_(opened, has_lanes(resource, window, lanes))


def has_lanes(resource: Any, window: TimeWindow | AskedWindow,
              lanes: int = 1) -> ColumnElement[bool]:
    """SQL over a Resource alias: available, and at least `lanes` lanes free in the window.

    Both with the resource's buffers: what is down can be neither set up nor cleaned.
    """
    start, until = (shifted(window.start, -resource.buffer_before),
                    shifted(window.end, resource.buffer_after))
    now = window.now if isinstance(window, AskedWindow) else clock.now()
    lane = aliased(Lane)
    last = last_before(lane.id, until, now).correlate(lane, resource).scalar_subquery()
    free = select(lane.id).where(lane.resource_id == resource.id,
                                 func.coalesce(last <= start, true())).correlate(resource)
    down = exists().where(Unavailability.resource_id == resource.id,
                          Unavailability.starts < until, Unavailability.ends > start)
    enough = (free.exists() if lanes == 1 else
              free.with_only_columns(func.count()).scalar_subquery() >= lanes)
    return and_(~down, enough)


def openings(resource_ids: Iterable[int], window: TimeWindow) -> dict[int, list[TimeWindow]]:
    """Opening intervals clipped to the window, by resource."""
    rows = db.session.execute(_OPENINGS, {"ids": list(resource_ids), "since": window.start,
                                          "until": window.end})
    found: dict[int, list[TimeWindow]] = defaultdict(list)
    for resource_id, starts, ends in rows:
        found[resource_id].append(TimeWindow(max(starts, window.start), min(ends, window.end)))
    return found


_OPENINGS = (
    select(OpeningInterval.resource_id, OpeningInterval.starts, OpeningInterval.ends)
    .where(OpeningInterval.resource_id.in_(bindparam("ids", expanding=True)),
           OpeningInterval.starts < bindparam("until", type_=UtcDateTime()),
           OpeningInterval.ends > bindparam("since", type_=UtcDateTime()))
    .order_by(OpeningInterval.resource_id, OpeningInterval.starts))


NEAR = timedelta(days=1)   # a claim just outside a window still reaches in by buffers


@dataclass(frozen=True)
class LaneBook:
    """What is known of one lane inside a window: open and closed, claimed, down."""

    lane_id: int
    resource_id: int
    opened: list[TimeWindow]
    taken: list[TimeWindow]     # claims with their own buffers
    down: list[TimeWindow]      # unavailability

    @property
    def blocked(self) -> list[TimeWindow]:
        """All that is not free."""
        return self.taken + self.down

    @property
    def free(self) -> list[TimeWindow]:
        """Idle windows: open time without claims and unavailability."""
        return subtract(self.opened, self.blocked)

    def bookable(self, before: timedelta, after: timedelta) -> list[TimeWindow]:
        """Where work with these buffers of its own may lie: they keep it off what is not free."""
        return subtract(self.opened, [each.widened(after, before) for each in self.blocked])


def books(resource_ids: Iterable[int], window: TimeWindow) -> list[LaneBook]:
    """The book of every lane of these resources, in four queries whatever their number."""
    ids = sorted(set(resource_ids))
    opened = openings(ids, window)
    down: dict[int, list[TimeWindow]] = defaultdict(list)
    for fact in unavailable(ids, window):
        down[fact.resource_id].append(TimeWindow(fact.starts, fact.ends))
    lanes = db.session.execute(select(Lane.id, Lane.resource_id).where(Lane.resource_id.in_(ids))
                               .order_by(Lane.resource_id, Lane.number)).all()
    taken: dict[int, list[TimeWindow]] = defaultdict(list)
    query = (select(Claim.lane_id, Claim.blocked_from, Claim.blocked_until)
             .join(Lane, Lane.id == Claim.lane_id)
             .where(Lane.resource_id.in_(ids), live(Claim, clock.now()),
                    Claim.blocked_from < window.end + NEAR,
                    Claim.blocked_until > window.start - NEAR))
    for lane_id, start, end in db.session.execute(query):
        taken[lane_id].append(TimeWindow(start, end))
    return [LaneBook(lane_id, resource_id, opened.get(resource_id, []),
                     taken[lane_id], down[resource_id])
            for lane_id, resource_id in lanes]


def lanes_of(holder_kind: str, holder_ids: Iterable[int]) -> dict[int, list[int]]:
    """Lane numbers by holder, in order: of the live claims; of a holder without any, all it had.

    What a moved booking has left behind is not its own any more.
    """
    rows = db.session.execute(_LANES_OF, {"kind": holder_kind, "ids": list(holder_ids)})
    live_ones: dict[int, set[int]] = defaultdict(set)
    all_ever: dict[int, set[int]] = defaultdict(set)
    for holder_id, number, state in rows:
        all_ever[holder_id].add(number)
        if state in LIVE_STATES:
            live_ones[holder_id].add(number)
    return {each: sorted(live_ones.get(each) or numbers) for each, numbers in all_ever.items()}


_LANES_OF = (
    select(Claim.holder_id, Lane.number, Claim.state).join(Lane, Lane.id == Claim.lane_id)
    .where(Claim.holder_kind == bindparam("kind"),
           Claim.holder_id.in_(bindparam("ids", expanding=True)))
    .order_by(Claim.holder_id, Lane.number))


def expired_resources(limit: int = 200) -> list[int]:
    """Resources that have holds past their end, for the sweeper."""
    query = (select(Lane.resource_id).join(Claim, Claim.lane_id == Lane.id)
             .where(Claim.state == "held", Claim.expires_at <= clock.now())
             .distinct().order_by(Lane.resource_id).limit(limit))
    return list(db.session.scalars(query))


OVERLAPS = """
SELECT a.id AS first, b.id AS second, a.lane_id
  FROM claim a JOIN claim b ON b.lane_id = a.lane_id AND b.id > a.id
   AND b.blocked_from < a.blocked_until AND a.blocked_from < b.blocked_until
 WHERE a.state IN ('held','booked','blocked') AND b.state IN ('held','booked','blocked')
 ORDER BY a.id, b.id LIMIT 100
"""
