"""Busy time of a foreign calendar as facts of a resource: told apart by event and start.

They are written, changed and dropped like any fact, so what they hit, block and free is treated
alike. What is over stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from marketplace.capacity import queries, unavailability
from marketplace.capacity.models import Claim, Unavailability
from marketplace.capacity.rules import BLOCKED
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transactional
from marketplace.resources.services import editable

REASON = "calendar"
Key = tuple[str, datetime]   # name of the event, start of this occurrence


@dataclass(frozen=True)
class Settled:
    """What a calendar changed: how many facts, and the live claims that new ones hit."""

    added: int
    changed: int
    removed: int
    hits: Sequence[Claim]


@transactional
def settle(actor: Actor, resource_id: int, source_id: int,
           wanted: Mapping[Key, TimeWindow]) -> Settled:
    """Make the facts of one foreign calendar what it says now; a repeat changes nothing.

    New facts are written before old ones go, so an event that moves frees no time it still needs.
    """
    resource = editable(actor, resource_id)
    now = clock.now()
    have = {(row.source_uid or "", row.starts): row
            for row in _facts(resource.id, source_id, now)}
    fresh = [key for key in wanted if key not in have and wanted[key].end > now]
    rows = unavailability.add(resource.id, [wanted[key] for key in fresh], REASON,
                              actor.member_id) if fresh else []
    for row, key in zip(rows, fresh, strict=True):
        row.source_id, row.source_uid = source_id, key[0]
    longer = [(row, wanted[key]) for key, row in have.items()
              if key in wanted and row.ends != wanted[key].end]
    for row, window in longer:
        end = max(window.end, now) if window.start < now else window.end   # what was, stays
        unavailability.change(row, TimeWindow(window.start, end))
    gone = [row for key, row in have.items() if key not in wanted]
    _end(gone, now)
    hit = _hits(resource.id, [TimeWindow(row.starts, row.ends)
                              for row in (*rows, *(row for row, _ in longer))])
    if rows or longer or gone:
        audit.record(actor, "calendar.settle", "calendar_source", source_id,
                     resource=resource.id, added=len(rows), changed=len(longer),
                     removed=len(gone), hits=len(hit))
    return Settled(len(rows), len(longer), len(gone), hit)


def _hits(resource_id: int, windows: Sequence[TimeWindow]) -> list[Claim]:
    """Live claims of holds and bookings whose work any of these overlaps, each once, by start."""
    if not windows:
        return []
    hull = TimeWindow(min(each.start for each in windows), max(each.end for each in windows))
    found = queries.overlapping(queries.lane_ids(resource_id), hull)
    return [claim for claim in found if claim.kind != BLOCKED and any(
        claim.starts < each.end and claim.ends > each.start for each in windows)]


def _facts(resource_id: int, source_id: int, now: datetime) -> Sequence[Unavailability]:
    """The facts of a calendar that are not over."""
    return db.session.scalars(
        select(Unavailability).where(Unavailability.resource_id == resource_id,
                                     Unavailability.source_id == source_id,
                                     Unavailability.ends > now)
        .order_by(Unavailability.starts, Unavailability.id)).all()


def _end(rows: Sequence[Unavailability], now: datetime) -> None:
    """Take back what has not begun, and end what has."""
    unavailability.drop([row for row in rows if row.starts >= now])
    for row in rows:
        if row.starts < now:
            unavailability.change(row, TimeWindow(row.starts, now))
