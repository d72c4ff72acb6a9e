"""Cancelling, the waitlist and instant booking race for a slot: one winner, the line in order."""

from __future__ import annotations

import itertools
import random
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import ColumnElement, func, select

from marketplace.bookings import lifecycle
from marketplace.bookings.models import Booking, Hold
from marketplace.bookings.waitlist import TOPIC
from marketplace.bookings.waitlist_models import LEFT, OFFERED, WAITING, WaitlistEntry
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.core.outbox import OutboxMessage
from tests.races.server import Answer, Client, race
from tests.races.test_same_hour import Track, create_track, recount
from tests.runner.processes import command, until

pytestmark = pytest.mark.usefixtures("no_deadlock")
ROUNDS = {"small": 4, "long": 40}
WAITING_FIRMS, INSTANT_FIRMS, TRIES = 4, 6, 8


@pytest.fixture(scope="module")
def crews(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], None]]:
    """`crews(database)` lets two workers carry out its outbox until these tests are over."""
    started: dict[str, list[subprocess.Popen[str]]] = {}

    def call(database: str) -> None:
        if database not in started:
            started[database] = [command(database, tmp_path_factory.mktemp("worker"), "worker",
                                         "run", worker_poll_seconds=0.05) for _ in range(2)]

    yield call
    for process in itertools.chain.from_iterable(started.values()):
        process.kill()   # it has nothing to do: there is nothing to lose
        process.wait(20)


@pytest.fixture
def crew(app: Flask, database: str, crews: Callable[[str], None]) -> Iterator[None]:
    """Two workers, who have done everything before the next test finds the database empty."""
    crews(database)
    yield
    until(lambda: idle(app, OutboxMessage.failed_at.is_(None)))


FREED = OutboxMessage.topic == TOPIC


def idle(app: Flask, which: ColumnElement[bool] = FREED) -> bool:
    """True when no such message is left to be carried out: usually, no freed time to be offered."""
    with app.app_context():
        return not db.session.scalar(select(func.count()).select_from(OutboxMessage).where(
            which, OutboxMessage.sent_at.is_(None)))


def entries(app: Flask, start: datetime) -> Sequence[WaitlistEntry]:
    """Who waits or waited for a slot, in order."""
    with app.app_context():
        rows = db.session.scalars(select(WaitlistEntry).order_by(WaitlistEntry.id).where(
            WaitlistEntry.starts == start)).all()
        db.session.expunge_all()
    return rows


def winners(app: Flask, track: Track, start: datetime) -> tuple[int, int]:
    """Bookings and offers that have the slot now."""
    with app.app_context():
        booked = db.session.scalar(select(func.count()).select_from(Booking).where(
            Booking.resource_id == track.resource.id, Booking.starts == start,
            Booking.state == lifecycle.CONFIRMED)) or 0
        held = db.session.scalar(select(func.count()).select_from(Hold).join(
            WaitlistEntry, WaitlistEntry.hold_id == Hold.id).where(
            WaitlistEntry.starts == start, Hold.state == lifecycle.HELD)) or 0
    return booked, held


def queue_up(track: Track, firms: Sequence[Client], start: datetime) -> tuple[int, list[int]]:
    """The first firm books an hour, the others wait for it one after another."""
    wish = track.wish(start, start + timedelta(hours=1))
    booking = firms[0].post("/bookings", wish)
    assert booking.status == 201, booking.body
    waited = [each.post("/waitlist", wish) for each in firms[1:]]
    assert {each.status for each in waited} == {201}
    return booking.body["id"], [each.body["id"] for each in waited]


def snatch(track: Track, start: datetime, tries: int) -> Callable[[Client], list[Answer]]:
    """Try to book the hour at once, again and again."""
    wish = track.wish(start, start + timedelta(hours=1))
    return lambda client: [client.post("/bookings", wish) for _ in range(tries)]


def later(seconds: float, client: Client, path: str) -> list[Answer]:
    """Ask a little after the others."""
    time.sleep(seconds)
    return [client.post(path)]


