"""Busy time of a foreign calendar as facts of a resource: told apart by event and start.

They are written, changed and dropped like any fact, so what they hit, block and free is treated
alike. What is over stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from marketplace.capacity import unavailability
from marketplace.capacity.models import Claim, Unavailability
from marketplace.capacity.unavailability import Rewrite
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

    All in one go, so an event that moves frees no time it still needs, and a calendar of thousands
    of events costs as many statements as one of a few.
    """
    resource = editable(actor, resource_id)
    now = clock.now()
    have = {(row.source_uid or "", row.starts): row
            for row in _facts(resource.id, source_id, now)}
    new = {key: window for key, window in wanted.items() if key not in have and window.end > now}
    _write(actor, resource.id, source_id, new)
    longer = [(row, _onwards(wanted[key], now)) for key, row in have.items()
              if key in wanted and row.ends != wanted[key].end]
    gone = [row for key, row in have.items() if key not in wanted]
    ended = [(row, TimeWindow(row.starts, now)) for row in gone if row.starts < now]
    hits = unavailability.rewrite(resource.id, Rewrite(
        list(new.values()), longer + ended, [row for row in gone if row.starts >= now]))
    if new or longer or gone:
        audit.record(actor, "calendar.settle", "calendar_source", source_id,
                     resource=resource.id, added=len(new), changed=len(longer),
                     removed=len(gone), hits=len(hits))
    return Settled(len(new), len(longer), len(gone), hits)


def _write(actor: Actor, resource_id: int, source_id: int, new: Mapping[Key, TimeWindow]) -> None:
    """Write new facts, without asking the database for the number of each."""
    rows = [{"resource_id": resource_id, "starts": window.start, "ends": window.end,
             "reason": REASON, "source_id": source_id, "source_uid": uid,
             "created_by": actor.member_id, "created_at": clock.now()}
            for (uid, _), window in new.items()]
    if rows:
        db.session.execute(insert(Unavailability), rows)


def _onwards(window: TimeWindow, now: datetime) -> TimeWindow:
    """What an event says now; of one that has begun, what was stays."""
    return TimeWindow(window.start, max(window.end, now) if window.start < now else window.end)


def _facts(resource_id: int, source_id: int, now: datetime) -> Sequence[Unavailability]:
    """The facts of a calendar that are not over."""
    return db.session.scalars(
        select(Unavailability).where(Unavailability.resource_id == resource_id,
                                     Unavailability.source_id == source_id,
                                     Unavailability.ends > now)
        .order_by(Unavailability.starts, Unavailability.id)).all()
