"""Certificates of resources: added, taken away, and whether one lasts through some work.

One that has expired stays as a record and lets nothing be booked: it drops out of search and of
plans on the day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, func, select

from marketplace.accounts.permissions import require, require_company
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import FieldError, NotFound
from marketplace.core.transaction import transactional
from marketplace.resources import queries
from marketplace.resources.errors import CertificateNotFound, ResourceInvalid
from marketplace.resources.models import Certificate, Resource, Site

MOST = 100   # certificates of one resource that are read


@dataclass(frozen=True)
class Paper:
    """A certificate to add: `valid_until` is its last day."""

    kind: str
    number: str
    issuer: str
    valid_until: date


def end_of(day: date, zone: str) -> datetime:
    """The end of a day by the clock of a zone."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)


@transactional
def add(actor: Actor, resource_id: int, paper: Paper) -> Certificate:
    """The company that operates a resource notes a certificate of it.

    Raises NotFound, ResourceInvalid for one that has expired already.
    """
    require(actor, "resource.edit")
    resource = queries.resource_of(actor, resource_id)
    require_company(actor, resource.operating_company_id, "resource")
    lapses_at = end_of(paper.valid_until, resource.site.zone)
    if lapses_at <= clock.now():
        raise ResourceInvalid(errors=[FieldError("valid_until", "expired_already")], count=1)
    row = Certificate(resource_id=resource_id, kind=paper.kind, number=paper.number,
                      issuer=paper.issuer, valid_until=paper.valid_until, lapses_at=lapses_at,
                      created_at=clock.now())
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "certificate.add", "resource", resource_id, certificate=row.id,
                 paper=row.kind, valid_until=row.valid_until.isoformat())
    return row


@transactional
def remove(actor: Actor, certificate_id: int) -> None:
    """The operating company takes a certificate away; bookings already made stay."""
    require(actor, "resource.edit")
    row = db.session.get(Certificate, certificate_id)
    if row is None:
        raise CertificateNotFound(id=certificate_id)
    try:
        resource = queries.resource_of(actor, row.resource_id)
        require_company(actor, resource.operating_company_id, "resource")
    except NotFound:
        raise CertificateNotFound(id=certificate_id) from None
    audit.record(actor, "certificate.remove", "resource", row.resource_id, certificate=row.id,
                 paper=row.kind, valid_until=row.valid_until.isoformat())
    db.session.delete(row)


def certificates_of(actor: Actor, resource_id: int) -> Sequence[Certificate]:
    """Certificates of a resource the company owns or operates, those that last longest first."""
    queries.resource_of(actor, resource_id)
    return db.session.scalars(
        select(Certificate).where(Certificate.resource_id == resource_id)
        .order_by(Certificate.kind, Certificate.lapses_at.desc()).limit(MOST)).all()


def lasts(resource_id: Any, kind: Any, until: datetime) -> ColumnElement[bool]:
    """SQL: the resource has a certificate of this kind up to a moment."""
    return exists().where(Certificate.resource_id == resource_id, Certificate.kind == kind,
                          Certificate.lapses_at >= until)


def until_when(wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], datetime]:
    """When the longest-lasting certificate of (resource, kind) lapses; none: not in the answer."""
    if not wanted:
        return {}
    query = (select(Certificate.resource_id, Certificate.kind, func.max(Certificate.lapses_at))
             .where(Certificate.resource_id.in_({resource_id for resource_id, _ in wanted}),
                    Certificate.kind.in_({kind for _, kind in wanted}))
             .group_by(Certificate.resource_id, Certificate.kind))
    return {(resource_id, kind): lapses for resource_id, kind, lapses in db.session.execute(query)
            if (resource_id, kind) in wanted}


def move_site(resource_ids: Iterable[int]) -> None:
    """Count the last days of certificates anew, when the site's zone has changed."""
    query = (select(Certificate, Site.zone).join(Resource, Resource.id == Certificate.resource_id)
             .join(Site, Site.id == Resource.site_id)
             .where(Certificate.resource_id.in_(list(resource_ids))))
    for row, zone in db.session.execute(query):
        row.lapses_at = end_of(row.valid_until, zone)
    db.session.flush()
