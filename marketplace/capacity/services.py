"""The one way to take capacity, and how it is given back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from marketplace.capacity import board, queries, refusing, relaning
from marketplace.capacity.board import Board, LaneTime
from marketplace.capacity.errors import ResourceNotFound
from marketplace.capacity.models import Claim, Lane
from marketplace.capacity.queries import InTheWay
from marketplace.capacity.refusing import Spot
from marketplace.capacity.rules import HOLD, STATE_OF_KIND, tightest
from marketplace.capacity.trying import Trial
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.events import publish
from marketplace.core.locking import Rank, lock
from marketplace.core.storing import store_all
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
    lane_id: int = 0   # the lane a plan meant; 0: any
    expires_at: datetime | None = None


@dataclass(frozen=True)
class HoldExpired:
    """Published when holds have run out; handled in the same transaction."""

    holder_ids: tuple[int, ...]


@dataclass(frozen=True)
class CapacityFreed:
    """Published when a resource got time back; handled in the same transaction."""

    resource_id: int
    window: TimeWindow


@transactional
def take(wants: Sequence[Want]) -> list[list[Claim]]:
    """Take lanes for every want, or for none of them.

    Lock the resources in id order → let expired holds near by go → choose the lanes → check →
    insert. Where no lane is free throughout but the count is, coming bookings change places first.
    Wants are placed by start, which fills identical lanes without a needless clash. Returns the
    claims per want, in the order of the wants. Raises SlotTaken with what is in the way.
    """
    if not wants:
        return []
    resources = {row.id: row for row in
                 lock(Resource, {want.resource_id for want in wants}, Rank.RESOURCE)}
    missing = {want.resource_id for want in wants} - set(resources)
    if missing:
        raise ResourceNotFound(id=min(missing))
    blocked = [_blocked(resources[want.resource_id], want) for want in wants]
    hull = TimeWindow(min(each.start for each in blocked), max(each.end for each in blocked))
    lanes = board.load(resources, hull)
    if lanes.expired:
        release_expired(list(resources))
        lanes = board.load(resources, hull)
    claims: list[list[Claim]] = [[] for _ in wants]
    for place in sorted(range(len(wants)), key=lambda each: blocked[each]):
        want = wants[place]
        if _make_room(lanes, want, blocked[place], claims):
            lanes = board.load(resources, hull)
            lanes.take(claim for each in claims for claim in each)
        claims[place] = _place(lanes, resources[want.resource_id], want, blocked[place])
    store_all([claim for each in claims for claim in each])
    return claims


def _make_room(lanes: Board, want: Want, blocked: TimeWindow,
               claims: Sequence[Sequence[Claim]]) -> bool:
    """Let coming bookings change lanes where only that makes room; True when any has."""
    if len(lanes.free(want.resource_id, blocked)) >= want.lanes or (
            lanes.down(want.resource_id, blocked)):
        return False
    placed = [claim for each in claims for claim in each]
    places = relaning.room(want.resource_id, blocked, want.lanes, placed)
    if places:
        relaning.change_places(want.resource_id, places)
    return bool(places)


def refuse_taken(want: Want, spot: Spot) -> None:
    """Raise the SlotTaken that `take()` would raise now on a spot that seems to be full.

    Nothing is locked and nothing is promised: it spares losers, and everybody who waits for the
    lock, what would be written in vain. `take()` decides.
    """
    blocked = _blocked(spot, want)
    lanes = board.load([spot.id], blocked, clock.now())
    if lanes.down(spot.id, blocked) or len(lanes.free(spot.id, blocked)) < want.lanes:
        raise refusing.taken(lanes, spot, want.window, blocked)


def fits(want: Want) -> bool:
    """True when `take()` would find lanes for this want; the resource should be locked."""
    resource = db.session.get_one(Resource, want.resource_id)
    blocked = _blocked(resource, want)
    lanes = board.load([resource.id], blocked)
    return not lanes.down(resource.id, blocked) and (
        len(lanes.free(resource.id, blocked)) >= want.lanes
        or relaning.room(resource.id, blocked, want.lanes) is not None)


def trial(wants: Sequence[Want], *, apart: bool = False) -> list[bool]:
    """Which of these `take()` would place, tried one after another by start; nothing is written.

    It lets bookings change lanes as `take()` would. `apart`: each is tried alone, as if none of
    the others were wanted. Locks nothing.
    """
    if not wants:
        return []
    resources = {row.id: row for row in db.session.scalars(
        select(Resource).where(Resource.id.in_({want.resource_id for want in wants})))}
    blocked = [_blocked(resources[want.resource_id], want) for want in wants]
    hull = TimeWindow(min(each.start for each in blocked), max(each.end for each in blocked))
    lanes = Trial(board.load(resources, hull, clock.now()), hull)
    placed = [False] * len(wants)
    for place in sorted(range(len(wants)), key=lambda each: blocked[each]):
        want, window = wants[place], blocked[place]
        moves = lanes.room(want.resource_id, window, want.lanes)
        placed[place] = moves is not None
        if moves is not None and not apart:
            lanes.change_places(want.resource_id, moves)
            chosen = _block(lanes.free(want.resource_id, window), want, window)
            lanes.keep(want.resource_id, chosen, window)
    return placed


def _blocked(resource: Resource | Spot, want: Want) -> TimeWindow:
    """The wanted window with the resource's buffers as they are now."""
    return want.window.widened(timedelta(minutes=resource.buffer_before),
                               timedelta(minutes=resource.buffer_after))


