"""Different paths to one slot at once: approvals, accepted plans and instant bookings."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Member
from marketplace.bookings.models import Booking
from marketplace.catalogue.models import Listing
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from tests.factories.companies import create_party, create_token
from tests.factories.jobs import create_job, operation
from tests.factories.resources import create_capability
from tests.planning.scenes import parts, planned
from tests.races.server import Answer, Client, race
from tests.races.test_same_hour import CLIENTS, create_track, recount, refusals

pytestmark = pytest.mark.usefixtures("no_deadlock")
SLOTS = {"small": 4, "long": 40}
ROUNDS = {"small": 2, "long": 8}
LOST = {(409, "slot_taken"), (409, "illegal_transition")}


def set_approval(app, listing: Listing, on: bool) -> None:
    """The seller answers each request itself, or no longer."""
    with app.app_context(), transaction():
        db.session.get_one(Listing, listing.id).approval = on


def test_approvals_race_instant_bookings(app, server, size):
    """Half the clients approve requests, half book the same hour outright: one has it."""
    track = create_track()
    buyers = [server.client(party.token) for party in track.buyers]
    with app.app_context():
        seller_id = db.session.get_one(Listing, track.listing.id).company_id
        seller = db.session.scalar(select(Member).where(Member.company_id == seller_id))
    seller_token = create_token(seller)
    sellers = [server.client(seller_token) for _ in range(CLIENTS // 2)]

    for slot in range(SLOTS[size]):
        start = track.first + timedelta(hours=slot)
        wish = track.wish(start, start + timedelta(hours=1))
        set_approval(app, track.listing, True)
        asked = [buyer.post("/bookings", wish) for buyer in buyers[:CLIENTS // 2]]
        assert refusals(asked) == {(201, ""): CLIENTS // 2}
        requests = [each.body["id"] for each in asked]
        set_approval(app, track.listing, False)

        def work(client: Client, number: int, wish=wish, requests=requests) -> list[Answer]:
            if client in sellers:
                return [client.post(f"/bookings/{requests[number]}/approve")]
            return [client.post("/bookings", wish)]

        found = refusals(race(sellers + buyers[CLIENTS // 2:], work))
        assert found[(200, "")] + found[(201, "")] == 1
        assert set(found) <= LOST | {(200, ""), (201, "")}
    recount(app)
    with app.app_context():
        states = Counter(db.session.scalars(select(Booking.state)))
    assert states["confirmed"] == SLOTS[size]


def test_accepted_plans_race_each_other_and_bookings(app, server, size):
    """Firms accept plans for the same hours while others book there: all or nothing for each."""
    track = create_track()
    create_capability(track.resource)
    firms = [create_party() for _ in range(4)]
    clients = [server.client(party.token) for party in (*firms, *track.buyers[:8])]

    for _ in range(ROUNDS[size]):
        later = track.first   # so that no start passes while the plans are made
        runs = [planned(app, firm, create_job(
            firm.actor, operation(), operation(), release=later, due=later + timedelta(days=5),
            deadline=later + timedelta(days=10)), seconds=2) for firm in firms]
        planned_parts = [parts(app, run) for run in runs]
        assert all(planned_parts)
        hours = [part.starts for each in planned_parts for part in each]

        def work(client: Client, number: int, runs=runs, hours=hours) -> list[Answer]:
            if number < len(runs):
                return [client.post(f"/plans/{runs[number].id}/accept")]
            start = hours[number % len(hours)]
            return [client.post("/bookings", track.wish(start, start + timedelta(hours=1)))]

        found = refusals(race(clients, work))
        assert set(found) <= {(200, ""), (201, ""), (409, "slot_taken")}
        assert found[(200, "")] + found[(201, "")] >= 1
        with app.app_context():
            for rows in planned_parts:
                booked = set(db.session.scalars(select(Booking.operation_id).where(
                    Booking.operation_id.in_([part.operation_id for part in rows]))))
                assert len(booked) in (0, len(rows))
    recount(app)
