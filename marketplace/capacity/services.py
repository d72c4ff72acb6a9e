"""The one way to take capacity, and how it is given back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, update

from marketplace.capacity import queries
from marketplace.capacity.errors import ResourceNotFound, SlotTaken
from marketplace.capacity.models import Claim, Lane
from marketplace.capacity.rules import HOLD, STATE_OF_KIND, Gap, seconds_between, tightest
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.events import publish
from marketplace.core.locking import Rank, lock
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transactional
from marketplace.resources.models import Resource


@dataclass(frozen=True)
class Want:
    """Lanes of a resource wanted for a window, and whose claim it will be."""

    resource_id: int
    window: TimeWindow
    holder_kind: str
    holder_id: int
    lanes: int = 1
    kind: str = "booking"
    expires_at: datetime | None = None


@dataclass(frozen=True)
class HoldExpired:
    """Published when holds have run out; handled in the same transaction."""

    holder_ids: tuple[int, ...]


@transactional
def take(wants: Sequence[Want]) -> list[list[Claim]]:
    """Take lanes for every want, or for none of them.

    Lock the resources in id order → let expired holds go → choose the lanes → check → insert.
    Returns the claims per want. Raises SlotTaken with what is in the way.
    """
    resources = {row.id: row for row in
                 lock(Resource, {want.resource_id for want in wants}, Rank.RESOURCE)}
    missing = {want.resource_id for want in wants} - set(resources)
    if missing:
        raise ResourceNotFound(id=min(missing))
    release_expired(list(resources))
    return [_take_one(resources[want.resource_id], want) for want in wants]


def _take_one(resource: Resource, want: Want) -> list[Claim]:
    """Choose free lanes for one want and insert its claims."""
    blocked = want.window.widened(timedelta(minutes=resource.buffer_before),
                                  timedelta(minutes=resource.buffer_after))
    facts = queries.unavailable([resource.id], want.window)
    lanes = queries.lane_ids(resource.id)
    busy = queries.overlapping(lanes, blocked)
    free = sorted(set(lanes) - {claim.lane_id for claim in busy})
    if facts or len(free) < want.lanes:
        raise _taken(want, resource, busy, facts)
    chosen = free if len(free) == want.lanes else tightest(_gaps(free, blocked), want.lanes)
    claims = [Claim(lane_id=lane_id, kind=want.kind, state=STATE_OF_KIND[want.kind],
                    starts=want.window.start, ends=want.window.end,
                    blocked_from=blocked.start, blocked_until=blocked.end,
                    expires_at=want.expires_at, holder_kind=want.holder_kind,
                    holder_id=want.holder_id) for lane_id in chosen]
    db.session.add_all(claims)
    db.session.flush()
    return claims


def _gaps(lanes: Sequence[int], blocked: TimeWindow) -> list[Gap]:
    """How much room each free lane has around the window."""
    live = queries.live(Claim, clock.now())
    before = _by_lane(
        select(Claim.lane_id, func.max(Claim.blocked_until))
        .where(Claim.lane_id.in_(lanes), live, Claim.blocked_until <= blocked.start)
        .group_by(Claim.lane_id))
    after = _by_lane(
        select(Claim.lane_id, func.min(Claim.blocked_from))
        .where(Claim.lane_id.in_(lanes), live, Claim.blocked_from >= blocked.end)
        .group_by(Claim.lane_id))
    return [Gap(lane, seconds_between(before.get(lane), blocked.start),
                seconds_between(blocked.end, after.get(lane))) for lane in lanes]


def _by_lane(query: Select[int, datetime]) -> dict[int, datetime]:
    """The rows (lane, moment) of a query as a dict."""
    return {lane_id: moment for lane_id, moment in db.session.execute(query)}


def _taken(want: Want, resource: Resource, busy: Sequence[Claim],
           facts: Sequence[Any]) -> SlotTaken:
    """The refusal, naming times but no names."""
    in_the_way = [queries.InTheWay("unavailable", fact.starts, fact.ends) for fact in facts]
    in_the_way += [queries.InTheWay(claim.kind, claim.blocked_from, claim.blocked_until)
                   for claim in busy]
    return SlotTaken(resource_id=resource.id, resource=resource.name,
                     start=want.window.start, end=want.window.end, in_the_way=[
                         {"what": each.what, "start": each.starts, "end": each.ends}
                         for each in in_the_way[:5]])


@transactional
def release_expired(resource_ids: Sequence[int]) -> list[int]:
    """Set every expired hold on these resources to expired; their rows must be locked.

    Returns the holders. The sweeper calls the same function.
    """
    now = clock.now()
    query = (select(Claim).join(Lane, Lane.id == Claim.lane_id)
             .where(Lane.resource_id.in_(resource_ids), Claim.state == STATE_OF_KIND[HOLD],
                    Claim.expires_at <= now))
    claims = db.session.scalars(query).all()
    for claim in claims:
        claim.state = "expired"
    holders = sorted({claim.holder_id for claim in claims})
    if holders:
        db.session.flush()
        publish(HoldExpired(tuple(holders)))
    return holders


@transactional
def turn_into_booking(hold_id: int, booking_id: int) -> list[Claim]:
    """Hand a hold's claims over to a booking without letting go of the lanes.

    Returns none when the hold has lost its claims; the resource must be locked.
    """
    claims = list(db.session.scalars(
        select(Claim).where(Claim.holder_kind == HOLD, Claim.holder_id == hold_id,
                            queries.live(Claim, clock.now())).order_by(Claim.lane_id)))
    for claim in claims:
        claim.kind, claim.state, claim.expires_at = "booking", "booked", None
        claim.holder_kind, claim.holder_id = "booking", booking_id
    db.session.flush()
    return claims


@transactional
def release(holder_kind: str, holder_id: int) -> None:
    """Give back what a hold or a booking holds; the resource must be locked."""
    db.session.execute(
        update(Claim).where(Claim.holder_kind == holder_kind, Claim.holder_id == holder_id,
                            Claim.state.in_(("held", "booked")))
        .values(state="released"))


def expired_resources(limit: int = 200) -> list[int]:
    """Resources that have holds past their end, for the sweeper."""
    query = (select(Lane.resource_id).join(Claim, Claim.lane_id == Lane.id)
             .where(Claim.state == "held", Claim.expires_at <= clock.now())
             .distinct().order_by(Lane.resource_id).limit(limit))
    return list(db.session.scalars(query))


@transactional
def sweep_one(resource_id: int) -> None:
    """Lock one resource and let its expired holds go."""
    lock(Resource, [resource_id], Rank.RESOURCE)
    release_expired([resource_id])


@transactional
def make_lanes(resource_id: int, count: int) -> None:
    """Give a new resource its lanes, or more of them; lanes are never taken away here."""
    have = db.session.scalar(select(func.count()).select_from(Lane)
                             .where(Lane.resource_id == resource_id)) or 0
    db.session.add_all(Lane(resource_id=resource_id, number=number)
                       for number in range(have + 1, count + 1))
    db.session.flush()