def _place(lanes: Board, resource: Resource, want: Want, blocked: TimeWindow) -> list[Claim]:
    """Choose free lanes for one want and block them on the board."""
    free = lanes.free(resource.id, blocked)
    if lanes.down(resource.id, blocked) or len(free) < want.lanes:
        raise refusing.taken(lanes, resource, want.window, blocked)
    chosen = _block(free, want, blocked)
    return [Claim(lane_id=lane_id, kind=want.kind, state=STATE_OF_KIND[want.kind],
                  starts=want.window.start, ends=want.window.end,
                  blocked_from=blocked.start, blocked_until=blocked.end,
                  expires_at=want.expires_at, holder_kind=want.holder_kind,
                  holder_id=want.holder_id, pinned=chosen == {want.lane_id})
            for lane_id in sorted(chosen)]


def _block(free: Sequence[LaneTime], want: Want, blocked: TimeWindow) -> set[int]:
    """Choose among free lanes and block them on the board."""
    chosen = set(_chosen(free, want, blocked))
    for lane in free:
        if lane.lane_id in chosen:
            lane.add(InTheWay(want.kind, blocked.start, blocked.end))
    return chosen


def _chosen(free: Sequence[LaneTime], want: Want, blocked: TimeWindow) -> list[int]:
    """The lane a plan meant, where it is free; else those with the tightest gaps."""
    if want.lane_id in {lane.lane_id for lane in free} and want.lanes == 1:
        return [want.lane_id]
    return tightest([lane.gap(blocked) for lane in free], want.lanes)


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
    holders = sorted({claim.holder_id for claim in claims})
    if holders:
        _free(claims, "expired")
        publish(HoldExpired(tuple(holders)))
    return holders


@transactional
def turn_into_booking(hold_id: int, booking_id: int) -> list[Claim]:
    """Hand a hold's claims over to a booking without letting go of the lanes.

    Returns none when the hold has lost its claims; the resource must be locked. Raises SlotTaken
    when the resource has been reported unable to work since it was held.
    """
    claims = list(db.session.scalars(
        select(Claim).where(Claim.holder_kind == HOLD, Claim.holder_id == hold_id,
                            queries.live(Claim, clock.now())).order_by(Claim.lane_id)))
    refusing.refuse_down(claims)
    for claim in claims:
        claim.kind, claim.state, claim.expires_at = "booking", "booked", None
        claim.holder_kind, claim.holder_id = "booking", booking_id
    db.session.flush()
    return claims


@transactional
def release(holder_kind: str, holder_id: int) -> None:
    """Give back all that a hold or a booking holds; the resource must be locked."""
    _free(_live_claims(holder_kind, holder_id))


@transactional
def cut(holder_kind: str, holder_id: int, end: datetime) -> None:
    """Work stopped at `end`: the rest of its time is free at once; the resource must be locked.

    What was used stays as it was. The buffer after work still follows the new end.
    """
    claims = _live_claims(holder_kind, holder_id)
    _free([claim for claim in claims if claim.starts >= end])
    freed = []
    for claim in claims:
        if claim.starts < end < claim.ends:
            rest = TimeWindow(end + (claim.blocked_until - claim.ends), claim.blocked_until)
            claim.ends, claim.blocked_until = end, rest.start
            freed.append((claim.lane_id, rest))
    db.session.flush()
    _publish_freed(freed)


def _live_claims(holder_kind: str, holder_id: int) -> Sequence[Claim]:
    return db.session.scalars(
        select(Claim).where(Claim.holder_kind == holder_kind, Claim.holder_id == holder_id,
                            Claim.state.in_(("held", "booked"))).order_by(Claim.id)).all()


def _free(claims: Sequence[Claim], state: str = "released") -> None:
    """Let claims go and say what got free."""
    for claim in claims:
        claim.state = state
    db.session.flush()
    _publish_freed([(claim.lane_id, TimeWindow(claim.blocked_from, claim.blocked_until))
                    for claim in claims])


def _publish_freed(parts: Sequence[tuple[int, TimeWindow]]) -> None:
    """Say once for each resource and window what got free, on however many lanes."""
    freed = dict.fromkeys((db.session.get_one(Lane, lane_id).resource_id, window)
                          for lane_id, window in parts)
    for resource_id, window in freed:
        publish(CapacityFreed(resource_id, window))


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
