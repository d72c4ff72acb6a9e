"""Many clients, few hours: who wins, and what the others are told."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, text

from marketplace import verify
from marketplace.bookings import services as bookings
from marketplace.bookings.models import Hold
from marketplace.capacity.models import Claim, Lane
from marketplace.capacity.queries import OVERLAPS
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Listing
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.resources.models import Resource
from tests.factories.companies import Party, create_party
from tests.factories.listings import create_listing
from tests.factories.resources import ALWAYS, create_resource
from tests.races.server import Answer, Client, race

pytestmark = pytest.mark.usefixtures("no_deadlock")
CLIENTS = 20
SLOTS = {"small": 10, "long": 50}
PER_SLOT = {"small": 20, "long": 100}
WINDOWS = {"small": 200, "long": 2000}
ROUNDS = {"small": 3, "long": 25}


@dataclass(frozen=True)
class Track:
    """A machine that never closes, on offer by the hour, and twenty firms that want it."""

    resource: Resource
    listing: Listing
    buyers: list[Party]
    first: datetime

    def wish(self, start: datetime, end: datetime) -> dict[str, object]:
        """A booking in one step."""
        return {"listing_id": self.listing.id, "start": start.isoformat(),
                "end": end.isoformat(), "mode": "time_slice"}


def create_track(**resource: int) -> Track:
    """The machine and its buyers; `first` is midnight after tomorrow."""
    seller = create_party()
    machine = create_resource(seller.company, ALWAYS, **resource)
    today = clock.now().astimezone(ZoneInfo("Asia/Shanghai")).replace(
        hour=0, minute=0, second=0, microsecond=0)
    return Track(machine, create_listing(machine), [create_party() for _ in range(CLIENTS)],
                 today + timedelta(days=2))


def leave_expired_holds(app: Flask, track: Track, hours: int) -> list[int]:
    """Hold every second hour an hour ago, one a firm, and let the holds run out untouched."""
    then = clock.now() - timedelta(hours=1)
    made = []
    with clock.moved_to(then), app.app_context():
        for number, hour in enumerate(range(0, min(hours, 2 * CLIENTS), 2)):
            start = track.first + timedelta(hours=hour)
            actor = track.buyers[number].actor
            quote = catalogue.quote(actor, catalogue.Wish(
                track.listing.id, start, start + timedelta(hours=1), mode="time_slice"))[0]
            made.append(bookings.hold(actor, quote.id).id)
    return made


def refusals(answers: list[Answer]) -> Counter[tuple[int, str]]:
    """Statuses with their problem codes."""
    return Counter((each.status, each.body.get("code", "")) for each in answers)


def recount(app: Flask) -> None:
    """No overlap by SQL, and `flask verify` agrees."""
    with app.app_context():
        assert db.session.execute(text(OVERLAPS)).all() == []
        report = verify.run()
        assert report.clean, report.lines


def test_one_booking_an_hour_and_409_for_all_others(app, server, size):
    """Twenty clients want the same hours: one 201 an hour, else 409, expired holds or not."""
    track = create_track()
    slots, each = SLOTS[size], PER_SLOT[size] // CLIENTS
    expired = leave_expired_holds(app, track, slots)
    clients = [server.client(party.token) for party in track.buyers]

    for slot in range(slots):
        start = track.first + timedelta(hours=slot)
        wish = track.wish(start, start + timedelta(hours=1))
        answers = race(clients, lambda client, _, wish=wish: [
            client.post("/bookings", wish) for _ in range(each)])

        assert refusals(answers) == {(201, ""): 1, (409, "slot_taken"): len(answers) - 1}
        assert len(answers) == CLIENTS * each
    recount(app)
    with app.app_context():
        states = set(db.session.scalars(select(Hold.state).where(Hold.id.in_(expired))))
    assert states == {"expired"}


def test_holds_race_for_an_hour_too(app, server, size):
    """Twenty clients hold, book what they hold or book outright: one of them has the hour."""
    track = create_track()
    clients = [server.client(party.token) for party in track.buyers]

    def grab(client: Client, number: int, start: datetime) -> list[Answer]:
        wish = track.wish(start, start + timedelta(hours=1))
        quoted = client.post("/quotes", wish)
        quote = {"quote_id": quoted.body["items"][0]["id"]}
        if number % 2:
            return [client.post("/bookings", quote)]
        held = client.post("/holds", quote)
        return [client.post("/bookings", {"hold_id": held.body["id"]})
                if held.status == 201 else held]

    for slot in range(SLOTS[size] // 2):
        start = track.first + timedelta(hours=slot)
        answers = race(clients, lambda client, number, start=start: grab(client, number, start))

        assert refusals(answers) == {(201, ""): 1, (409, "slot_taken"): CLIENTS - 1}
    recount(app)


def test_neighbours_leave_each_other_the_buffers(app, server, size):
    """Ten hours in a row that only the buffers keep apart, each wanted twice: no two accepted are
    nearer than both buffers together, and every refused one is too near to an accepted one."""
    track = create_track(buffer_before=30, buffer_after=15)
    apart = timedelta(minutes=30 + 15)
    clients = [server.client(party.token) for party in track.buyers]
    for turn in range(ROUNDS[size]):
        hours = [track.first + timedelta(hours=12 * turn + number // 2)
                 for number in range(CLIENTS)]

        answers = race(clients, lambda client, number, hours=hours: [client.post(
            "/bookings", track.wish(hours[number], hours[number] + timedelta(hours=1)))])

        found = refusals(answers)
        assert found[201, ""] + found[409, "slot_taken"] == CLIENTS, found
        taken = sorted(datetime.fromisoformat(each.body["start"]) for each in answers
                       if each.status == 201)
        assert all(later - earlier >= timedelta(hours=1) + apart
                   for earlier, later in pairwise(taken))
        assert all(any(abs(hour - start) < timedelta(hours=1) + apart for start in taken)
                   for hour in hours)
    recount(app)


def random_windows(track: Track, count: int) -> list[TimeWindow]:
    """Windows of one to five hours on a quarter-hour grid over four days."""
    dice = random.Random(20260302)
    windows = []
    for _ in range(count):
        start = track.first + timedelta(minutes=15 * dice.randrange(4 * 24 * 4))
        windows.append(TimeWindow(start, start + timedelta(minutes=15 * dice.randrange(4, 21))))
    return windows


def test_unequal_overlaps_leave_a_free_and_maximal_set(app, server, size):
    """What was accepted is pairwise free, and nothing refused would still fit on any lane."""
    track = create_track(lanes=2, buffer_before=15, buffer_after=10)
    wanted = random_windows(track, WINDOWS[size])
    clients = [server.client(party.token) for party in track.buyers]
    refused: list[TimeWindow] = []

    def take_part(client: Client, number: int) -> list[Answer]:
        answers = []
        for window in wanted[number::CLIENTS]:
            answers.append(client.post("/bookings", track.wish(window.start, window.end)))
            if answers[-1].status != 201:
                refused.append(window)
        return answers

    answers = race(clients, take_part)

    assert set(refusals(answers)) == {(201, ""), (409, "slot_taken")}
    assert len(answers) == len(wanted)
    recount(app)
    assert would_still_fit(app, track, refused) == []


def would_still_fit(app: Flask, track: Track, refused: list[TimeWindow]) -> list[TimeWindow]:
    """Refused windows for which some lane has no live claim in the way, by the rows alone."""
    with app.app_context():
        rows = db.session.execute(select(Claim.lane_id, Claim.blocked_from, Claim.blocked_until)
                                  .where(Claim.state == "booked")).all()
        lanes = set(db.session.scalars(
            select(Lane.id).where(Lane.resource_id == track.resource.id)))
    fitting = []
    for window in refused:
        start = window.start - timedelta(minutes=track.resource.buffer_before)
        until = window.end + timedelta(minutes=track.resource.buffer_after)
        hit = {lane for lane, blocked_from, blocked_until in rows
               if blocked_from < until and blocked_until > start}
        if lanes - hit:
            fitting.append(window)
    return fitting