def jumped(app: Flask, line: Sequence[int]) -> list[int]:
    """Whom an offer passed by, though they stood in the line before the one who got it.

    Offers and leaving are written down under the lock of the machine, so in their true order.
    """
    with app.app_context():
        steps = db.session.execute(
            select(AuditEntry.action, AuditEntry.object_id).order_by(AuditEntry.id).where(
                AuditEntry.object_kind == "waitlist_entry", AuditEntry.object_id.in_(line),
                AuditEntry.action.in_(("waitlist.offer", "waitlist.leave")))).all()
    served: set[int] = set()
    passed = []
    for action, entry in steps:
        if action == "waitlist.offer":
            passed += [each for each in line if each < entry and each not in served]
        served.add(entry)
    return passed


def test_a_freed_slot_has_one_winner(app, server, size, crew):
    """Cancelled among four who wait and six who snatch: one has it, else the first is offered.

    In every other round they snatch but once and the slot gets free behind most of them.
    """
    track = create_track()
    firms = [server.client(each.token) for each in track.buyers[:WAITING_FIRMS + 1]]
    quick = [server.client(each.token) for each in track.buyers[-INSTANT_FIRMS:]]
    for number in range(ROUNDS[size]):
        start = track.first + timedelta(hours=number)
        booking, line = queue_up(track, firms, start)
        late = number % 2 == 0
        grab = snatch(track, start, 1 if late else TRIES)

        answers = race([firms[0], *quick], lambda client, place, path=f"/bookings/{booking}/cancel",
                       grab=grab, late=late: (
            grab(client) if place else later(0.2 * late, client, path)))
        until(lambda: idle(app))

        snatched = sum(each.status == 201 for each in answers)
        found = [row.id for row in entries(app, start) if row.state == OFFERED]
        assert sorted(winners(app, track, start)) == [0, 1]
        assert (snatched, found) in [(1, []), (0, line[:1])]
    recount(app)


def test_offers_follow_the_line(app, server, size, crew):
    """All but the last leave, offered or not: nobody is offered what one before could have had."""
    track = create_track()
    firms = [server.client(each.token) for each in track.buyers[:WAITING_FIRMS + 1]]
    dice = random.Random(20260302)
    for number in range(ROUNDS[size]):
        start = track.first + timedelta(hours=number)
        booking, line = queue_up(track, firms, start)
        leaving = line[:-1]
        paths = [f"/bookings/{booking}/cancel", *(f"/waitlist/{each}/leave" for each in leaving)]
        pauses = [0.0, *(dice.uniform(0, 0.4) for _ in leaving)]

        answers = race(firms[:-1], lambda client, place, paths=paths, pauses=pauses: later(
            pauses[place], client, paths[place]))
        until(lambda: idle(app))

        assert {each.status for each in answers} == {200}
        assert jumped(app, line) == []
        rows = entries(app, start)
        assert [row.state for row in rows] == [LEFT] * len(leaving) + [OFFERED]
        assert winners(app, track, start) == (0, 1)
    recount(app)


def test_who_joins_while_it_gets_free_is_not_forgotten(app, server, size, crew):
    """Joining against cancelling: refused for it is free, or offered; never left waiting."""
    track = create_track()
    firms = [server.client(each.token) for each in track.buyers[:2]]
    for number in range(ROUNDS[size] * 2):
        start = track.first + timedelta(hours=number)
        wish = track.wish(start, start + timedelta(hours=1))
        booking = firms[0].post("/bookings", wish).body["id"]

        answers = race(firms, lambda client, place, booking=booking, wish=wish: [
            client.post("/waitlist", wish) if place
            else client.post(f"/bookings/{booking}/cancel")])
        until(lambda: idle(app))

        joined = any(each.status == 201 for each in answers)
        assert [row.state for row in entries(app, start)] == [OFFERED] * joined
        assert WAITING not in {row.state for row in entries(app, start)}
    recount(app)
