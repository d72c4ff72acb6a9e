"""The database refuses an overlap by itself, whichever path made it; verify finds a planted one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from marketplace import verify
from marketplace.capacity.models import Claim, Lane
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from tests.clocks import shanghai
from tests.factories.companies import create_company
from tests.factories.resources import create_resource

REFUSED = "claim_no_overlap"
LIVE = ("held", "booked", "blocked")


@pytest.fixture
def lanes(inside) -> list[int]:
    """Two lanes of one machine."""
    machine = create_resource(create_company(), lanes=2)
    return list(db.session.scalars(select(Lane.id).where(Lane.resource_id == machine.id)
                                   .order_by(Lane.number)))


def plant(lane: int, start: datetime, end: datetime, state: str = "booked",
          buffer: int = 0) -> int:
    """Insert a claim past every service; `buffer` minutes on both sides."""
    gap = timedelta(minutes=buffer)
    claim = Claim(lane_id=lane, kind="booking", state=state, starts=start, ends=end,
                  blocked_from=start - gap, blocked_until=end + gap, holder_kind="test",
                  holder_id=1)
    with transaction():
        db.session.add(claim)
    return claim.id


@pytest.mark.parametrize("state", LIVE)
def test_two_live_claims_never_overlap_on_a_lane(lanes, state):
    """An insert that shares a minute with a live claim fails, whatever made it."""
    plant(lanes[0], shanghai(1, 10), shanghai(1, 12), state)

    with pytest.raises(DBAPIError, match=REFUSED):
        plant(lanes[0], shanghai(1, 11, 59), shanghai(1, 13))


def test_buffers_count(lanes):
    """Works an hour apart overlap when the buffers between them do."""
    plant(lanes[0], shanghai(1, 10), shanghai(1, 11), buffer=40)

    with pytest.raises(DBAPIError, match=REFUSED):
        plant(lanes[0], shanghai(1, 12), shanghai(1, 13), buffer=40)


@pytest.mark.parametrize("state", ["expired", "released"])
def test_a_dead_claim_is_in_nobodys_way(lanes, state):
    """Expired and released claims may lie under a live one."""
    plant(lanes[0], shanghai(1, 10), shanghai(1, 12), state)

    assert plant(lanes[0], shanghai(1, 10), shanghai(1, 12))


def test_touching_claims_and_other_lanes_are_free(lanes):
    """A claim that ends when the next begins, and one on another lane, are accepted."""
    plant(lanes[0], shanghai(1, 10), shanghai(1, 12))

    assert plant(lanes[0], shanghai(1, 12), shanghai(1, 13))
    assert plant(lanes[1], shanghai(1, 10), shanghai(1, 12))


@pytest.mark.parametrize("change", [
    {"state": "booked"},
    {"state": "held"},
])
def test_a_dead_claim_cannot_turn_live_over_another(lanes, change: dict[str, Any]):
    """An update that brings a dead row back to life is refused like an insert."""
    dead = plant(lanes[0], shanghai(1, 10), shanghai(1, 12), "released")
    plant(lanes[0], shanghai(1, 11), shanghai(1, 13))

    with pytest.raises(DBAPIError, match=REFUSED), transaction():
        for name, value in change.items():
            setattr(db.session.get_one(Claim, dead), name, value)


@pytest.mark.parametrize("move", ["time", "lane"])
def test_a_live_claim_cannot_move_onto_another(lanes, move):
    """Neither by its time nor by its lane."""
    plant(lanes[0], shanghai(1, 10), shanghai(1, 12))
    other = plant(lanes[1], shanghai(1, 10), shanghai(1, 12)) if move == "lane" else plant(
        lanes[0], shanghai(1, 12), shanghai(1, 13))

    with pytest.raises(DBAPIError, match=REFUSED), transaction():
        claim = db.session.get_one(Claim, other)
        if move == "lane":
            claim.lane_id = lanes[0]
        else:
            claim.blocked_from = shanghai(1, 11)


def test_a_claim_may_be_touched_without_moving(lanes):
    """Writing a row's own time again is no overlap with itself."""
    claim = plant(lanes[0], shanghai(1, 10), shanghai(1, 12))

    with transaction():
        db.session.get_one(Claim, claim).blocked_until = shanghai(1, 12, 30)

    assert db.session.get_one(Claim, claim).blocked_until == shanghai(1, 12, 30)


