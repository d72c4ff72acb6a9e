"""Facts that a resource cannot work: reported, ended, never refused.

A fact may overlap anything, also bookings; what it hits is a list to settle. Its still-free rest
needs no claims: every read of free time and `take()` subtract unavailability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from marketplace.accounts.permissions import require
from marketplace.capacity import queries
from marketplace.capacity.errors import UnavailabilityNotFound, UnavailabilityOver
from marketplace.capacity.models import Claim, Unavailability
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.events import publish
from marketplace.core.locking import Rank, lock
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transactional
from marketplace.resources.models import Resource
from marketplace.resources.queries import resource_of
from marketplace.resources.services import editable

REASONS = ("breakdown", "maintenance", "other")


@dataclass(frozen=True)
class Fact:
    """An unavailability and the live claims that it hits, bookings first by start."""

    row: Unavailability
    hits: Sequence[Claim]


@dataclass(frozen=True)
class ResourceDown:
    """Published when a resource is reported unable to work."""

    resource_id: int
    window: TimeWindow


@transactional
def report_unavailability(actor: Actor, resource_id: int, window: TimeWindow,
                          reason: str) -> Fact:
    """The operating company says that a resource cannot work in a window."""
    resource = editable(actor, resource_id)
    row = Unavailability(resource_id=resource.id, starts=window.start, ends=window.end,
                         reason=reason, created_by=actor.member_id, created_at=clock.now())
    db.session.add(row)
    db.session.flush()
    publish(ResourceDown(resource.id, window))
    audit.record(actor, "unavailability.report", "unavailability", row.id,
                 resource=resource.id, reason=reason)
    return Fact(row, hits(row))


@transactional
def end_unavailability(actor: Actor, unavailability_id: int) -> Unavailability | None:
    """The resource works again now; a fact that has not begun is taken back (None).

    Raises UnavailabilityOver when it has ended already.
    """
    require(actor, "resource.edit")
    row = db.session.get(Unavailability, unavailability_id)
    resource = db.session.get(Resource, row.resource_id) if row else None
    if row is None or resource is None or resource.operating_company_id != actor.company_id:
        raise UnavailabilityNotFound(id=unavailability_id)
    lock(Resource, [resource.id], Rank.RESOURCE)
    db.session.refresh(row)
    now = clock.now()
    if row.ends <= now:
        raise UnavailabilityOver(ended=row.ends)
    audit.record(actor, "unavailability.end", "unavailability", row.id, resource=resource.id)
    if row.starts >= now:
        db.session.delete(row)
        return None
    row.ends = now
    return row


def hits(row: Unavailability) -> Sequence[Claim]:
    """Live claims whose work the fact overlaps, by start."""
    lanes = queries.lane_ids(row.resource_id)
    window = TimeWindow(row.starts, row.ends)
    return [claim for claim in queries.overlapping(lanes, window)
            if claim.starts < row.ends and claim.ends > row.starts]


def facts_of(actor: Actor, resource_id: int, since: datetime) -> Sequence[Unavailability]:
    """What is and will be known to keep a resource from working, by start."""
    resource_of(actor, resource_id)
    return db.session.scalars(
        select(Unavailability)
        .where(Unavailability.resource_id == resource_id, Unavailability.ends > since)
        .order_by(Unavailability.starts).limit(500)).all()
