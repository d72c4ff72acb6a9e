"""A market with something in nearly every table, and fresh databases to restore into."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, Text, cast, select

from marketplace import config
from marketplace.accounts import membership
from marketplace.app import create_app
from marketplace.bookings import services as bookings
from marketplace.catalogue import services as catalogue
from marketplace.core.db import Base, db
from marketplace.core.transaction import transaction
from marketplace.files import services as files
from marketplace.planning.models import PlanRun
from marketplace.resources import openings
from marketplace.resources.models import Holiday, OpeningException
from marketplace.telemetry.models import MachineDay
from tests.clocks import START, shanghai
from tests.databases import SQLITE
from tests.factories.companies import create_party
from tests.factories.jobs import create_job
from tests.factories.market import Market
from tests.factories.resources import create_unavailability

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 700
Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def full(app: Flask, market: Market) -> Market:
    """The market with bookings, a hold, a job, a file, facts, an invitation, a plan request."""
    with app.app_context():
        actor = market.buyer.actor
        for hour in (8, 10):
            bookings.book_wish(actor, wish(market, shanghai(1, hour)), reference="工单 7“é”")
        bookings.hold(actor, catalogue.quote(actor, wish(market, shanghai(1, 14)))[0].id)
        files.upload_paper(create_party(state="pending", verified_at=None).actor, "营业执照.pdf",
                           io.BytesIO(PDF))
        membership.invite(actor, "li@example.com", "planner")
        create_job(actor)
        create_unavailability(market.resource, shanghai(3, 9), shanghai(3, 10))
        with transaction():
            # a JSON null and a float that decimal digits only meet
            db.session.add_all([
                PlanRun(company_id=actor.company_id, member_id=actor.member_id, options={"x": None},
                        progress={"gap": 0.1 + 0.2}, gap=0.1 + 0.2, created_at=START),
                Holiday(day=date(2026, 10, 1), kind="holiday", name="国庆节"),
                OpeningException(resource_id=market.resource.id, day=date(2026, 3, 9)),
                MachineDay(resource_id=market.resource.id, day=date(2026, 3, 1), source="t",
                           cutting=1440, connected=0, fault=0, unknown=0)])
        openings.rebuild([market.resource.id], config.current().opening_days)
    return market


def wish(market: Market, start: Any) -> catalogue.Wish:
    """An hour on the market's machine."""
    return catalogue.Wish(market.listing.id, start, start + timedelta(hours=1), mode="time_slice")


def everything(app: Flask) -> Rows:
    """All rows of all tables, JSON as its text."""
    with app.app_context():
        return {table.name: [tuple(row) for row in db.session.execute(
            select(*(cast(each, Text) if isinstance(each.type, JSON) else each
                     for each in table.columns)).order_by(*table.primary_key.columns))]
            for table in Base.metadata.sorted_tables}


@pytest.fixture
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Flask]]:
    """`fresh("postgresql")`: the service on one more empty, migrated database and folder.

    It is the one of the process from then on.
    """
    dropped: list[Callable[[], None]] = []

    def make(engine: str) -> Flask:
        folder = tmp_path / f"other{len(dropped)}"
        folder.mkdir()
        url = ""
        if engine == SQLITE:
            shutil.copy(request.getfixturevalue("sqlite_template"), folder / "market.db")
        else:
            cluster = request.getfixturevalue("cluster")
            name = cluster.clone(request.getfixturevalue("postgresql_template"))
            url = cluster.address(name)
            dropped.append(lambda: cluster.drop(name))
        made = create_app(config.Settings(instance=str(folder), database_url=url))
        dropped.append(lambda: dispose(made))
        return made

    yield make
    for each in reversed(dropped):
        each()


def dispose(made: Flask) -> None:
    """Close an application's connections."""
    with made.app_context():
        db.engine.dispose()
