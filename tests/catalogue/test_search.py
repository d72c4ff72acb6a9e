"""Search: its free-time answer equals an independent recount; every filter filters."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from marketplace.capacity.models import Claim, Lane
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from marketplace.resources.models import Resource
from tests.clocks import shanghai
from tests.factories.companies import create_party
from tests.factories.listings import create_listing
from tests.factories.market import create_claim
from tests.factories.resources import (
    ALWAYS,
    DAYTIME,
    create_capability,
    create_resource,
    create_site,
    create_unavailability,
)

# The recount knows one lane at a time, in plain SQL, and shares no line with the product.
LANES = """
SELECT l.id, r.id, r.buffer_before, r.buffer_after FROM lane l
  JOIN resource r ON r.id = l.resource_id ORDER BY r.id, l.number"""
CLAIMS = """
SELECT c.blocked_from, c.blocked_until, c.state, c.expires_at FROM claim c
 WHERE c.lane_id = :id"""
OPEN = "SELECT starts, ends FROM opening_interval WHERE resource_id = :id"
DOWN = "SELECT starts, ends FROM unavailability WHERE resource_id = :id"


def moment(value: object) -> datetime:
    """An instant as either engine hands it out through plain SQL."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    assert isinstance(found, datetime)
    return found.replace(tzinfo=clock.now().tzinfo) if found.tzinfo is None else found


def lane_is_free(lane_id: int, start: datetime, end: datetime) -> bool:
    """No claim that counts now shares a moment with [start, end)."""
    for begins, ends, state, expires in db.session.execute(text(CLAIMS), {"id": lane_id}):
        counts = state in ("booked", "blocked") or (
            state == "held" and moment(expires) > clock.now())
        if counts and moment(begins) < end and moment(ends) > start:
            return False
    return True


def recounted(start: datetime, end: datetime, lanes: int) -> set[int]:
    """Resources with so many free lanes that are open throughout and not down."""
    free: dict[int, int] = {}
    for lane_id, resource, before, after in db.session.execute(text(LANES)).all():
        opened = [row for row in db.session.execute(text(OPEN), {"id": resource})
                  if moment(row[0]) <= start and moment(row[1]) >= end]
        begins, ends = start - timedelta(minutes=before), end + timedelta(minutes=after)
        down = [row for row in db.session.execute(text(DOWN), {"id": resource})
                if moment(row[0]) < ends and moment(row[1]) > begins]
        if opened and not down and lane_is_free(lane_id, begins, ends):
            free[resource] = free.get(resource, 0) + 1
    return {resource for resource, count in free.items() if count >= lanes}


def random_market(dice: random.Random) -> dict[int, int]:
    """Twelve listed machines with random lanes, buffers, claims, holds and breakdowns."""
    seller = create_party().company
    site = create_site(seller)
    listings = {}
    for _ in range(12):
        machine = create_resource(
            seller, dice.choice([ALWAYS, DAYTIME]), site, lanes=dice.randint(1, 3),
            buffer_before=dice.choice([0, 15, 30]), buffer_after=dice.choice([0, 20]))
        listings[create_listing(machine).id] = machine.id
        fill(dice, machine)
        if dice.random() < 0.4:
            begins = shanghai(dice.randint(1, 3), dice.randint(6, 18))
            create_unavailability(machine, begins, begins + timedelta(hours=dice.randint(1, 5)))
    return listings


def fill(dice: random.Random, machine: Resource) -> None:
    """Lay claims of every state on each lane, one after another."""
    with transaction():
        for lane in db.session.query(Lane).filter_by(resource_id=machine.id):
            until = shanghai(1, 0)
            while until < shanghai(4, 0):
                start = until + timedelta(minutes=15 * dice.randint(0, 30))
                end = start + timedelta(minutes=15 * dice.randint(2, 20))
                until = end + timedelta(minutes=dice.choice([0, 45]))
                state = dice.choice(["booked", "held", "blocked", "expired", "released"])
                db.session.add(Claim(
                    lane_id=lane.id, kind="hold" if state == "held" else "booking", state=state,
                    starts=start, ends=end, blocked_from=start, blocked_until=until,
                    expires_at=clock.now() + timedelta(minutes=dice.choice([-5, 0, 5]))
                    if state == "held" else None, holder_kind="test", holder_id=1))


@pytest.mark.parametrize("seed", range(3))
def test_free_time_equals_an_independent_recount(app: Flask, api, seed):
    """On random books the search finds exactly the machines that a recount by SQL finds."""
    dice = random.Random(seed)
    with app.app_context():
        listings = random_market(dice)
    seen = set()
    for _ in range(40):
        start = shanghai(dice.randint(1, 3), dice.randint(0, 23), dice.choice([0, 15, 30]))
        end = start + timedelta(minutes=15 * dice.randint(1, 24))
        lanes = dice.choice([1, 1, 2, 3])
        with app.app_context():
            expected = {listing for listing, machine in listings.items()
                        if machine in recounted(start, end, lanes)}

        answer = api.get("/listings", free_from=start.isoformat(), free_to=end.isoformat(),
                         lanes=lanes, fields="id", limit=500)

        found = {each["id"] for each in answer.json["items"]} & set(listings)
        assert found == expected, (start, end, lanes)
        seen.add(len(found))
    assert len(seen) > 3   # the random books tell something: not all empty, not all free


