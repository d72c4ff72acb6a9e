"""Making room on identical lanes: coming bookings change places within one resource.

Nobody's time moves. What stays: holds, blocks, what has begun or is checked in, and lanes that a
plan chose by name.
"""

from __future__ import annotations

from collections.abc import Sequence
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


def room(resource_id: int, window: TimeWindow, lanes: int,
         placed: Sequence[Claim] = ()) -> dict[int, int] | None:
    """New lanes by claim that leave `lanes` lanes free throughout a blocked window.

    None when there are none. `placed`: claims that are not written yet and stay. The resource
    must be locked.
    """
    ids = list(db.session.scalars(select(Lane.id).where(Lane.resource_id == resource_id)))
    if not 1 < len(ids) >= lanes:
        return None
    claims = _around(ids, window)
    if len(claims) > MOST:
        return None
    now = clock.now()
    seen = window.widened(LOOK, LOOK)   # what reaches out of it could meet what nobody looked at
    free = {claim.id: claim for claim in claims
            if _movable(claim) and claim.starts > now and seen.contains(_span(claim))}
    moving = cluster(window, [Piece(id_, _span(claim), claim.lane_id)
                              for id_, claim in free.items()])
    keys = {piece.key for piece in moving}
    fixed: dict[int, list[TimeWindow]] = {each: [] for each in ids}
    for claim in [*placed, *(each for each in claims if each.id not in keys)]:
        if claim.lane_id in fixed:
            fixed[claim.lane_id].append(_span(claim))
    wanted = [Piece(-number - 1, window) for number in range(lanes)]
    found = assign(fixed, [*moving, *wanted])
    if found is None:
        return None
    return {piece.key: found[piece.key] for piece in moving
            if found[piece.key] != piece.lane_id}


def _around(lane_ids: Sequence[int], window: TimeWindow) -> Sequence[Claim]:
    query = (select(Claim)
             .where(Claim.lane_id.in_(lane_ids), Claim.state.in_(LIVE_STATES),
                    Claim.blocked_from < window.end + LOOK,
                    Claim.blocked_until > window.start - LOOK)
             .order_by(Claim.blocked_from, Claim.id).limit(MOST + 1))
    return db.session.scalars(query).all()


def _movable(claim: Claim) -> bool:
    return claim.kind == BOOKING and not claim.pinned


def _span(claim: Claim) -> TimeWindow:
    return TimeWindow(claim.blocked_from, claim.blocked_until)


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
