"""Facts that a resource cannot work: reported, ended, never refused.

A fact may overlap anything, also bookings; what it hits is a list to settle. Its still-free rest
is claimed by `blocks`; every read of free time and `take()` subtract the facts themselves as well.
`rewrite` is for whoever writes many at once (foreign calendars).
"""

from __future__ import annotations

from bisect import bisect_left
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
from marketplace.core.timewindow import TimeWindow, merge, subtract
from marketplace.core.transaction import transactional
from marketplace.resources.models import Resource
from marketplace.resources.queries import resource_of
from marketplace.resources.services import editable

REASONS = ("breakdown", "maintenance", "blackout", "other")


@dataclass(frozen=True)
class Fact:
    """An unavailability and the live claims that it hits, bookings first by start."""

    row: Unavailability
    hits: Sequence[Claim]


@dataclass(frozen=True)
class ResourceDown:
    """Published when a resource is reported unable to work while these bookings lie there."""

    resource_id: int
    booking_ids: tuple[int, ...]


@transactional
def report_unavailability(actor: Actor, resource_id: int, window: TimeWindow,
                          reason: str) -> Fact:
    """The operating company says that a resource cannot work in a window."""
    resource = editable(actor, resource_id)
    return _report(actor, resource, window, reason)


def _report(actor: Actor, resource: Resource, window: TimeWindow, reason: str) -> Fact:
    row = Unavailability(resource_id=resource.id, starts=window.start, ends=window.end,
                         reason=reason, created_by=actor.member_id, created_at=clock.now())
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "unavailability.report", "unavailability", row.id,
                 resource=resource.id, reason=reason)
    return Fact(row, rewrite(resource.id, Rewrite(added=[window])))


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
    return Fact(row, rewrite(row.resource_id, Rewrite(changed=[(row, window)])))


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
        rewrite(row.resource_id, Rewrite(gone=[row]))
        return None
    rewrite(row.resource_id, Rewrite(changed=[(row, TimeWindow(row.starts, now))]))
    return row


def fact_of(actor: Actor, unavailability_id: int) -> Unavailability:
    """A fact about a resource that the company operates; raises UnavailabilityNotFound."""
    require(actor, "resource.edit")
    row = db.session.scalar(
        select(Unavailability).join(Resource, Resource.id == Unavailability.resource_id)
        .where(Unavailability.id == unavailability_id,
               Resource.operating_company_id == actor.company_id))
    if row is None:
        raise UnavailabilityNotFound(id=unavailability_id)
    return row


def _locked(actor: Actor, unavailability_id: int) -> Unavailability:
    """A fact that is not over, its resource locked."""
    lock(Resource, [fact_of(actor, unavailability_id).resource_id], Rank.RESOURCE)
    fresh = db.session.get(Unavailability, unavailability_id, populate_existing=True)
    if fresh is None:
        raise UnavailabilityNotFound(id=unavailability_id)
    if fresh.ends <= clock.now():
        raise UnavailabilityOver(ended=fresh.ends)
    return fresh


@dataclass(frozen=True)
class Rewrite:
    """What becomes of facts of one resource: others get another window, or go.

    `added`: the windows of those that have just been written.
    """

    added: Sequence[TimeWindow] = ()
    changed: Sequence[tuple[Unavailability, TimeWindow]] = ()
    gone: Sequence[Unavailability] = ()

    @property
    def down(self) -> list[TimeWindow]:
        """When the resource cannot work by what is new or changed."""
        return [*self.added, *(window for _, window in self.changed)]

    @property
    def before(self) -> list[TimeWindow]:
        """When it could not by what is changed or gone."""
        rows = (*(row for row, _ in self.changed), *self.gone)
        return [TimeWindow(row.starts, row.ends) for row in rows]


def rewrite(resource_id: int, what: Rewrite) -> Sequence[Claim]:
    """Do it all at once, in as many statements for a thousand facts as for one; what it hits.

    What they leave free is claimed, what is free for good is published: what a fact gives up and
    another needs never gets free in between. The resource must be locked.
    """
    down, before = what.down, what.before
    if not down and not before:
        return []
    ids = [row.id for row in (*(row for row, _ in what.changed), *what.gone)]
    for row, window in what.changed:
        row.starts, row.ends = window.start, window.end
    for row in what.gone:
        db.session.delete(row)
    db.session.flush()
    blocks.refit(ids, resource_id, blocks.hull([*down, *before]))
    hit = _overlapped(_claims(resource_id, down), down)
    newly = dict.fromkeys(claim.holder_id for claim in _overlapped(hit, subtract(down, before))
                          if claim.holder_kind == "booking")
    if newly:
        publish(ResourceDown(resource_id, tuple(newly)))
    return hit


def _claims(resource_id: int, windows: Sequence[TimeWindow]) -> Sequence[Claim]:
    """Live claims of holds and bookings between the first and the last of these, by start."""
    if not windows:
        return []
    within = blocks.hull(windows)
    return db.session.scalars(
        select(Claim).where(Claim.lane_id.in_(queries.lane_ids(resource_id)),
                            queries.live(Claim, clock.now()), Claim.kind != BLOCKED,
                            Claim.starts < within.end, Claim.ends > within.start)
        .order_by(Claim.blocked_from)).all()


def _overlapped(claims: Sequence[Claim], windows: Sequence[TimeWindow]) -> list[Claim]:
    """Those of the claims whose work any of the windows overlaps."""
    down = merge(windows)
    starts = [each.start for each in down]
    # Merged windows end in the order in which they start, so the last one that starts before a
    # work ends reaches farthest into it.
    return [claim for claim in claims if (count := bisect_left(starts, claim.ends))
            and down[count - 1].end > claim.starts]


def facts_of(actor: Actor, resource_id: int, since: datetime) -> Sequence[Unavailability]:
    """What is and will be known to keep a resource from working, by start."""
    resource_of(actor, resource_id)
    return db.session.scalars(
        select(Unavailability)
        .where(Unavailability.resource_id == resource_id, Unavailability.ends > since)
        .order_by(Unavailability.starts).limit(500)).all()
