"""`flask seed bench`: the market that the benchmarks measure."""

from __future__ import annotations

import itertools
from datetime import timedelta

from sqlalchemy import func, select

from marketplace import verify
from marketplace.bookings.feed import Change
from marketplace.bookings.models import Booking
from marketplace.capacity.models import Claim
from marketplace.catalogue.models import Listing, Quote
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.seeding.bench import HOUR, Size, hours
from tests.api import Api

COMMAND = ["seed", "bench", "--listings", "3", "--bookings", "40", "--seed", "7"]


def columns(rows):
    """What the rows have in common, and the columns in which they differ."""
    found = [{key: value for key, value in vars(row).items() if not key.startswith("_")}
             for row in rows]
    return {key for key in found[0] if any(each[key] != found[0][key] for each in found)}


def test_it_leaves_a_market_that_verify_finds_clean(app, runner):
    """Every booking has its quote, its claim and its audit row, and the recount is clean."""
    done = runner.invoke(args=COMMAND)

    assert done.exit_code == 0, done.output
    with app.app_context():
        report = verify.run()
        assert report.clean, report.lines
        assert db.session.scalar(select(func.count()).select_from(Listing)) == 3
        for table in (Booking, Quote, Claim):
            assert db.session.scalar(select(func.count()).select_from(table)) == 40
        pairs = db.session.execute(select(Booking, Quote).join(
            Quote, Quote.id == Booking.quote_id)).all()
        steps = db.session.scalars(select(AuditEntry).where(
            AuditEntry.action == "booking.confirm")).all()
        told = {each.booking_id: each for each in db.session.scalars(select(Change))}
        by_id = {row.id: row for row, _ in pairs}
        assert len(told) == 40
        for step in steps:
            row = by_id[step.object_id]
            assert step.details["starts"] == row.starts.isoformat()
            assert (step.details["quote"], step.details["buyer"]) == (row.quote_id,
                                                                      row.company_id)
            assert told[row.id].buyer_company_id == row.company_id
        assert {(row.starts, row.ends, row.company_id, row.member_id, row.listing_id)
                == (quote.starts, quote.ends, quote.company_id, quote.member_id,
                    quote.listing_id) for row, quote in pairs} == {True}


def test_copies_have_the_form_of_the_booking_that_the_service_made(app, runner):
    """Bookings, quotes and claims differ in whose they are, where and when, and in nothing else."""
    runner.invoke(args=COMMAND)

    with app.app_context():
        who, when = {"id", "company_id", "member_id"}, {"starts", "ends"}
        assert columns(db.session.scalars(select(Quote)).all()) <= who | when | {"listing_id"}
        assert columns(db.session.scalars(select(Booking)).all()) <= who | when | {
            "quote_id", "listing_id", "resource_id"}
        assert columns(db.session.scalars(select(Claim)).all()) <= when | {
            "id", "lane_id", "holder_id", "blocked_from", "blocked_until"}


def test_the_market_goes_on_through_the_api(client, runner, tmp_path):
    """A token of the file books a free hour at once and is refused a taken one."""
    runner.invoke(args=[*COMMAND, "--tokens", str(tmp_path / "tokens")])
    secrets = (tmp_path / "tokens").read_text().split()
    assert len(set(secrets)) == 20
    api = Api(client, secrets[3])
    listing = api.get("/listings", fields="id").json["items"][0]["id"]
    with client.application.app_context():
        taken = set(db.session.scalars(select(Booking.starts)
                                       .where(Booking.listing_id == listing)))
    busy = min(taken)
    free = next(busy + n * HOUR for n in itertools.count() if busy + n * HOUR not in taken)

    answers = [api.post("/bookings", {
        "listing_id": listing, "mode": "time_slice", "start": start.isoformat(),
        "end": (start + timedelta(hours=1)).isoformat()}).status_code for start in (free, busy)]

    assert answers == [201, 409]


def test_it_changes_nothing_where_companies_are(market, runner):
    """On a database with companies the command ends with an error and one sentence."""
    done = runner.invoke(args=COMMAND)

    assert done.exit_code == 1
    assert "there are companies already" in done.output


def test_it_refuses_more_bookings_than_hours(app, runner):
    """One machine has 720 hours in thirty days and cannot take 721 bookings of an hour."""
    done = runner.invoke(args=["seed", "bench", "--listings", "1", "--bookings", "721"])

    assert done.exit_code == 1
    assert "720 hours" in done.output


def test_the_seed_decides():
    """The same seed books the same hours, another seed others; no hour twice."""
    first = hours(Size(5, 300, seed=1))

    assert first == hours(Size(5, 300, seed=1)) != hours(Size(5, 300, seed=2))
    assert len({(listing, hour) for listing, hour, _ in first}) == 300
