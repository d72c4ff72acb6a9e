"""Edits against creates: who moves a booking and who books race for the same hours."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from marketplace.accounts.models import Company
from marketplace.bookings.models import Booking
from marketplace.capacity.models import Claim
from marketplace.core.db import db
from tests.factories.listings import create_listing
from tests.factories.resources import ALWAYS, create_resource
from tests.races.server import Answer, Client, race
from tests.races.test_same_hour import create_track, recount

pytestmark = pytest.mark.usefixtures("no_deadlock")
ROUNDS = {"small": 4, "long": 40}
HOUR = timedelta(hours=1)


def statuses(answers: list[Answer]) -> Counter[tuple[int, str]]:
    """Statuses with their problem codes."""
    return Counter((each.status, each.body.get("code", "")) for each in answers)


def test_moves_and_creates_have_one_winner_an_hour(app, server, size):
    """Half of the clients move into an hour, half book it: one has it (FIELD rank 1)."""
    track = create_track()
    clients = [server.client(party.token) for party in track.buyers]
    movers = len(clients) // 2
    made = [client.post("/bookings", track.wish(track.first + number * HOUR,
                                                track.first + (number + 1) * HOUR)).body["id"]
            for number, client in enumerate(clients[:movers])]
    target = track.first + timedelta(days=2)

    def grab(client: Client, number: int, start: object) -> list[Answer]:
        if number < movers:
            return [client.post(f"/bookings/{made[number]}/move", {"start": start.isoformat()})]
        return [client.post("/bookings", track.wish(start, start + HOUR))]

    for turn in range(ROUNDS[size]):
        start = target + turn * HOUR
        found = statuses(race(clients, lambda client, number, start=start: grab(
            client, number, start)))

        won = found[200, ""] + found[201, ""]
        assert won == 1, found
        assert found == {(409, "slot_taken"): len(clients) - 1} | {
            key: 1 for key in ((200, ""), (201, "")) if found[key]}
    recount(app)
    assert moved_rightly(app, made) == []


def moved_rightly(app, made: list[int]) -> list[int]:
    """Bookings whose claim is not exactly their window, once."""
    with app.app_context():
        return list(db.session.scalars(
            select(Booking.id).where(Booking.id.in_(made), select(func.count(Claim.id)).where(
                Claim.holder_kind == "booking", Claim.holder_id == Booking.id,
                Claim.state == "booked", Claim.starts == Booking.starts,
                Claim.ends == Booking.ends).scalar_subquery() != 1)))


def test_moves_between_two_machines_do_not_deadlock(app, server, size):
    """Crosswise moves lock both machines in one order; pairs swap or not, and none is lost."""
    track = create_track()
    with app.app_context():
        company = db.session.get_one(Company, track.listing.company_id)
    spare = create_listing(create_resource(company, ALWAYS))
    listings = (track.listing, spare)
    clients = [server.client(party.token) for party in track.buyers]

    def place(number: int) -> dict[str, object]:
        start = track.first + (number // 2) * HOUR
        return track.wish(start, start + HOUR) | {"listing_id": listings[number % 2].id}

    made = [client.post("/bookings", place(number)).body["id"]
            for number, client in enumerate(clients)]

    def cross(client: Client, number: int) -> list[Answer]:
        there = place(number + 1 if number % 2 else number - 1)
        answers = []
        for hours in (0, 24):
            start = datetime.fromisoformat(str(there["start"])) + hours * HOUR
            answers.append(client.post(f"/bookings/{made[number]}/move", {
                "start": start.isoformat(), "listing_id": listings[1 - number % 2].id}))
        return answers

    found = statuses(race(clients, cross))

    assert set(found) <= {(200, ""), (409, "slot_taken")}
    assert found[200, ""] >= len(clients)
    recount(app)
    assert moved_rightly(app, made) == []
