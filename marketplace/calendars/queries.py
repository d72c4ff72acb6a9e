"""Reads of calendars: whose they are, and the bookings that a feed shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select

from marketplace.bookings.models import Booking
from marketplace.calendars.errors import FeedNotFound, SourceNotFound
from marketplace.calendars.models import CalendarFeed, CalendarSource
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.core.tokens import digest
from marketplace.resources.models import Resource, Site
from marketplace.resources.queries import resource_of

BACK, AHEAD = timedelta(days=90), timedelta(days=400)
MOST = 5000   # bookings in one calendar, the latest of them


def feeds_of(actor: Actor) -> Sequence[CalendarFeed]:
    """The member's live calendar addresses, newest first."""
    return db.session.scalars(
        live_feeds(actor).order_by(CalendarFeed.id.desc()).limit(200)).all()


def live_feeds(actor: Actor) -> Select[CalendarFeed]:
    """The member's addresses that were not revoked."""
    return select(CalendarFeed).where(CalendarFeed.member_id == actor.member_id,
                                      CalendarFeed.company_id == actor.company_id,
                                      CalendarFeed.revoked_at.is_(None))


def feed_by(secret: str) -> CalendarFeed:
    """The feed of a secret; raises FeedNotFound for one that is unknown or revoked."""
    row = db.session.scalar(select(CalendarFeed).where(
        CalendarFeed.secret_hash == digest(secret), CalendarFeed.revoked_at.is_(None)))
    if row is None:
        raise FeedNotFound()
    return row


def resource_names(ids: Sequence[int]) -> dict[int, str]:
    """Names of resources by id."""
    if not ids:
        return {}
    rows = db.session.execute(select(Resource.id, Resource.name).where(Resource.id.in_(ids)))
    return {id_: name for id_, name in rows}


@dataclass(frozen=True)
class Shown:
    """A booking with its machine's name and place."""

    booking: Booking
    resource: str
    site: Site


def shown_in(feed: CalendarFeed) -> Sequence[Shown]:
    """The bookings of a feed from 90 days ago to 400 ahead, the latest first, in one query."""
    now = clock.now()
    rows = db.session.execute(
        select(Booking, Resource.name, Site)
        .join(Resource, Resource.id == Booking.resource_id)
        .join(Site, Site.id == Resource.site_id)
        .where(_scope(feed), Booking.starts > now - BACK, Booking.starts < now + AHEAD)
        .order_by(Booking.starts.desc(), Booking.id.desc()).limit(MOST))
    return [Shown(booking, name, site) for booking, name, site in rows]


def _scope(feed: CalendarFeed) -> ColumnElement[bool]:
    """Whose bookings: always those of the feed's own company."""
    if feed.scope == "resource":
        return ((Booking.resource_id == feed.scope_id)
                & (Booking.seller_company_id == feed.company_id))
    if feed.scope == "member":
        return ((Booking.member_id == feed.scope_id)
                & (Booking.company_id == feed.company_id))
    return or_(Booking.company_id == feed.company_id,
               Booking.seller_company_id == feed.company_id)


def last_steps(booking_ids: Sequence[int]) -> dict[int, datetime]:
    """When each booking changed last, by the audit log."""
    rows = db.session.execute(
        select(AuditEntry.object_id, func.max(AuditEntry.at))
        .where(AuditEntry.object_kind == "booking", AuditEntry.object_id.in_(booking_ids))
        .group_by(AuditEntry.object_id))
    return {id_: at for id_, at in rows}


def sources_of(actor: Actor, resource_id: int) -> Sequence[CalendarSource]:
    """The foreign calendars of a resource that the company owns or operates."""
    resource_of(actor, resource_id)
    return db.session.scalars(
        select(CalendarSource).where(CalendarSource.resource_id == resource_id)
        .order_by(CalendarSource.id).limit(200)).all()


def source_of(actor: Actor, source_id: int) -> CalendarSource:
    """One foreign calendar of a resource that the company operates; raises SourceNotFound."""
    query = (select(CalendarSource).join(Resource, Resource.id == CalendarSource.resource_id)
             .where(CalendarSource.id == source_id))
    if actor.role != "system":
        query = query.where(Resource.operating_company_id == actor.company_id)
    row = db.session.scalar(query)
    if row is None:
        raise SourceNotFound(id=source_id)
    return row


def due_sources(limit: int = 500) -> list[int]:
    """Foreign calendars to look at now, the longest due first."""
    return list(db.session.scalars(
        select(CalendarSource.id).where(CalendarSource.next_at <= clock.now())
        .order_by(CalendarSource.next_at, CalendarSource.id).limit(limit)))


def zone_of(resource_id: int) -> str:
    """The time zone of the place where a resource stands."""
    return db.session.scalars(select(Site.zone).join(Resource, Resource.site_id == Site.id)
                              .where(Resource.id == resource_id)).one()
