"""Breakdowns against bookings: a fact is never refused, and what it leaves free is nobody's."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Company, Member
from marketplace.bookings import conflicts
from marketplace.bookings.models import Booking
from marketplace.capacity.models import Claim, Unavailability
from marketplace.core.db import db
from tests.factories.companies import actor_for, create_token
from tests.races.server import Answer, Client, race
from tests.races.test_same_hour import create_track, recount

pytestmark = pytest.mark.usefixtures("no_deadlock")
ROUNDS = {"small": 5, "long": 40}
HOUR = timedelta(hours=1)


def operator_of(app, track) -> Member:
    """Who operates the machine."""
    with app.app_context():
        return db.session.scalars(
            select(Member).join(Company, Company.id == Member.company_id)
            .where(Company.id == track.listing.company_id)).one()


def test_a_breakdown_races_bookings_cancellations_and_repairs(app, server, size):
    """Facts are always accepted; each booking came before its fact and is listed, or is refused.

    Afterwards no lane has a gap inside a fact that stands, and nothing overlaps (FIELD rank 6).
    """
    track = create_track(lanes=2)
    seller = operator_of(app, track)
    clients = [server.client(party.token) for party in track.buyers]
    broken = [server.client(create_token(seller)) for _ in range(4)]

    def buy(client: Client, start: object) -> list[Answer]:
        booked = client.post("/bookings", track.wish(start, start + 2 * HOUR))
        if booked.status == 201 and booked.body["id"] % 3 == 0:
            return [booked, client.post(f"/bookings/{booked.body['id']}/cancel")]
        return [booked]

    def break_down(client: Client, number: int, start: object) -> list[Answer]:
        path = f"/resources/{track.resource.id}/unavailability"
        first = start + (number % 3) * HOUR
        told = client.post(path, {"start": first.isoformat(),
                                  "end": (first + 3 * HOUR).isoformat()})
        if number % 2:
            return [told]
        ended = client.call("POST", f"/api/v1/unavailability/{told.body['id']}",
                            {"start": start.isoformat(), "end": (start + HOUR).isoformat()})
        return [told, ended]

    for turn in range(ROUNDS[size]):
        start = track.first + 8 * turn * HOUR
        answers = race(clients + broken, lambda client, number, start=start: (
            break_down(client, number, start) if client in broken else
            buy(client, start + (number % 4) * HOUR)))
        found = Counter((each.status, each.body.get("code", "")) for each in answers)

        assert set(found) <= {(201, ""), (200, ""), (409, "slot_taken")}, found
        assert all(each.status in (200, 201) for each in answers if "hits" in each.body)
    recount(app)
    assert listed(app, seller) == hit_by_sql(app)


def listed(app, seller: Member) -> set[int]:
    """What the list of conflicts says."""
    with app.app_context():
        return {each.booking.id for each in conflicts.unsettled(actor_for(seller), limit=1000)}


def hit_by_sql(app) -> set[int]:
    """Live claims of bookings that a fact overlaps, from the rows alone."""
    with app.app_context():
        facts = db.session.execute(select(Unavailability.starts, Unavailability.ends)).all()
        rows = db.session.execute(
            select(Booking.id, Claim.starts, Claim.ends)
            .join(Claim, Claim.holder_id == Booking.id)
            .where(Claim.holder_kind == "booking", Claim.state == "booked")).all()
    return {id_ for id_, starts, ends in rows
            if any(fact.starts < ends and fact.ends > starts for fact in facts)}