def test_blocked_time_holds_the_work(lanes):
    """A claim whose blocked time does not hold its work is refused by a check."""
    with pytest.raises(IntegrityError):
        plant(lanes[0], shanghai(1, 10), shanghai(1, 12), buffer=-5)


@pytest.mark.own_database
def test_verify_finds_a_planted_overlap(lanes, backend):
    """With the guard taken away and two claims laid over each other, the recount names them."""
    guards = {"sqlite": "DROP TRIGGER claim_no_overlap_INSERT",
              "postgresql": "ALTER TABLE claim DROP CONSTRAINT claim_no_overlap"}
    with transaction():
        db.session.execute(text(guards[backend]))
    first = plant(lanes[0], shanghai(1, 10), shanghai(1, 12))
    second = plant(lanes[0], shanghai(1, 11), shanghai(1, 13))

    report = verify.run()

    assert not report.clean
    assert "overlapping live claims: 1" in report.lines
    assert f"  claims {first} and {second} on lane {lanes[0]}" in report.lines


def test_verify_finds_claims_of_no_booking(lanes):
    """A booked claim whose booking does not exist is counted."""
    claim = plant(lanes[0], shanghai(1, 10), shanghai(1, 12))
    with transaction():
        db.session.get_one(Claim, claim).holder_kind = "booking"

    assert "claims of bookings that take no lanes any more: 1" in verify.run().lines


def test_verify_finds_a_lost_lane(lanes):
    """A resource of two lanes that has one is counted."""
    with transaction():
        db.session.execute(delete(Lane).where(Lane.id == lanes[1]))

    report = verify.run()

    assert "resources whose lanes are miscounted: 1" in report.lines
    assert not report.clean


def test_verify_finds_openings_that_are_not_the_rules(lanes):
    """A derived opening interval that no rule gives is counted."""
    with transaction():
        db.session.execute(text("DELETE FROM opening_interval WHERE starts > :noon"),
                           {"noon": "2026-03-20 00:00:00+00:00"})

    assert not verify.run().clean


def test_verify_is_clean_on_a_market_at_rest(inside, lanes):
    """Nothing is wrong with a machine, its lanes and its openings as the services made them."""
    report = verify.run()

    assert report.clean, report.lines


def test_flask_verify_says_so_with_its_exit_code(app, runner):
    """`flask verify` prints the counts and exits 0; 1 when one of them must be zero and is not."""
    clean = runner.invoke(args=["verify"])
    machine = create_resource(create_company(), lanes=2)
    with app.app_context(), transaction():
        db.session.execute(delete(Lane).where(Lane.resource_id == machine.id))

    broken = runner.invoke(args=["verify"])

    assert (clean.exit_code, broken.exit_code) == (0, 1)
    assert "overlapping live claims: 0" in clean.output


def steps_of_one_more(lane: int) -> int:
    """How many steps SQLite takes to insert a claim behind all others of a lane."""
    with transaction():
        claim = Claim(lane_id=lane, kind="booking", state="booked", starts=shanghai(300, 10),
                      ends=shanghai(300, 11), blocked_from=shanghai(300, 10),
                      blocked_until=shanghai(300, 11), holder_kind="test", holder_id=1)
        db.session.add(claim)
        raw: Any = db.session.connection().connection.driver_connection
        taken: list[None] = []
        raw.set_progress_handler(lambda: taken.append(None), 1)
        db.session.flush()
        raw.set_progress_handler(None, 0)
        db.session.delete(claim)
    return len(taken)


def test_the_guard_of_sqlite_does_not_read_all_that_was(lanes):
    """An insert behind three hundred claims is as much work as one behind three."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the guard of PostgreSQL is an index")
    counts = []
    for days in (range(1, 4), range(4, 301)):
        for day in days:
            plant(lanes[0], shanghai(day, 8), shanghai(day, 9))
        counts.append(steps_of_one_more(lanes[0]))

    assert counts[1] < 2 * counts[0]
