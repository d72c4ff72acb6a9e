"""Lanes follow the number that a resource has: made here, and taken away only when never used."""

from __future__ import annotations

from sqlalchemy import delete, select

from marketplace.capacity.blocks import fill_coming
from marketplace.capacity.errors import LanesInUse
from marketplace.capacity.models import Claim, Lane
from marketplace.capacity.rules import BLOCKED, LIVE_STATES
from marketplace.capacity.services import make_lanes, release_expired
from marketplace.core.db import db
from marketplace.core.events import on
from marketplace.core.transaction import transactional
from marketplace.resources.events import LanesChanged


@on(LanesChanged)
def follow(news: LanesChanged) -> None:
    """Give a resource as many lanes as it now has; its row is locked or new."""
    make_lanes(news.resource_id, news.lanes)
    fill_coming(news.resource_id)
    drop_lanes(news.resource_id, news.lanes)


@transactional
def drop_lanes(resource_id: int, keep: int) -> None:
    """Take the lanes above number `keep` away.

    Raises LanesInUse when work is, will be or was on them: what was done stays on its lane. Only
    what never came to be (expired holds, cancelled bookings) or was down goes with the lane.
    """
    surplus = {id_: number for id_, number in db.session.execute(
        select(Lane.id, Lane.number).where(Lane.resource_id == resource_id, Lane.number > keep))}
    if not surplus:
        return
    release_expired([resource_id])
    used = db.session.scalars(select(Claim.lane_id).where(
        Claim.lane_id.in_(surplus), Claim.state.in_(LIVE_STATES),
        Claim.kind != BLOCKED).distinct()).all()
    if used:
        raise LanesInUse(lanes=", ".join(str(surplus[each]) for each in sorted(used)))
    db.session.execute(delete(Claim).where(Claim.lane_id.in_(surplus)))
    db.session.execute(delete(Lane).where(Lane.id.in_(surplus)))
