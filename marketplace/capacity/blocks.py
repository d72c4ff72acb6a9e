"""What a fact leaves free becomes claims of kind `blocked`, so that the database keeps that time.

A fact may overlap anything and is never refused; what it hits stays where it is. What gets free
inside a fact later (a cancelled or moved booking, work that ended early, an expired hold) is
claimed in the transaction that frees it. Facts with ends in the past are left as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import insert, select, update

from marketplace.capacity import queries
from marketplace.capacity.board import LaneTime
from marketplace.capacity.models import Claim, Lane, Unavailability
from marketplace.capacity.queries import InTheWay
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
Held = dict[int, list[TimeWindow]]   # what blocks hold, by lane


@on(CapacityFreed)
def keep(news: CapacityFreed) -> None:
    """Claim what got free inside a fact; the resource is locked, as for every release."""
    fill(news.resource_id, news.window)


@transactional
def fill(resource_id: int, within: TimeWindow) -> Held:
    """Claim what is free inside the facts of a resource that overlap a window, on every lane.

    The resource must be locked. One statement where it has no facts then, and few however many
    they are. Where facts overlap each other, the one reported first has the time.
    """
    facts = sorted(queries.unavailable([resource_id], within), key=lambda each: each.id)
    if not facts:
        return {}
    made = {lane.lane_id: _free(lane, facts, within) for lane in _lanes(resource_id, within)}
    rows = [{"lane_id": lane_id, "kind": BLOCKED, "state": STATE_OF_KIND[BLOCKED],
             "starts": gap.start, "ends": gap.end, "blocked_from": gap.start,
             "blocked_until": gap.end, "holder_kind": HOLDER, "holder_id": fact_id}
            for lane_id, gaps in made.items() for fact_id, gap in gaps]
    if rows:
        db.session.execute(insert(Claim), rows)   # without asking for each row's number
    return {lane_id: [gap for _, gap in gaps] for lane_id, gaps in made.items()}


def _lanes(resource_id: int, within: TimeWindow) -> Iterable[LaneTime]:
    """What is claimed of every lane around a window, as the database sees it: without a clock."""
    lanes = {each: LaneTime(each) for each in queries.lane_ids(resource_id)}
    query = (select(Claim.lane_id, Claim.kind, Claim.blocked_from, Claim.blocked_until)
             .where(Claim.lane_id.in_(list(lanes)), Claim.state.in_(LIVE_STATES),
                    Claim.blocked_from < within.end, Claim.blocked_until > within.start)
             .order_by(Claim.blocked_from))
    for lane_id, kind, start, end in db.session.execute(query):
        lanes[lane_id].add(InTheWay(kind, start, end))
    return lanes.values()


def _free(lane: LaneTime, facts: Sequence[Unavailability],
          within: TimeWindow) -> list[tuple[int, TimeWindow]]:
    """The free rest of every fact on one lane, inside the window; it is blocked on the lane."""
    found = []
    for fact in facts:
        part = TimeWindow(max(fact.starts, within.start), min(fact.ends, within.end))
        taken = [TimeWindow(each.starts, each.ends) for each in lane.blockers(part)]
        for gap in subtract([part], taken):
            lane.add(InTheWay(BLOCKED, gap.start, gap.end))
            found.append((fact.id, gap))
    return found


@transactional
def refit(fact_ids: Sequence[int], resource_id: int, within: TimeWindow) -> None:
    """Let the blocks of changed or dropped facts go and claim what is down now.

    `within` holds the old and the new windows. Where something is free for good, it is published
    once, from the first to the last of it. The resource must be locked.
    """
    old = _let_go(fact_ids) if fact_ids else {}
    new = fill(resource_id, within)
    freed = [window for lane_id, windows in old.items()
             for window in subtract(windows, new.get(lane_id, []))]
    if freed:
        publish(CapacityFreed(resource_id, hull(freed)))


def _let_go(fact_ids: Sequence[int]) -> Held:
    """Release every block of these facts; what they held."""
    theirs = (Claim.holder_kind == HOLDER, Claim.holder_id.in_(fact_ids),
              Claim.state == STATE_OF_KIND[BLOCKED])
    held: Held = defaultdict(list)
    for lane_id, starts, ends in db.session.execute(
            select(Claim.lane_id, Claim.starts, Claim.ends).where(*theirs)):
        held[lane_id].append(TimeWindow(starts, ends))
    if held:
        db.session.execute(update(Claim).where(*theirs).values(state="released"))
    return held


def hull(windows: Sequence[TimeWindow]) -> TimeWindow:
    """From the first start to the last end."""
    return TimeWindow(min(each.start for each in windows), max(each.end for each in windows))


def fill_coming(resource_id: int) -> None:
    """Claim the free rest of every fact that is not over, as when lanes were added."""
    rows = db.session.execute(
        select(Unavailability.starts, Unavailability.ends)
        .where(Unavailability.resource_id == resource_id,
               Unavailability.ends > clock.now())).all()
    if rows:
        fill(resource_id, hull([TimeWindow(*row) for row in rows]))


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
