"""Many people of one company, two resources, one quota: the sum is never more than it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.bookings.models import Booking, Hold
from marketplace.catalogue.models import Listing
from marketplace.core import clock
from marketplace.core.db import db
from tests.factories.companies import Party, create_company, create_party, join
from tests.factories.listings import create_listing
from tests.factories.resources import ALWAYS, create_resource
from tests.races.server import Answer, Client, race
from tests.races.test_same_hour import recount

pytestmark = pytest.mark.usefixtures("no_deadlock")
PEOPLE = 8
HOURS = 6          # what the quota of the week, or the prime time of a day, has room for
TRIES = {"small": 3, "long": 6}   # all of them fit the hours of one day
LIMITS = {"quota": {"quota_hours": HOURS},
          "prime_time": {"prime_days": "1234567", "prime_from": 0, "prime_until": 1440,
                         "prime_minutes": HOURS * 60}}


def create_pair(limit: str) -> list[Listing]:
    """Two machines of one seller that never close and share a quota group."""
    seller = create_party()
    return [create_listing(create_resource(seller.company, ALWAYS), quota_group="mills",
                           **LIMITS[limit]) for _ in range(2)]


def next_monday() -> datetime:
    """Midnight of a Monday that is at least two days away."""
    soon = clock.now().astimezone(ZoneInfo("Asia/Shanghai")).replace(
        hour=0, minute=0, second=0, microsecond=0) + timedelta(days=3)
    return soon + timedelta(days=-soon.weekday() % 7)


def wish(listing: Listing, start: datetime) -> dict[str, object]:
    """An hour of a machine."""
    return {"listing_id": listing.id, "start": start.isoformat(),
            "end": (start + timedelta(hours=1)).isoformat(), "mode": "time_slice"}


def held_and_booked(client: Client, wanted: dict[str, object]) -> Answer:
    """Quote, hold and book what is held."""
    quoted = client.post("/quotes", wanted)
    held = client.post("/holds", {"quote_id": quoted.body["items"][0]["id"]})
    if held.status != 201:
        return held
    return client.post("/bookings", {"hold_id": held.body["id"]})


def taken(app: Flask, people: list[Party]) -> tuple[float, set[str]]:
    """Hours that the company has, and the states of its holds."""
    company_id = people[0].company.id
    with app.app_context():
        rows = db.session.execute(select(Booking.starts, Booking.ends, Booking.lanes).where(
            Booking.company_id == company_id, Booking.state == "confirmed")).all()
        holds = set(db.session.scalars(select(Hold.state).where(Hold.company_id == company_id)))
    return sum((ends - starts).total_seconds() / 3600 * lanes
               for starts, ends, lanes in rows), holds


@pytest.mark.parametrize("limit", LIMITS)
def test_two_resources_never_give_more_than_one_quota(app, server, size, limit):
    """Eight people of a firm book and hold hours of two machines at once: the sum is the quota.

    (FIELD ranks 1 and 9)
    """
    pair, monday = create_pair(limit), next_monday()
    firm = create_company()
    people = [join(firm, "planner") for _ in range(PEOPLE)]
    clients = [server.client(each.token) for each in people]

    def take_part(client: Client, number: int) -> list[Answer]:
        answers = []
        for turn in range(TRIES[size]):   # every hour is asked for once: no slot is taken twice
            place = number * TRIES[size] + turn
            wanted = wish(pair[place % 2], monday + timedelta(hours=place // 2))
            booked = held_and_booked if number % 2 else lambda each, what: each.post(
                "/bookings", what)
            answers.append(booked(client, wanted))
        return answers

    answers = race(clients, take_part)

    found = Counter((each.status, each.body.get("code", "")) for each in answers)
    assert found == {(201, ""): HOURS,
                     (422, "listing_rule_broken"): PEOPLE * TRIES[size] - HOURS}
    refused = [error["code"] for each in answers if each.status == 422
               for error in each.body["errors"]]
    assert set(refused) == {limit}
    hours, holds = taken(app, people)
    assert hours == HOURS and holds <= {"booked"}
    recount(app)
