"""Recordings in the database: what they are, and what they never become."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.capacity.models import Claim, Unavailability
from marketplace.capacity.queries import books
from marketplace.config import ROOT
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.kpis import queries as kpis
from marketplace.resources.models import OpeningException, OpeningInterval, OpeningRule, Resource
from marketplace.telemetry import queries, services
from marketplace.telemetry.models import MachineDay
from seed_data.mtconnect.days import summary
from tests.clocks import shanghai
from tests.factories import place
from tests.factories.companies import actor_for, create_member, create_party
from tests.factories.market import create_claim
from tests.factories.resources import create_resource


def seed_rows() -> list[dict[str, str]]:
    """The machine-days of the seed."""
    with open(ROOT / "seed_data" / "nist_machine_days.csv", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def machines() -> dict[str, Resource]:
    """The three recorded machines as resources."""
    company = create_party().company
    return {name: create_resource(company, code=f"NIST-{name}")
            for name in ("GFAgie01", "Mazak01", "Mazak03")}


def test_the_summary_is_that_of_the_derivation(inside: Flask) -> None:
    """Hours known and the share idle equal what the seed's own script counts."""
    made = machines()
    assert services.load_days(seed_rows()) == 84

    found = queries.summaries([each.id for each in made.values()])
    for name, truth in summary(seed_rows()).items():
        recording = found[made[name].id]
        assert recording.known / 60 == pytest.approx(truth["hours_known"])
        assert recording.unknown / 60 == pytest.approx(truth["hours_unknown"])
        assert float(recording.idle_share or 0) == pytest.approx(truth["share_idle_of_known"])
        assert (recording.first.month, recording.last.month) == (10, 10)


def test_loading_again_replaces(inside: Flask) -> None:
    """A second load leaves one row a day."""
    made = machines()
    services.load_days(seed_rows())
    services.load_days(seed_rows())
    assert queries.summary(made["Mazak01"].id).days == 28


def test_a_machine_without_a_recording_has_none(inside: Flask) -> None:
    """No recording is None, not a row of zeros."""
    assert queries.summary(create_resource(create_party().company).id) is None


def test_an_unknown_machine_is_refused_whole(inside: Flask) -> None:
    """One machine that is no resource stops the load, and nothing is saved."""
    create_resource(create_party().company, code="NIST-Mazak01")
    with pytest.raises(LookupError, match="GFAgie01"):
        services.load_days(seed_rows())
    assert db.session.scalars(select(MachineDay)).all() == []


@pytest.mark.parametrize("minutes", [
    {"cutting": 1, "connected": 0, "fault": 0, "unknown": 1438},
    {"cutting": -1, "connected": 0, "fault": 0, "unknown": 1441}])
def test_the_database_refuses_a_day_that_is_none(inside: Flask, minutes: dict[str, int]) -> None:
    """The table itself holds days of 1,440 minutes only."""
    resource = create_resource(create_party().company)
    with pytest.raises(IntegrityError):
        place.save(MachineDay(resource_id=resource.id, day=shanghai(0, 9).date(), source="test",
                              **minutes))


def everything(ids: list[int]) -> list[Any]:
    """Openings, claims, facts, free time and indicators of the market, as values."""
    week = TimeWindow(shanghai(0, 0), shanghai(7, 0))
    operator = actor_for(create_member())
    tables = [db.session.execute(select(model.__table__).order_by(*model.__table__.primary_key))
              .all() for model in (OpeningRule, OpeningException, OpeningInterval, Claim,
                                   Unavailability)]
    return [*tables, [book.free for book in books(ids, week)], kpis.export(operator, week)]


def test_a_recording_becomes_nothing_else(inside: Flask) -> None:
    """Loading recordings changes no opening, no claim, no fact, no free time, no indicator."""
    made = machines()
    create_claim(made["Mazak03"], shanghai(1, 9), 3)
    ids = [each.id for each in made.values()]
    before = everything(ids)

    services.load_days(seed_rows())

    assert everything(ids) == before
