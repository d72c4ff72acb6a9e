"""Use cases of foreign calendars: take one, read it again, give it up.

What is fetched and read is judged before the transaction begins, so a bad file or a silent
server changes nothing but what is said about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from marketplace.accounts.permissions import require
from marketplace.calendars import apart, feeds, fetching, queries
from marketplace.calendars.busy import Asked, Reading
from marketplace.calendars.errors import (
    CalendarRefused,
    NoAddress,
    TooManyCalendars,
    unreachable,
)
from marketplace.calendars.fetching import Seen
from marketplace.calendars.models import CalendarSource
from marketplace.capacity import foreign
from marketplace.capacity.foreign import Settled
from marketplace.core import audit, clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.core.locking import Rank, lock
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import end_read, transactional
from marketplace.resources.models import Resource
from marketplace.resources.queries import resource_of
from marketplace.resources.services import editable

MOST = 20                           # foreign calendars of one resource
BACK, AHEAD = timedelta(days=1), timedelta(days=400)
EVERY = timedelta(minutes=15)       # how often an address is read
AGAIN = timedelta(days=1)           # how often what we have is looked at again, as days pass
PAUSES = 7                          # a failing address is tried ever more rarely, at last daily


@dataclass(frozen=True)
class Taken:
    """A calendar that was read: what it says, and what its server said about it."""

    reading: Reading
    seen: Seen


@dataclass(frozen=True)
class Question:
    """All that is needed to look at a calendar without the database."""

    url: str     # none: an upload, whose days move on
    seen: Seen
    body: bytes
    asked: Asked


def upload(actor: Actor, resource_id: int, name: str, data: bytes
           ) -> tuple[CalendarSource, Settled]:
    """A company hands in a calendar of a resource it operates.

    Raises CalendarRefused naming the line or the event, TooManyCalendars.
    """
    _operated(actor, resource_id)
    return _add(actor, resource_id, CalendarSource(name=name), Taken(
        _read(resource_id, data), Seen()))


def subscribe(actor: Actor, resource_id: int, name: str, url: str
              ) -> tuple[CalendarSource, Settled]:
    """A company names an address whose calendar is read now and every 15 minutes from now on.

    Raises CalendarRefused for what is wrong with the address or the file, TooManyCalendars.
    """
    _operated(actor, resource_id)
    fetched = fetching.fetch(url)
    reading = _read(resource_id, fetched.data or b"")
    return _add(actor, resource_id, CalendarSource(name=name, url=url),
                Taken(reading, fetched.seen))


def _operated(actor: Actor, resource_id: int) -> None:
    """Refuse strangers before anything is fetched; no transaction stays open meanwhile."""
    require(actor, "resource.edit")
    if resource_of(actor, resource_id).operating_company_id != actor.company_id:
        raise NotFound(kind="resource")
    end_read()


def _asked(resource_id: int) -> Asked:
    """How files of a resource are read now; no transaction stays open."""
    now = clock.now()
    asked = Asked(queries.zone_of(resource_id), feeds.host(), TimeWindow(now - BACK, now + AHEAD))
    end_read()
    return asked


def _read(resource_id: int, data: bytes) -> Reading:
    return apart.read(_asked(resource_id), data)


@transactional
def _add(actor: Actor, resource_id: int, row: CalendarSource,
         taken: Taken) -> tuple[CalendarSource, Settled]:
    editable(actor, resource_id)
    count = db.session.scalar(select(func.count()).select_from(CalendarSource).where(
        CalendarSource.resource_id == resource_id))
    if (count or 0) >= MOST:
        raise TooManyCalendars(most=MOST)
    row.resource_id, row.created_by, row.created_at = resource_id, actor.member_id, clock.now()
    row.next_at = row.created_at
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "calendar.add", "calendar_source", row.id, resource=resource_id,
                 upload=not row.url)
    return row, _settle(actor, row, taken)


def _settle(actor: Actor, row: CalendarSource, taken: Taken) -> Settled:
    """Write down what a calendar says; its resource is locked."""
    reading, now = taken.reading, clock.now()
    settled = foreign.settle(actor, row.resource_id, row.id, {
        (each.uid, each.window.start): each.window for each in reading.busy})
    row.state, row.error, row.failures = "read", None, 0
    row.busy, row.ours, row.body = len(reading.busy), reading.ours, reading.text
    row.etag, row.modified = taken.seen.etag, taken.seen.modified
    row.read_at = row.tried_at = now
    row.next_at = now + (EVERY if row.url else AGAIN)
    return settled


def replace(actor: Actor, source_id: int, data: bytes) -> tuple[CalendarSource, Settled]:
    """A company hands in a newer file for a calendar it uploaded: only differences count."""
    require(actor, "resource.edit")
    row = queries.source_of(actor, source_id)
    if row.url:
        raise NoAddress()
    return take(actor, source_id, Taken(_read(row.resource_id, data), Seen()))


def refetch(actor: Actor, source_id: int) -> tuple[CalendarSource, Settled]:
    """Read an address again now; raises CalendarRefused, which is also kept to be shown."""
    require(actor, "resource.edit")
    if not queries.source_of(actor, source_id).url:
        raise NoAddress()
    try:
        taken = look(question(actor, source_id))
    except CalendarRefused as refusal:
        fail(source_id, refusal)
        raise
    return take(actor, source_id, taken)


def question(actor: Actor, source_id: int) -> Question:
    """What to look at for a calendar; no transaction stays open. Raises SourceNotFound."""
    row = queries.source_of(actor, source_id)
    url, seen, body = row.url, Seen(row.etag, row.modified), row.body.encode()
    return Question(url, seen, body, _asked(row.resource_id))


def look(at: Question) -> Taken:
    """Fetch and read, without the database, in any thread; raises CalendarRefused."""
    seen, body = at.seen, at.body
    if at.url:
        fetched = fetching.fetch(at.url, seen)
        if fetched.data is not None:
            seen, body = fetched.seen, fetched.data
    return Taken(apart.read(at.asked, body), seen)


def put_off(source_id: int) -> None:
    """Something went wrong that no server and no file should be able to cause."""
    fail(source_id, unreachable("no_answer", seconds=int(fetching.SECONDS)))


@transactional
def take(actor: Actor, source_id: int, taken: Taken) -> tuple[CalendarSource, Settled]:
    """Write down what was read of a calendar."""
    row = _locked(actor, source_id)
    return row, _settle(actor, row, taken)


@transactional
def fail(source_id: int, refusal: CalendarRefused) -> None:
    """Keep what went wrong; its facts stay as they are until it can be read again."""
    row = _locked(SYSTEM, source_id)
    row.state, row.failures = "failed", row.failures + 1
    row.error = {"code": refusal.wrong.code, "params": refusal.wrong.params}
    row.tried_at = clock.now()
    row.next_at = row.tried_at + min(EVERY * 2 ** min(row.failures - 1, PAUSES), AGAIN)


@transactional
def remove(actor: Actor, source_id: int) -> None:
    """A company gives a foreign calendar up: what it blocks is free from now on."""
    require(actor, "resource.edit")
    row = _locked(actor, source_id)
    foreign.settle(actor, row.resource_id, row.id, {})
    audit.record(actor, "calendar.remove", "calendar_source", row.id, resource=row.resource_id)
    db.session.delete(row)


def _locked(actor: Actor, source_id: int) -> CalendarSource:
    """A calendar as it is now, its resource locked."""
    row = queries.source_of(actor, source_id)
    lock(Resource, [row.resource_id], Rank.RESOURCE)
    row = queries.source_of(actor, source_id)
    db.session.refresh(row)
    return row
