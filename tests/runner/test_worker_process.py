"""Real worker processes: killed in a solve, beside each other, told to stop."""

import os
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from marketplace.core import clock as product_clock
from marketplace.core.db import db
from marketplace.planning import services
from marketplace.planning.models import PlanPart
from marketplace.planning.services import PlanRequest
from tests.factories.jobs import create_job, operation
from tests.factories.listings import TIME_SLICE
from tests.factories.market import create_market
from tests.planning.scenes import reload
from tests.runner.processes import command, running, until


@pytest.fixture
def today(app, clock):
    """The market of a buyer, at the real time: other processes have no other clock."""
    clock.to(datetime.now(UTC))
    return create_market(terms={"time_slice": TIME_SLICE})


def hard(market, seconds):
    """A run that takes its whole time limit."""
    due = product_clock.now() + timedelta(hours=30)
    for number in range(24):
        create_job(market.buyer.actor, operation(minutes=60 + 15 * (number * 7 % 11)),
                   due=due + timedelta(hours=number % 5))
    return services.request_plan(market.buyer.actor, PlanRequest((), seconds)).id


@pytest.fixture
def run(app, today):
    """A hard run of five seconds, waiting."""
    with app.app_context():
        row = db.session.get_one(services.PlanRun, hard(today, 5))
        db.session.expunge(row)
        return row


def searching(app, run):
    """True when a worker has reported progress on the run."""
    row = reload(app, run)
    return row.state == "running" and bool(row.progress)


def written(app):
    """How many assignments there are."""
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(PlanPart))


def test_a_killed_worker_costs_one_attempt_and_no_result(app, run, database, tmp_path, clock):
    """kill -9 in the middle of a solve: the run is run again, once, with exactly one result."""
    first = command(database, tmp_path, "worker", "run", plan_lease_seconds=3)
    until(lambda: searching(app, run))
    os.kill(first.pid, signal.SIGKILL)
    assert first.wait(20) == -signal.SIGKILL
    left = reload(app, run)
    assert (left.state, left.attempt, left.fence, written(app)) == ("running", 1, 1, 0)

    with running(database, tmp_path, "worker", "run", plan_lease_seconds=3):
        until(lambda: reload(app, run).state != "running")

    again = reload(app, run)
    assert (again.state, again.attempt, again.fence) == ("solved", 2, 2)
    assert written(app) == again.progress["placed"] > 10


def test_a_run_that_kills_its_workers_fails(app, run, database, tmp_path, clock):
    """The second kill -9 ends the run: it is not tried a third time."""
    for attempt in (1, 2):
        process = command(database, tmp_path, "worker", "run", plan_lease_seconds=2)
        until(lambda: reload(app, run).attempt == attempt and searching(app, run))  # noqa: B023
        os.kill(process.pid, signal.SIGKILL)
        process.wait(20)
    time.sleep(2.1)

    assert command(database, tmp_path, "worker", "run", "--once").wait(60) == 0

    row = reload(app, run)
    assert (row.state, row.error, written(app)) == ("failed", "worker_lost", 0)


def test_two_workers_share_the_runs(app, today, database, tmp_path):
    """Two workers beside each other: four runs are each solved once, at the first attempt."""
    for _ in range(3):
        create_job(today.buyer.actor)
    with app.app_context():
        ids = [services.request_plan(today.buyer.actor, PlanRequest((), 1)).id for _ in range(4)]

    workers = [command(database, tmp_path, "worker", "run", "--idle-exit") for _ in range(2)]
    assert [each.wait(60) for each in workers] == [0, 0]

    with app.app_context():
        rows = [db.session.get_one(services.PlanRun, each) for each in ids]
        assert {(row.state, row.attempt) for row in rows} == {("solved", 1)}
    assert written(app) == 12


def test_a_worker_told_to_stop_ends_and_hands_back(app, run, database, tmp_path):
    """SIGTERM in the middle of a solve: the process ends well and the run waits again."""
    process = command(database, tmp_path, "worker", "run")
    until(lambda: searching(app, run))
    process.terminate()
    assert process.wait(20) == 0
    row = reload(app, run)
    assert (row.state, row.attempt) == ("queued", 0)
