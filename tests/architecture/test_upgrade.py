"""A database of the first release, with everything in it, becomes one of today without a loss."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import DateTime, MetaData, Table, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from marketplace import config, verify
from marketplace.app import create_app
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from marketplace.resources.openings import BACK_DAYS
from marketplace.resources.rules import Calendar, Hours, openings
from tests.clocks import START, TestClock, shanghai
from tests.databases import SQLITE

FIRST = "0003"   # the revision of the first release
Row = dict[str, Any]
HOUR = timedelta(hours=1)


@pytest.fixture
def old(backend: str, request: pytest.FixtureRequest, tmp_path: Path, clock: TestClock
        ) -> Iterator[Flask]:
    """A database as the first release made it, without rows."""
    url, drop = "", lambda: None
    if backend != SQLITE:
        cluster = request.getfixturevalue("cluster")
        name = f"market_old_{uuid.uuid4().hex[:8]}"
        cluster.run(f"CREATE DATABASE {name}")
        url, drop = cluster.address(name), lambda: cluster.drop(name)
    made = create_app(config.Settings(instance=str(tmp_path), database_url=url))
    with made.app_context():
        upgrade(revision=FIRST)
        db.session.remove()
        yield made
        db.session.remove()
        db.engine.dispose()
    drop()


def moment(value: datetime) -> datetime:
    """An instant as this engine's plain columns take it."""
    return value if db.engine.dialect.name == "postgresql" else value.replace(tzinfo=None)


def tables() -> dict[str, Table]:
    """The tables as they are in the database now, whatever the models say."""
    found = MetaData()
    found.reflect(db.engine)
    return {name: table for name, table in found.tables.items() if name != "alembic_version"}


def stored() -> dict[str, dict[Any, Row]]:
    """All rows of all tables by their primary keys."""
    return {name: {tuple(getattr(row, each.name) for each in table.primary_key):
                   dict(row._mapping) for row in db.session.execute(select(table))}
            for name, table in tables().items()}


def write(rows: list[tuple[str, Row]]) -> None:
    """Insert rows in this order; instants are given aware, and new numbers come after these."""
    known = tables()
    with transaction():
        for name, row in rows:
            db.session.execute(insert(known[name]).values(
                {key: moment(value) if isinstance(known[name].c[key].type, DateTime) and value
                 else value for key, value in row.items()}))
        if db.engine.dialect.name == "postgresql":
            for name in {name for name, row in rows if "id" in row}:
                db.session.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'),"
                                        f" (SELECT max(id) FROM {name}))"))


MADE = {"created_at": START}
RULES = {"step": 15, "min_minutes": 60, "max_minutes": 10080, "notice_minutes": 0,
         "horizon_days": 60, "may_pause": False}
TERMS = {"rate_per_hour": "120.00", "setup_fee": "0.00", "minimum": "0.00"}
ALWAYS = {day: [Hours(0, 1440)] for day in range(1, 8)}


def first_release() -> list[tuple[str, Row]]:
    """A market in which everything of the first release happened."""
    return [
        *firm(1), *firm(2), *machine(), *offered(), *planned(),
        *(row for number, hour in ((1, 8), (2, 10), (3, 14))
          for row in quoted(number, shanghai(1, hour))),
        *booked(1, shanghai(1, 8), "confirmed"), *booked(2, shanghai(1, 10), "cancelled"),
        ("hold", {"id": 1, "quote_id": 3, "resource_id": 1, "company_id": 2, "member_id": 2,
                  "state": "held", "expires_at": START + HOUR} | MADE),
        claim(3, shanghai(1, 14), "held", kind="hold", holder_id=1, expires_at=START + HOUR),
    ]


def firm(number: int) -> list[tuple[str, Row]]:
    """A company with its owner."""
    address = f"owner{number}@example.com"
    return [
        ("company", {"id": number, "name": f"企业 {number}", "region_code": "370100",
                     "credit_code": f"91370000MA0000{number:04}", "industry_code": "C34",
                     "contact_name": "王工", "contact_email": address, "contact_phone": "1",
                     "state": "verified", "version": 1} | MADE),
        ("member", {"id": number, "company_id": number, "email": address, "name": "王工",
                    "email_folded": address, "role": "owner", "state": "active",
                    "language": "zh", "theme": "system", "session_epoch": 0,
                    "terms_version": "1"} | MADE)]


def machine() -> list[tuple[str, Row]]:
    """A machine of two lanes that never closes, broken for four hours of a day to come."""
    first = date(2026, 3, 2) - timedelta(days=BACK_DAYS)
    hours = openings(Calendar(ALWAYS, {}, {}, "Asia/Shanghai"), first,
                     BACK_DAYS + config.current().opening_days)
    return [
        ("site", {"id": 1, "company_id": 1, "code": "S1", "name": "厂", "address": "路 1 号",
                  "region_code": "370100", "latitude": 36.65, "longitude": 117.12,
                  "unit_x": -0.3658, "unit_y": 0.7141, "unit_z": 0.5969,
                  "zone": "Asia/Shanghai", "shared_factory": False}),
        ("resource", {"id": 1, "site_id": 1, "owner_company_id": 1, "operating_company_id": 1,
                      "code": "M1", "name": "立加", "kind": "machine",
                      "top_type": "manufacturing", "model": "VMC850", "lanes": 2,
                      "buffer_before": 15, "buffer_after": 0, "holidays": False,
                      "version": 1} | MADE),
        *(("lane", {"id": number, "resource_id": 1, "number": number}) for number in (1, 2)),
        *(("opening_rule", {"id": day, "resource_id": 1, "weekday": day, "opens": 0,
                            "closes": 1440}) for day in ALWAYS),
        *(("opening_interval", {"resource_id": 1, "starts": each.start, "ends": each.end})
          for each in hours),
        ("unavailability", {"id": 1, "resource_id": 1, "starts": shanghai(3, 8),
                            "ends": shanghai(3, 12), "reason": "breakdown",
                            "created_by": 1} | MADE)]


