"""Refusals of capacity: what is in the way, in times and never in names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.capacity import queries
from marketplace.capacity.board import Board
from marketplace.capacity.errors import SlotTaken
from marketplace.capacity.models import Claim, Lane
from marketplace.capacity.queries import InTheWay
from marketplace.capacity.rules import BLOCKED
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.resources.models import Resource


@dataclass(frozen=True)
class Spot:
    """What is known of a resource that seems to be full, without its row; buffers in minutes."""

    id: int
    name: str
    buffer_before: int
    buffer_after: int


def taken(lanes: Board, resource: Resource | Spot, window: TimeWindow,
          blocked: TimeWindow) -> SlotTaken:
    """The refusal of a window that has no lanes; blocks are named by the fact they belong to."""
    in_the_way = lanes.down(resource.id, blocked) + [
        each for each in lanes.blockers(resource.id, blocked) if each.what != BLOCKED]
    return _refusal(resource, window, in_the_way)


def _refusal(resource: Resource | Spot, window: TimeWindow,
             in_the_way: Sequence[InTheWay]) -> SlotTaken:
    return SlotTaken(resource_id=resource.id, resource=resource.name,
                     start=window.start, end=window.end, in_the_way=[
                         {"what": each.what, "start": each.starts, "end": each.ends}
                         for each in in_the_way[:5]])


def refuse_down(claims: Sequence[Claim]) -> None:
    """Raise SlotTaken when a fact overlaps what these claims of one want block."""
    if not claims:
        return
    first = claims[0]
    resource = db.session.get_one(
        Resource, db.session.get_one(Lane, first.lane_id).resource_id)
    down = queries.unavailable([resource.id], TimeWindow(first.blocked_from,
                                                         first.blocked_until))
    if down:
        raise _refusal(resource, TimeWindow(first.starts, first.ends),
                       [InTheWay("unavailable", each.starts, each.ends) for each in down])