def test_search_and_booking_agree(api, market):
    """What the search calls free can be booked, and is not free after that."""
    wanted = {"free_from": market.start.isoformat(), "free_to": market.end.isoformat()}
    before = api.get("/listings", **wanted).json["items"]
    booked = api.post("/bookings", market.wish())
    after = api.get("/listings", **wanted).json["items"]

    assert (len(before), booked.status_code, len(after)) == (1, 201, 0)


def test_free_time_counts_lanes(app, api, market):
    """The free-time answer of a listing says how many lanes are free in each stretch."""
    machine = create_resource(market.seller.company, lanes=2)
    listing = create_listing(machine)
    create_claim(machine, shanghai(1, 10))

    answer = api.as_(None).get(f"/listings/{listing.id}/free", **{
        "from": shanghai(1, 0).isoformat(), "to": shanghai(2, 0).isoformat()})

    assert answer.json["items"] == [
        {"start": "2026-03-03T00:00:00Z", "end": "2026-03-03T02:00:00Z", "lanes": 2},
        {"start": "2026-03-03T02:00:00Z", "end": "2026-03-03T03:00:00Z", "lanes": 1},
        {"start": "2026-03-03T03:00:00Z", "end": "2026-03-03T12:00:00Z", "lanes": 2}]


@pytest.mark.parametrize(("query", "found"), [
    ({"service_code": "3.2.1"}, True), ({"service_code": "3.2"}, True),
    ({"service_code": "3.20"}, False), ({"service_code": "3.2.10"}, False),
    ({"material": "45 钢"}, True), ({"material": "４５　钢"}, True), ({"material": "铜"}, False),
    ({"envelope": "800x500x500"}, True), ({"envelope": "801x1x1"}, False),
    ({"tolerance_um": 10}, True), ({"tolerance_um": 9}, False),
    ({"region": "37"}, True), ({"region": "370100"}, True), ({"region": "3702"}, False),
    ({"near": "36.66,117.13", "distance_km": 5}, True),
    ({"near": "36.07,120.38", "distance_km": 250}, False),   # Qingdao, some 300 km away
    ({"near": "36.07,120.38", "distance_km": 350}, True),
    ({"kind": "machine"}, True), ({"kind": "lab"}, False),
    ({"top_type": "service"}, False), ({"q": "立式 VMC"}, True), ({"q": "100%"}, False),
    ({"q": "车削"}, True), ({"q": "ＴＵＲＮＩＮＧ vmc"}, True), ({"q": "铣削"}, False),
    ({"mode": "piece", "price_max": "3.5"}, True),
    ({"mode": "piece", "price_max": "3.499999"}, False),
])
def test_every_filter_filters(api, query, found):
    """Each filter finds the market's machine or not; the lowest bound that fits still finds it."""
    answer = api.get("/listings", **query)

    assert answer.status_code == 200, answer.json
    assert len(answer.json["items"]) == int(found)


def test_prices_are_for_members(api):
    """Without a token no price, no price filter, no price order; with one, all three."""
    query = {"mode": "piece", "price_max": "5", "order": "price"}
    nobody = api.as_(None)

    assert nobody.get("/listings").json["items"][0]["prices"] is None
    assert nobody.get("/listings", **query).status_code == 401
    assert "piece" in api.get("/listings", **query).json["items"][0]["prices"]


def test_prices_order_within_a_mode(api, market):
    """Cheapest first, by the unit price of the mode."""
    prices = ["9.00", "1.25", "4.00"]
    for price in prices:
        create_listing(create_resource(market.seller.company),
                       {"time_slice": {"rate_per_hour": price}})

    items = api.get("/listings", mode="time_slice", order="price").json["items"]

    assert [each["prices"]["time_slice"]["rate_per_hour"] for each in items] == [
        "1.25", "4.00", "9.00", "120.00"]


def test_pages_hold_every_listing_once(api, market):
    """Following next_cursor visits each listing once and ends."""
    ids = [create_listing(create_resource(market.seller.company)).id for _ in range(6)]
    found, cursor = [], 0
    while cursor is not None:
        page = api.get("/listings", limit=3, cursor=cursor, fields="id").json
        found += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]

    assert found == [market.listing.id, *ids]


def test_a_page_costs_the_same_number_of_queries(api, market, count_queries):
    """Twelve listings are read with as many statements as one."""
    with count_queries() as few:
        api.get("/listings")
    for _ in range(11):
        create_capability(resource := create_resource(market.seller.company))
        create_listing(resource)
    with count_queries() as many:
        assert len(api.get("/listings").json["items"]) == 12

    assert len(many) == len(few)


def test_a_company_is_named_as_its_listing_chooses(api, market):
    """A listing that hides its company shows none."""
    create_listing(create_resource(market.seller.company), show_company=False)

    names = [each["company"] for each in api.as_(None).get("/listings").json["items"]]

    assert names == [market.seller.company.name, None]
