"""Facts that a resource cannot work: reported, ended, never refused.

A fact may overlap anything, also bookings; what it hits is a list to settle. Its still-free rest
is claimed by `blocks`; every read of free time and `take()` subtract the facts themselves as well.
`add`, `change` and `drop` are for whoever writes facts (breakdowns, foreign calendars).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from marketplace.accounts.permissions import require
from marketplace.capacity import blocks, queries
from marketplace.capacity.errors import (
    UnavailabilityBegun,
    UnavailabilityNotFound,
    UnavailabilityOver,
)
from marketplace.capacity.models import Claim, Unavailability
from marketplace.capacity.rules import BLOCKED
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.core.events import publish
from marketplace.core.locking import Rank, lock
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transactional
from marketplace.resources.models import Resource
from marketplace.resources.queries import resource_of
from marketplace.resources.services import editable

TOGETHER = 40   # facts whose free rest is claimed in one go
REASONS = ("breakdown", "maintenance", "blackout", "other")


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
    return _report(actor, resource, window, reason)


def _report(actor: Actor, resource: Resource, window: TimeWindow, reason: str) -> Fact:
    row = add(resource.id, [window], reason, actor.member_id)[0]
    audit.record(actor, "unavailability.report", "unavailability", row.id,
                 resource=resource.id, reason=reason)
    return Fact(row, hits(row))


@transactional
def report_site(actor: Actor, site_id: int, window: TimeWindow, reason: str) -> list[Fact]:
    """A whole site cannot work: a fact for every resource there that the company operates.

    Raises NotFound when it operates none there.
    """
    require(actor, "resource.edit")
    ids = db.session.scalars(select(Resource.id).where(
        Resource.site_id == site_id,
        Resource.operating_company_id == actor.company_id)).all()
    if not ids:
        raise NotFound(kind="site")
    return [_report(actor, resource, window, reason)
            for resource in lock(Resource, ids, Rank.RESOURCE)]


@transactional
def edit_unavailability(actor: Actor, unavailability_id: int, window: TimeWindow,
                        reason: str) -> Fact:
    """A fact takes longer, ends sooner or lies elsewhere: what it hits is looked up anew.

    What was, stays: of a fact that has begun only the end may change, to now or later. Raises
    UnavailabilityOver when it has ended already, UnavailabilityBegun.
    """
    row, now = _locked(actor, unavailability_id), clock.now()
    if row.starts < now and (window.start != row.starts or window.end < now):
        raise UnavailabilityBegun(began=row.starts)
    audit.record(actor, "unavailability.edit", "unavailability", row.id,
                 resource=row.resource_id, reason=reason, before=_times(row),
                 after=[window.start.isoformat(), window.end.isoformat()])
    row.reason = reason
    change(row, window)
    return Fact(row, hits(row))


def _times(row: Unavailability) -> list[str]:
    return [row.starts.isoformat(), row.ends.isoformat()]


@transactional
def end_unavailability(actor: Actor, unavailability_id: int) -> Unavailability | None:
    """The resource works again now; a fact that has not begun is taken back (None).

    Raises UnavailabilityOver when it has ended already.
    """
    row, now = _locked(actor, unavailability_id), clock.now()
    audit.record(actor, "unavailability.end", "unavailability", row.id, resource=row.resource_id)
    if row.starts >= now:
        drop([row])
        return None
    change(row, TimeWindow(row.starts, now))
    return row


def _locked(actor: Actor, unavailability_id: int) -> Unavailability:
    """A fact that is not over, its resource locked."""
    require(actor, "resource.edit")
    row = db.session.get(Unavailability, unavailability_id)
    resource = db.session.get(Resource, row.resource_id) if row else None
    if row is None or resource is None or resource.operating_company_id != actor.company_id:
        raise UnavailabilityNotFound(id=unavailability_id)
    lock(Resource, [resource.id], Rank.RESOURCE)
    fresh = db.session.get(Unavailability, unavailability_id, populate_existing=True)
    if fresh is None:
        raise UnavailabilityNotFound(id=unavailability_id)
    if fresh.ends <= clock.now():
        raise UnavailabilityOver(ended=fresh.ends)
    return fresh


def add(resource_id: int, windows: Sequence[TimeWindow], reason: str,
        member_id: int | None = None) -> list[Unavailability]:
    """Write facts of one resource and claim what they leave free; the resource must be locked."""
    rows = [Unavailability(resource_id=resource_id, starts=window.start, ends=window.end,
                           reason=reason, created_by=member_id, created_at=clock.now())
            for window in windows]
    db.session.add_all(rows)
    db.session.flush()
    ordered = sorted(windows)
    for first in range(0, len(ordered), TOGETHER):
        part = ordered[first:first + TOGETHER]
        blocks.fill(resource_id, TimeWindow(part[0].start, max(each.end for each in part)))
    for window in windows:
        publish(ResourceDown(resource_id, window))
    return rows


def change(row: Unavailability, window: TimeWindow) -> None:
    """Give a fact another window; what is free again is published. The resource must be locked."""
    hull = TimeWindow(min(row.starts, window.start), max(row.ends, window.end))
    row.starts, row.ends = window.start, window.end
    db.session.flush()
    blocks.refit([row.id], row.resource_id, hull)
    publish(ResourceDown(row.resource_id, window))


def drop(rows: Sequence[Unavailability]) -> None:
    """Take facts of one resource back; what is free again is published. It must be locked."""
    if not rows:
        return
    ids, resource_id = [row.id for row in rows], rows[0].resource_id
    hull = TimeWindow(min(row.starts for row in rows), max(row.ends for row in rows))
    for row in rows:
        db.session.delete(row)
    db.session.flush()
    blocks.refit(ids, resource_id, hull)


def hits(row: Unavailability) -> Sequence[Claim]:
    """Live claims of holds and bookings whose work the fact overlaps, by start."""
    lanes = queries.lane_ids(row.resource_id)
    window = TimeWindow(row.starts, row.ends)
    return [claim for claim in queries.overlapping(lanes, window)
            if claim.kind != BLOCKED and claim.starts < row.ends and claim.ends > row.starts]


def facts_of(actor: Actor, resource_id: int, since: datetime) -> Sequence[Unavailability]:
    """What is and will be known to keep a resource from working, by start."""
    resource_of(actor, resource_id)
    return db.session.scalars(
        select(Unavailability)
        .where(Unavailability.resource_id == resource_id, Unavailability.ends > since)
        .order_by(Unavailability.starts).limit(500)).all()
