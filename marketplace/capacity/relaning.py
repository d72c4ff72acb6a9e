"""Making room on identical lanes: coming bookings change places within one resource.

Nobody's time moves. What stays: holds, blocks, what has begun or is checked in, and lanes that a
plan chose by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from marketplace.capacity.models import Claim, Lane
from marketplace.capacity.relane import Piece, assign, cluster
from marketplace.capacity.rules import BOOKING, LIVE_STATES
from marketplace.core import audit, clock
from marketplace.core.actor import SYSTEM
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow

LOOK = timedelta(days=14)   # how far on both sides works are looked at
MOST = 400                  # of them


@dataclass(frozen=True)
class Work:
    """A live claim as the search for room sees it: where it lies, when, whether it may move."""

    id: int
    lane_id: int
    window: TimeWindow
    movable: bool


def room(resource_id: int, window: TimeWindow, lanes: int,
         placed: Sequence[Claim] = ()) -> dict[int, int] | None:
    """New lanes by claim that leave `lanes` lanes free throughout a blocked window.

    None when there are none. `placed`: claims that are not written yet and stay. The resource
    must be locked.
    """
    ids = list(db.session.scalars(select(Lane.id).where(Lane.resource_id == resource_id)))
    if not 1 < len(ids) >= lanes:
        return None
    stays = [(claim.lane_id, TimeWindow(claim.blocked_from, claim.blocked_until))
             for claim in placed]
    return arranged(ids, works(ids, window, most=MOST + 1), (window, lanes), stays)


def works(lane_ids: Iterable[int], window: TimeWindow, *, expired: bool = True,
          most: int | None = None) -> list[Work]:
    """What lies on lanes as far from a window as is looked, by start.

    `expired`: with holds that have run out, which are in the way until they are let go.
    """
    query = (select(Claim.id, Claim.lane_id, Claim.kind, Claim.pinned, Claim.starts,
                    Claim.blocked_from, Claim.blocked_until, Claim.expires_at)
             .where(Claim.lane_id.in_(list(lane_ids)), Claim.state.in_(LIVE_STATES),
                    Claim.blocked_from < window.end + LOOK,
                    Claim.blocked_until > window.start - LOOK)
             .order_by(Claim.blocked_from, Claim.id).limit(most))
    now = clock.now()
    return [Work(row.id, row.lane_id, TimeWindow(row.blocked_from, row.blocked_until),
                 row.kind == BOOKING and not row.pinned and row.starts > now)
            for row in db.session.execute(query)
            if expired or row.expires_at is None or row.expires_at > now]


def arranged(lane_ids: Iterable[int], around: Sequence[Work], wanted: tuple[TimeWindow, int],
             placed: Iterable[tuple[int, TimeWindow]] = ()) -> dict[int, int] | None:
    """The answer of `room()` for a window and a number of lanes, among what lies around it. Pure.

    `placed`: lanes and times of what stays besides.
    """
    window, lanes = wanted
    seen = window.widened(LOOK, LOOK)   # what reaches out of it could meet what nobody looked at
    near = [work for work in around if seen.overlaps(work.window)]
    if len(near) > MOST:
        return None
    moving = cluster(window, [Piece(work.id, work.window, work.lane_id) for work in near
                              if work.movable and seen.contains(work.window)])
    keys = {piece.key for piece in moving}
    fixed: dict[int, list[TimeWindow]] = {each: [] for each in lane_ids}
    for lane_id, span in [*placed, *((work.lane_id, work.window) for work in near
                                     if work.id not in keys)]:
        if lane_id in fixed:
            fixed[lane_id].append(span)
    found = assign(fixed, [*moving, *(Piece(-number - 1, window) for number in range(lanes))])
    if found is None:
        return None
    return {piece.key: found[piece.key] for piece in moving
            if found[piece.key] != piece.lane_id}

def pin(holder_kind: str, holder_id: int) -> None:
    """Let what a holder has stay on its lanes from now on; the resource must be locked."""
    db.session.execute(update(Claim).where(
        Claim.holder_kind == holder_kind, Claim.holder_id == holder_id,
        Claim.state.in_(LIVE_STATES)).values(pinned=True))


def change_places(resource_id: int, places: dict[int, int]) -> None:
    """Put claims on their new lanes: all are let go, then made anew, never one UPDATE."""
    old = db.session.scalars(select(Claim).where(Claim.id.in_(places))
                             .order_by(Claim.id)).all()
    for claim in old:
        claim.state = "released"
    db.session.flush()
    for claim in old:
        db.session.add(Claim(
            lane_id=places[claim.id], kind=claim.kind, state="booked", starts=claim.starts,
            ends=claim.ends, blocked_from=claim.blocked_from,
            blocked_until=claim.blocked_until, expires_at=None,
            holder_kind=claim.holder_kind, holder_id=claim.holder_id))
    db.session.flush()
    audit.record(SYSTEM, "resource.relane", "resource", resource_id, moved=[
        [claim.holder_id, claim.lane_id, places[claim.id]] for claim in old])