def offered() -> list[tuple[str, Row]]:
    """What the machine can do, and its listing."""
    return [
        ("capability", {"id": 1, "resource_id": 1, "service_code": "3.2.1", "envelope_x": 800}),
        ("capability_material", {"capability_id": 1, "folded": "45钢", "material": "45 钢"}),
        ("listing", {"id": 1, "resource_id": 1, "company_id": 1, "state": "published",
                     "show_company": True, "version": 1} | RULES | MADE),
        ("listing_terms", {"listing_id": 1, "mode": "time_slice", "terms": TERMS,
                           "headline_micro": 120_000_000})]


def planned() -> list[tuple[str, Row]]:
    """A job to be done, a recorded day, and a mail that waits."""
    return [
        ("job", {"id": 1, "company_id": 2, "member_id": 2, "code": "WO-1", "title": "轴",
                 "state": "open", "release": START, "due": shanghai(5, 8),
                 "deadline": shanghai(9, 8), "budget": 90_000, "version": 1} | MADE),
        ("operation", {"id": 1, "job_id": 1, "position": 1, "service_code": "3.2.1",
                       "material": "45 钢", "quantity": 20, "minutes": 120,
                       "may_pause": False}),
        ("machine_day", {"resource_id": 1, "day": date(2026, 3, 1), "source": "t",
                         "cutting": 1000, "connected": 440, "fault": 0, "unknown": 0}),
        ("outbox_message", {"id": 1, "topic": "mail", "attempts": 0, "next_attempt_at": START,
                            "payload": {"kind": "password_changed", "member_id": 2}} | MADE)]


def quoted(number: int, start: datetime) -> list[tuple[str, Row]]:
    """A quote for an hour of the machine."""
    return [("quote", {
        "id": number, "listing_id": 1, "company_id": 2, "member_id": 2, "mode": "time_slice",
        "starts": start, "ends": start + HOUR, "lanes": 1, "work_minutes": 60,
        "lines": [{"code": "time", "amount": "120.00"}], "terms": TERMS,
        "rules": RULES | {"zone": "Asia/Shanghai"}, "total": 12_000, "created_at": START,
        "valid_until": START + timedelta(days=30)})]


def booked(number: int, start: datetime, state: str) -> list[tuple[str, Row]]:
    """A booking of the quote of its number with its claim and its audit row."""
    live = state == "confirmed"
    return [
        ("booking", {"id": number, "quote_id": number, "listing_id": 1, "resource_id": 1,
                     "company_id": 2, "seller_company_id": 1, "member_id": 2, "state": state,
                     "mode": "time_slice", "starts": start, "ends": start + HOUR, "lanes": 1,
                     "total": 12_000, "reference": "工单", "created_at": START,
                     "cancelled_at": None if live else START, "version": 1 if live else 2}),
        claim(number, start, "booked" if live else "released", holder_id=number),
        ("audit_entry", {"id": number, "at": START, "member_id": 2, "company_id": 2,
                         "action": "booking.confirm", "object_kind": "booking",
                         "object_id": number, "details": {"quote": number}})]


def claim(number: int, start: datetime, state: str, **more: Any) -> tuple[str, Row]:
    """A claim of an hour on the first lane, with the machine's buffer."""
    return ("claim", {"id": number, "lane_id": 1, "kind": "booking", "state": state,
                      "starts": start, "ends": start + HOUR,
                      "blocked_from": start - timedelta(minutes=15), "blocked_until": start + HOUR,
                      "holder_kind": more.get("kind", "booking")} | more)


@pytest.fixture
def upgraded(old: Flask) -> dict[str, dict[Any, Row]]:
    """The market of the first release in today's tables; the rows it had before."""
    write(first_release())
    before = stored()
    db.session.remove()
    upgrade()
    db.session.remove()
    return before


def test_an_upgrade_keeps_every_row_and_value(upgraded):
    """What the first release stored is there with the same values; new columns came beside it."""
    after = stored()

    assert {name for name, rows in upgraded.items() if rows} >= {
        "booking", "hold", "claim", "unavailability", "quote", "listing", "audit_entry", "job"}
    for name, rows in upgraded.items():
        kept = {key: {column: after[name][key][column] for column in row}
                for key, row in rows.items()}
        assert kept == rows, name


def test_an_upgraded_market_verifies(upgraded):
    """`flask verify` finds nothing wrong: what newer rules count was brought about."""
    report = verify.run()

    assert report.clean, report.lines


@pytest.mark.parametrize("minutes", (-59, 0, 59))
def test_the_database_still_refuses_an_overlap(upgraded, minutes):
    """Rebuilt tables kept their guard: no second live claim beside an old one."""
    row = dict(claim(900, shanghai(1, 8) + timedelta(minutes=minutes), "booked", holder_id=9)[1])

    with pytest.raises(IntegrityError):
        write([("claim", row)])


def test_the_database_still_refuses_a_dead_claim_that_turns_live(upgraded):
    """Nor may an old claim that was given back come back to life over another."""
    write([claim(900, shanghai(1, 10), "booked", holder_id=9)])
    rows = tables()["claim"]

    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(rows).where(rows.c.id == 2).values(state="booked"))
    assert db.session.scalar(text("SELECT state FROM claim WHERE id = 2")) == "released"
