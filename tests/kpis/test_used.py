"""Listed and used hours against a recount that walks minute by minute and knows no SQL."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.bookings import services, steps
from marketplace.bookings.models import Booking
from marketplace.capacity.errors import SlotTaken
from marketplace.capacity.models import Claim, Lane
from marketplace.catalogue.errors import RuleBroken
from marketplace.catalogue.models import Listing
from marketplace.catalogue.services import Wish, withdraw_listing
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.kpis import base, queries
from marketplace.resources.models import OpeningInterval, Resource
from tests.clocks import shanghai
from tests.factories.companies import actor_for, create_member
from tests.factories.listings import create_listing
from tests.factories.resources import create_resource

pytestmark = pytest.mark.usefixtures("inside")
PERIOD = TimeWindow(shanghai(0, 11, 7), shanghai(5, 16, 11))


def work(market, clock, dice: random.Random) -> None:
    """Days of bookings: some are worked, early, late or still running, some nobody uses."""
    machines = [(resource, create_listing(resource)) for resource in (
        create_resource(market.seller.company, lanes=1 + number) for number in range(3))]
    for day in range(6):
        for resource, listing in machines:
            clock.to(max(clock.now, shanghai(day, 7)))
            try:
                booking = services.book_wish(market.buyer.actor, Wish(
                    listing.id, shanghai(day, dice.randrange(8, 12)),
                    shanghai(day, dice.randrange(13, 20)), mode="time_slice",
                    lanes=dice.randrange(1, resource.lanes + 1)))
            except (RuleBroken, SlotTaken):
                continue
            fate = dice.choice(["unused", "running", "done", "done", "broken off"])
            if fate == "unused":
                continue
            clock.to(max(clock.now, booking.starts + timedelta(minutes=dice.randrange(-50, 60))))
            steps.start(market.seller.actor, booking.id)
            clock.to(max(clock.now, booking.ends + timedelta(minutes=dice.randrange(-55, 40))))
            if fate == "done":
                steps.deliver(market.seller.actor, booking.id)
            elif fate == "broken off":
                steps.abort(market.seller.actor, booking.id, reason="worn")
    withdraw_listing(market.seller.actor, machines[0][1].id)


def recount(now) -> dict[str, Counter[str]]:
    """Lane minutes listed and used by resource, one by one."""
    found = {"listed_hours": Counter(), "used_hours": Counter()}
    for resource in db.session.scalars(select(Resource)):
        opened = db.session.scalars(select(OpeningInterval).where(
            OpeningInterval.resource_id == resource.id)).all()
        offers = db.session.scalars(select(Listing).where(
            Listing.resource_id == resource.id)).all()
        claims = db.session.execute(
            select(Claim, Booking).join(Booking, Booking.id == Claim.holder_id)
            .join(Lane, Lane.id == Claim.lane_id)
            .where(Lane.resource_id == resource.id, Claim.holder_kind == "booking",
                   Claim.state == "booked", Booking.checked_in_at.is_not(None))).all()
        moment = PERIOD.start
        while moment < PERIOD.end:
            if any(each.starts <= moment < each.ends for each in opened):
                listed = any(each.created_at <= moment and (
                    each.withdrawn_at is None or moment < each.withdrawn_at) for each in offers)
                found["listed_hours"][str(resource.id)] += resource.lanes * listed
                found["used_hours"][str(resource.id)] += sum(
                    max(claim.starts, booking.checked_in_at) <= moment < min(claim.ends, now)
                    for claim, booking in claims)
            moment += timedelta(minutes=1)
    return found


@pytest.mark.parametrize("seed", [3, 4])
def test_listed_and_used_hours_equal_a_walk_over_the_minutes(market, clock, seed):
    """By resource and in all: open time on offer, and time from check-in to the end."""
    work(market, clock, random.Random(seed))
    operator = actor_for(create_member())
    truth = recount(clock.now)

    for name, minutes in truth.items():
        by_resource = queries.measure(operator, name, PERIOD, base.RESOURCE)
        assert {key: value for key, value in by_resource.items() if value} == {
            key: count * 60 for key, count in minutes.items() if count}
        assert queries.measure(operator, name, PERIOD, base.TOTAL) == {
            "": sum(minutes.values()) * 60}
    used = queries.measure(operator, "used_hours", PERIOD, base.MODE)
    assert used == {"time_slice": sum(truth["used_hours"].values()) * 60} != {"time_slice": 0}
