"""The indicators against a recount that walks minute by minute and knows no SQL."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.capacity.errors import SlotTaken
from marketplace.capacity.models import Claim, Lane
from marketplace.core import clock as clocks
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.kpis import base, queries
from marketplace.resources.models import Capability, OpeningInterval, Resource, Site
from tests.clocks import TestClock, shanghai
from tests.factories.companies import Party, actor_for, create_member, create_party
from tests.factories.market import create_claim
from tests.factories.resources import create_capability, create_resource, create_site

HOURS = (((1, 480, 1020), (2, 480, 720), (2, 780, 1020), (4, 0, 1440), (5, 0, 1440)),
         tuple((day, 0, 1440) for day in range(1, 8)), ((3, 615, 975),))
PERIOD = TimeWindow(shanghai(0, 13, 7), shanghai(5, 9, 11))
STEP = timedelta(minutes=1)


def fill(dice: random.Random) -> list[Resource]:
    """Four companies' resources in three cities, with bookings and holds wherever they fit."""
    made = []
    for number in range(6):
        owner: Party = create_party()
        site = create_site(owner.company, region_code=("370100", "370200", "370685")[number % 3])
        kind = ("machine", "lab", "truck")[number % 3]
        made.append(create_resource(owner.company, HOURS[number % 3], site, kind=kind,
                                    lanes=1 + number % 3, buffer_after=15))
        create_capability(made[-1], ("3.2.1", "I.lab.ndt", "3.2.3")[dice.randrange(3)])
        create_capability(made[-1], "4.1")
    for _ in range(60):
        start = shanghai(dice.randrange(-1, 6), dice.randrange(24), dice.randrange(60))
        kind = dice.choice(("booking", "booking", "hold"))
        try:
            create_claim(dice.choice(made), start, dice.randrange(1, 40), kind=kind,
                         expires_at=None if kind == "booking" else clocks.now() + timedelta(
                             minutes=dice.choice((5, 30))))
        except SlotTaken:
            continue
    return made


def recount(now: datetime) -> dict[str, Counter[str]]:
    """Lane minutes open, booked and held by city, service code and company, one by one."""
    found = {name: Counter() for name in ("open_hours", "booked_hours", "held_hours")}
    for resource in db.session.scalars(select(Resource)):
        site = db.session.get_one(Site, resource.site_id)
        code = db.session.scalars(select(Capability.service_code).where(
            Capability.resource_id == resource.id).order_by(Capability.id)).first()
        keys = (f"city {site.region_code[:4]}", f"service {code}", "total ",
                f"company {resource.operating_company_id}", f"kind {resource.kind}",
                f"top_type {resource.top_type}", f"city_service {site.region_code[:4]}|{code}")
        opened = db.session.scalars(select(OpeningInterval).where(
            OpeningInterval.resource_id == resource.id)).all()
        lanes = db.session.scalars(select(Lane.id).where(Lane.resource_id == resource.id)).all()
        claims = db.session.scalars(select(Claim).where(Claim.lane_id.in_(lanes))).all()
        moment = PERIOD.start
        while moment < PERIOD.end:
            if any(each.starts <= moment < each.ends for each in opened):
                here = [each for each in claims if each.starts <= moment < each.ends]
                booked = sum(each.state == "booked" for each in here)
                held = sum(each.state == "held" and each.expires_at > now for each in here)
                for key in keys:
                    found["open_hours"][key] += len(lanes)
                    found["booked_hours"][key] += booked
                    found["held_hours"][key] += held
            moment += STEP
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_every_hour_is_counted_once_and_where_it_belongs(
        inside: Flask, clock: TestClock, seed: int) -> None:
    """Open, booked and held hours and the booked share equal a recount minute by minute."""
    fill(random.Random(seed))
    clock.move(minutes=10)   # the shorter holds have run out, and nobody has swept them
    operator = actor_for(create_member())
    truth = recount(clock.now)

    for by in (base.TOTAL, base.CITY, base.SERVICE, base.COMPANY, base.KIND, base.TOP_TYPE,
               base.CITY_SERVICE):
        found = queries.measures(operator, PERIOD, by)
        for name in ("open_hours", "booked_hours", "held_hours"):
            wanted = {key.partition(" ")[2]: minutes * 60 for key, minutes in truth[name].items()
                      if key.startswith(f"{by} ") and minutes}
            assert {key: value for key, value in found[name].items() if value} == wanted, (by, name)
        for key, share in found["booked_share"].items():
            booked, opened = truth["booked_hours"][f"{by} {key}"], truth["open_hours"][
                f"{by} {key}"]
            assert share == pytest.approx(booked / opened, abs=1e-12)
    assert sum(truth["booked_hours"].values()) and sum(truth["held_hours"].values())


def test_a_released_claim_and_an_expired_hold_are_in_no_figure(
        inside: Flask, clock: TestClock) -> None:
    """Dead claims and holds past their end count nothing."""
    resource = create_resource(create_party().company)
    create_claim(resource, shanghai(1, 9), 2, kind="hold",
                 expires_at=clock.now + timedelta(minutes=10))
    operator = actor_for(create_member())
    period = TimeWindow(shanghai(0, 0), shanghai(7, 0))
    before = queries.measures(operator, period, base.TOTAL)

    clock.move(minutes=11)
    after = queries.measures(operator, period, base.TOTAL)

    assert before["held_hours"] == {"": 7200}
    assert after["held_hours"] == {}
    assert before["booked_hours"] == after["booked_hours"] == {}
