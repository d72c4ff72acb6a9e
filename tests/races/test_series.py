"""Series against series, and several machines at once in either order: no clash, no deadlock."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.bookings.models import Booking
from marketplace.catalogue.models import Listing
from marketplace.core.db import db
from tests.factories.companies import create_party
from tests.factories.listings import create_listing
from tests.factories.resources import ALWAYS, create_resource
from tests.races.server import Answer, Client, race
from tests.races.test_same_hour import create_track, recount, refusals

pytestmark = pytest.mark.usefixtures("no_deadlock")
FIRMS = 6
TIMES = {"small": 20, "long": 40}
ROUNDS = {"small": 6, "long": 40}
LONGEST = 5   # days of a series


def booked(app: Flask, resource_id: int) -> dict[datetime, int]:
    """How often each start is booked."""
    with app.app_context():
        return {start: number for start, number in db.session.execute(
            select(Booking.starts, func.count()).where(Booking.resource_id == resource_id)
            .group_by(Booking.starts))}


def test_interleaved_series_share_what_they_name(app, server, size):
    """Six firms want every hour, every second, every third …: each named hour is booked once."""
    track = create_track()
    clients = [server.client(party.token) for party in track.buyers[:FIRMS]]

    def ask(client: Client, place: int) -> list[Answer]:
        start = track.first + timedelta(hours=place % 2)
        return [client.post("/series", track.wish(start, start + timedelta(hours=1)) | {
            "rrule": f"FREQ=HOURLY;INTERVAL={place + 1};COUNT={TIMES[size]}"})]

    answers = race(clients, ask)

    named = {track.first + timedelta(hours=place % 2 + step * (place + 1))
             for place in range(FIRMS) for step in range(TIMES[size])}
    assert set(refusals(answers)) <= {(201, ""), (409, "series_not_free")}
    assert booked(app, track.resource.id) == dict.fromkeys(named, 1)
    recount(app)


def test_all_or_none_series_leave_no_half(app, server, size):
    """Six firms want the same hours whole: one series is booked, five are told why not."""
    track = create_track()
    clients = [server.client(party.token) for party in track.buyers[:FIRMS]]
    for number in range(ROUNDS[size]):
        start = track.first + timedelta(days=LONGEST * (number // 24), hours=number % 24)
        wish = track.wish(start, start + timedelta(hours=1)) | {
            "rrule": f"FREQ=DAILY;COUNT={LONGEST - number % 3}", "all_or_none": True}

        answers = race(clients, lambda client, _, wish=wish: [client.post("/series", wish)])

        assert refusals(answers) == {(201, ""): 1, (409, "series_not_free"): FIRMS - 1}
    assert set(booked(app, track.resource.id).values()) == {1}
    recount(app)


def test_two_machines_in_either_order_do_not_deadlock(app, server, size):
    """Half the firms name machine A first, half B: of each pair of hours one firm has both."""
    track = create_track()
    other = create_listing(create_resource(create_party().company, ALWAYS))
    clients = [server.client(party.token) for party in track.buyers[:FIRMS]]

    def both(client: Client, place: int, start: datetime) -> list[Answer]:
        pair: list[Listing] = [track.listing, other]
        wish = track.wish(start, start + timedelta(hours=1))
        quotes = [client.post("/quotes", wish | {"listing_id": each.id}).body["items"][0]["id"]
                  for each in (pair if place % 2 else pair[::-1])]
        return [client.post("/bookings/batch", {
            "items": [{"quote_id": each} for each in quotes]})]

    for number in range(ROUNDS[size]):
        start = track.first + timedelta(hours=number)
        answers = race(clients, lambda client, place, start=start: both(client, place, start))

        assert refusals(answers) == {(201, ""): 1, (409, "slot_taken"): FIRMS - 1}
    with app.app_context():
        owners = Counter(tuple(row) for row in db.session.execute(
            select(Booking.starts, Booking.company_id)))
    assert set(owners.values()) == {2}
    recount(app)
