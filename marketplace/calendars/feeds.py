"""Use cases of calendar addresses: make one, see what it shows, end it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select

from marketplace import config
from marketplace.accounts import privacy, tokens
from marketplace.accounts.permissions import allowed, require
from marketplace.bookings.models import Booking
from marketplace.calendars import queries, rules
from marketplace.calendars.errors import FeedNotFound, TooManyCalendars
from marketplace.calendars.models import CalendarFeed
from marketplace.calendars.queries import Shown
from marketplace.calendars.rules import Entry, Place
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.core.i18n import translate
from marketplace.core.tokens import digest, new_secret
from marketplace.core.transaction import transactional
from marketplace.resources.queries import company_names, resource_of

SCOPES = ("company", "member", "resource")
MOST = 50                        # live addresses of one member
DROPPED = timedelta(days=30)     # how long what is off is still told, so that readers drop it
SEEN = timedelta(minutes=5)      # `last_read_at` is no finer than this


@transactional
def make(actor: Actor, scope: str, resource_id: int | None = None) -> tuple[CalendarFeed, str]:
    """A member makes an address for its company, itself or a machine its company operates.

    Returns the row and the address, which is shown only now. Raises TooManyCalendars.
    """
    require(actor, "booking.read")
    live = queries.live_feeds(actor).subquery()
    if (db.session.scalar(select(func.count()).select_from(live)) or 0) >= MOST:
        raise TooManyCalendars(most=MOST)
    secret = new_secret()
    row = CalendarFeed(member_id=actor.member_id, company_id=actor.company_id, scope=scope,
                       scope_id=_scope_id(actor, scope, resource_id),
                       secret_hash=digest(secret), created_at=clock.now())
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "calendar.make", "calendar_feed", row.id, scope=scope)
    return row, address(secret)


def _scope_id(actor: Actor, scope: str, resource_id: int | None) -> int:
    if scope == "resource":
        row = resource_of(actor, resource_id or 0)
        if row.operating_company_id != actor.company_id:
            raise NotFound(kind="resource")
        return row.id
    return (actor.company_id if scope == "company" else actor.member_id) or 0


@transactional
def revoke(actor: Actor, feed_id: int) -> None:
    """A member ends one of its addresses at once."""
    row = db.session.scalar(queries.live_feeds(actor).where(CalendarFeed.id == feed_id))
    if row is None:
        raise FeedNotFound(id=feed_id)
    row.revoked_at = clock.now()
    audit.record(actor, "calendar.revoke", "calendar_feed", row.id)


def address(secret: str) -> str:
    """Where a calendar program reads a feed."""
    return f"{base()}/calendars/{secret}.ics"


def base() -> str:
    """What addresses of the service begin with."""
    return config.current().public_url.rstrip("/")


def host() -> str:
    """The host that names of bookings in calendars end with, whatever the scope."""
    return urlsplit(base()).hostname or "localhost"


@dataclass(frozen=True)
class Document:
    """A calendar ready to be sent; the same bytes as long as nothing changed."""

    data: bytes
    etag: str
    modified: datetime


def render(feed: CalendarFeed) -> Document:
    """What a feed shows its member, in the member's language, in few queries.

    Raises FeedNotFound when the member has left the company or may not see bookings any more.
    """
    actor = tokens.actor_of_member(feed.member_id)
    if (actor is None or actor.company_id != feed.company_id
            or not allowed(actor, "booking.read")):
        raise FeedNotFound()
    rows = queries.shown_in(feed)
    steps = queries.last_steps([each.booking.id for each in rows])
    buyers = company_names({each.booking.company_id for each in rows})
    entries = [entry for each in rows
               if (entry := _entry(actor, each, steps, buyers)) is not None]
    data = rules.calendar(_name(actor, feed), host(), base(), entries)
    modified = max([feed.created_at, *(each.stamp for each in entries)])
    return Document(data, sha256(data).hexdigest()[:32],
                    modified.astimezone(UTC).replace(microsecond=0))


def _entry(actor: Actor, shown: Shown, steps: dict[int, datetime],
           buyers: dict[int, str]) -> Entry | None:
    """A booking as an entry; None for one that has been off for long."""
    row, status = shown.booking, rules.status_of(shown.booking.state)
    stamp = steps.get(row.id, row.created_at)
    if status == rules.CANCELLED and stamp < clock.now() - DROPPED:
        return None
    site = shown.site
    return Entry(row.id, row.version, status, row.starts, _end(row), stamp,
                 _summary(actor, shown, buyers), _description(actor, row),
                 Place(f"{site.name}, {site.address}", site.latitude, site.longitude))


def _end(row: Booking) -> datetime:
    """When the work ended, where that was early."""
    ended = row.ended_at
    return ended if ended is not None and row.starts < ended < row.ends else row.ends


def _summary(actor: Actor, shown: Shown, buyers: dict[int, str]) -> str:
    """The machine for who booked it; for who runs it the firm that comes as well."""
    row = shown.booking
    side = "bought" if row.company_id == actor.company_id else "sold"
    words = translate(actor.language, f"calendars.summary.{side}", resource=shown.resource,
                      company=buyers[row.company_id])
    if row.state == "requested":
        return translate(actor.language, "calendars.summary.asked", what=words)
    return words


def _description(actor: Actor, row: Booking) -> str:
    key = "calendars.number" if not row.reference else "calendars.number_and_order"
    return translate(actor.language, key, number=row.id, reference=row.reference)


def _name(actor: Actor, feed: CalendarFeed) -> str:
    return translate(actor.language, "calendars.called", name=scope_names([feed], actor)[feed.id])


@transactional
def note_read(feed_id: int) -> None:
    """Remember that an address was read, so that its maker sees which are in use."""
    row = db.session.get(CalendarFeed, feed_id)
    now = clock.now()
    if row is not None and (row.last_read_at is None or now - row.last_read_at > SEEN):
        row.last_read_at = now


def scope_names(rows: Sequence[CalendarFeed], actor: Actor) -> dict[int, str]:
    """What each feed shows, by the id of the feed."""
    machines = queries.resource_names([row.scope_id for row in rows if row.scope == "resource"])
    own = {"company": actor.company_name, "member": actor.name}
    return {row.id: own.get(row.scope) or machines.get(row.scope_id, "") for row in rows}


@privacy.part("calendar_feeds")
def feeds_in_copy(member_id: int) -> list[dict[str, Any]]:
    """The member's calendar addresses without their secrets."""
    rows = db.session.scalars(select(CalendarFeed).where(CalendarFeed.member_id == member_id)
                              .order_by(CalendarFeed.id).limit(privacy.MOST))
    return [{"id": row.id, "scope": row.scope, "created_at": row.created_at.isoformat(),
             "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None}
            for row in rows]
