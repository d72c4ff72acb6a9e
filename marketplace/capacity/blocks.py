"""What a fact leaves free becomes claims of kind `blocked`, so that the database keeps that time.

A fact may overlap anything and is never refused; what it hits stays where it is. What gets free
inside a fact later (a cancelled or moved booking, work that ended early, an expired hold) is
claimed in the transaction that frees it. Facts with ends in the past are left as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from marketplace.capacity import queries
from marketplace.capacity.models import Claim, Lane, Unavailability
from marketplace.capacity.rules import BLOCKED, LIVE_STATES, STATE_OF_KIND
from marketplace.capacity.services import CapacityFreed
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.events import on, publish
from marketplace.core.locking import Rank, lock
from marketplace.core.timewindow import TimeWindow, subtract
from marketplace.core.transaction import transactional
from marketplace.resources.models import Resource

HOLDER = "unavailable"   # holder_kind of a block; its holder is the fact


@on(CapacityFreed)
def keep(news: CapacityFreed) -> None:
    """Claim what got free inside a fact; the resource is locked, as for every release."""
    fill(news.resource_id, news.window)


@transactional
def fill(resource_id: int, hull: TimeWindow) -> list[Claim]:
    """Claim what is free inside the facts of a resource that overlap a window, on every lane.

    The resource must be locked. One statement where it has no facts then. Where facts overlap
    each other, the one reported first has the time.
    """
    facts = sorted(queries.unavailable([resource_id], hull), key=lambda each: each.id)
    if not facts:
        return []
    lanes = _lanes(resource_id, hull)
    made = [claim for lane_id, taken in lanes.items()
            for claim in _blocks(lane_id, taken, facts, hull)]
    db.session.add_all(made)
    db.session.flush()
    return made


def _lanes(resource_id: int, hull: TimeWindow) -> dict[int, list[TimeWindow]]:
    """What is claimed of every lane around a window, as the database sees it: without a clock."""
    lanes: dict[int, list[TimeWindow]] = {each: [] for each in queries.lane_ids(resource_id)}
    query = (select(Claim.lane_id, Claim.blocked_from, Claim.blocked_until)
             .where(Claim.lane_id.in_(list(lanes)), Claim.state.in_(LIVE_STATES),
                    Claim.blocked_from < hull.end, Claim.blocked_until > hull.start))
    for lane_id, start, end in db.session.execute(query):
        lanes[lane_id].append(TimeWindow(start, end))
    return lanes


def _blocks(lane_id: int, taken: list[TimeWindow], facts: Sequence[Unavailability],
            hull: TimeWindow) -> list[Claim]:
    """The free rest of every fact on one lane, inside the window."""
    made = []
    for fact in facts:
        part = TimeWindow(max(fact.starts, hull.start), min(fact.ends, hull.end))
        for gap in subtract([part], taken):
            taken.append(gap)
            made.append(Claim(
                lane_id=lane_id, kind=BLOCKED, state=STATE_OF_KIND[BLOCKED], starts=gap.start,
                ends=gap.end, blocked_from=gap.start, blocked_until=gap.end,
                holder_kind=HOLDER, holder_id=fact.id))
    return made


@transactional
def refit(fact_ids: Sequence[int], resource_id: int, hull: TimeWindow) -> None:
    """Let the blocks of changed or dropped facts go and claim what is down now.

    `hull` holds the old and the new windows. What is free for good is published. The resource
    must be locked.
    """
    old = db.session.scalars(
        select(Claim).where(Claim.holder_kind == HOLDER, Claim.holder_id.in_(fact_ids),
                            Claim.state == STATE_OF_KIND[BLOCKED])).all()
    for claim in old:
        claim.state = "released"
    db.session.flush()
    new: dict[int, list[TimeWindow]] = defaultdict(list)
    for claim in fill(resource_id, hull):
        new[claim.lane_id].append(TimeWindow(claim.starts, claim.ends))
    freed = {window for claim in old
             for window in subtract([TimeWindow(claim.starts, claim.ends)], new[claim.lane_id])}
    for window in sorted(freed):
        publish(CapacityFreed(resource_id, window))


def fill_coming(resource_id: int) -> None:
    """Claim the free rest of every fact that is not over, as when lanes were added."""
    ends = db.session.execute(
        select(Unavailability.starts, Unavailability.ends)
        .where(Unavailability.resource_id == resource_id,
               Unavailability.ends > clock.now())).all()
    if ends:
        fill(resource_id, TimeWindow(min(each.starts for each in ends),
                                     max(each.ends for each in ends)))


@transactional
def fill_one(resource_id: int) -> None:
    """Lock one resource and claim what its coming facts leave free."""
    lock(Resource, [resource_id], Rank.RESOURCE)
    fill_coming(resource_id)


def resources_down(limit: int = 5000) -> list[int]:
    """Resources with facts that are not over and a lane without any block, to be filled.

    A fact that comes from another way than the use cases (an upgrade, a restored archive) has
    none; one whose time is wholly booked has none either and is looked at for nothing.
    """
    blocked = (select(Claim.id).where(Claim.holder_kind == HOLDER,
                                      Claim.holder_id == Unavailability.id).exists())
    query = (select(Unavailability.resource_id).join(Lane,
                                                     Lane.resource_id == Unavailability.resource_id)
             .where(Unavailability.ends > clock.now(), ~blocked)
             .distinct().order_by(Unavailability.resource_id).limit(limit))
    return list(db.session.scalars(query))
