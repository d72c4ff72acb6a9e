"""Runs and their leases: one worker at a time, one result, wishes heard."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from marketplace import worker
from marketplace.core.db import db
from marketplace.planning import problem, runs, services, snapshot, solving, tasks
from marketplace.planning.models import PlanPart, PlanRun
from marketplace.planning.services import PlanRequest
from scheduling.result import Result
from scheduling.schedule import Schedule
from tests.clocks import shanghai
from tests.factories.jobs import create_job, operation
from tests.planning.scenes import parts, planned, reload


def queued(app, market, jobs=1, seconds=2):
    """A run that waits for a worker."""
    for _ in range(jobs):
        create_job(market.buyer.actor)
    with app.app_context():
        row = services.request_plan(market.buyer.actor, PlanRequest((), seconds))
        db.session.refresh(row)
        db.session.expunge(row)
        return row


def hard(app, market, seconds):
    """A run that no method proves within seconds: many late jobs on one machine."""
    for number in range(24):
        create_job(market.buyer.actor, operation(minutes=60 + 15 * (number * 7 % 11)),
                   due=shanghai(0, 12 + number % 5))
    return queued(app, market, 0, seconds)


def claim(app):
    """Claim as a worker would."""
    with app.app_context():
        return runs.claim()


def solution(app, lease):
    """The plan of a lease."""
    with app.app_context():
        draft = problem.draft(snapshot.take(lease.job_ids))
        return solving.answer(draft, solving.Effort(1.0, 0))


def count_parts(app):
    """How many assignments are in the database."""
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(PlanPart))


def test_a_late_worker_is_refused_by_its_fence(app, market, clock):
    """The lease ran out and another worker took the run: the first one's result is dropped."""
    run = queued(app, market)
    first = claim(app)
    late = solution(app, first)
    clock.move(seconds=31)
    second = claim(app)

    with app.app_context():
        assert (first.fence, second.fence) == (1, 2)
        assert not runs.finish(first, late)
        assert runs.renew(first, {"seconds": 9.9}) is None
        assert not runs.fail(first, "solver_failed")
        assert not runs.give_back(first)
    assert (reload(app, run).state, count_parts(app)) == ("running", 0)
    with app.app_context():
        assert runs.finish(second, late)
        assert not runs.finish(second, late)
    assert (reload(app, run).state, count_parts(app)) == ("solved", 1)


def test_a_lease_that_is_renewed_is_not_taken(app, market, clock):
    """As long as a worker renews, no other one gets its run."""
    run = queued(app, market)
    lease = claim(app)
    for _ in range(3):
        clock.move(seconds=20)
        with app.app_context():
            assert runs.renew(lease, {"seconds": 1.0}) == ""
        assert claim(app) is None
    assert reload(app, run).progress == {"seconds": 1.0}


def test_a_run_is_run_again_once(app, market, clock):
    """After the second lost worker the run fails and says so."""
    run = queued(app, market)
    for attempt in (1, 2):
        assert claim(app) is not None
        assert reload(app, run).attempt == attempt
        clock.move(seconds=31)

    assert claim(app) is None

    assert (reload(app, run).state, reload(app, run).error) == ("failed", "worker_lost")


def test_the_timer_ends_a_lost_run_where_no_worker_lives(app, market, clock):
    """A run that nobody may take again fails by the timer; one that may be taken stays."""
    run = queued(app, market)
    claim(app)
    clock.move(seconds=31)
    with app.app_context():
        assert tasks.give_up_lost_runs() == 0
    claim(app)
    clock.move(seconds=31)
    with app.app_context():
        assert tasks.give_up_lost_runs() == 1
    assert reload(app, run).error == "worker_lost"


def test_a_run_cancelled_while_its_worker_is_dead_ends_cancelled(app, market, clock):
    """Nobody solves what nobody wants any more."""
    run = queued(app, market)
    claim(app)
    with app.app_context():
        services.cancel_plan(market.buyer.actor, run.id)
    clock.move(seconds=31)
    assert claim(app) is None
    assert reload(app, run).state == "cancelled"


def test_two_workers_never_hold_the_same_run(app, market):
    """Eight workers claim five runs at once: each run goes to one of them."""
    ids = [queued(app, market).id for _ in range(5)]
    gate = threading.Barrier(8)

    def one(_):
        gate.wait()
        found = []
        with app.app_context():
            while (lease := runs.claim()) is not None:
                found.append(lease.run_id)
            db.session.remove()
        return found

    with ThreadPoolExecutor(8) as pool:
        claimed = [run_id for found in pool.map(one, range(8)) for run_id in found]

    assert sorted(claimed) == ids


def during(app, run, action):
    """Solve the hard run and call `action` once it reports progress; how long it all took."""
    def act():
        for _ in range(200):
            time.sleep(0.1)
            row = reload(app, run)
            if row.state == "running" and row.progress:
                break
        with app.app_context():
            action()
            db.session.remove()

    caller = threading.Thread(target=act)
    caller.start()
    began = time.monotonic()
    with app.app_context():
        worker.solve_one(app, threading.Event())
    caller.join()
    return time.monotonic() - began


def test_cancelling_stops_the_search(app, market):
    """A running plan that is cancelled ends soon, with nothing written."""
    run = hard(app, market, 60)
    seconds = during(app, run, lambda: services.cancel_plan(market.buyer.actor, run.id))
    assert seconds < 30
    assert (reload(app, run).state, count_parts(app)) == ("cancelled", 0)


def test_enough_keeps_what_was_found(app, market):
    """A running plan that is called enough ends soon, with a checked plan."""
    run = hard(app, market, 60)
    seconds = during(app, run, lambda: services.enough(market.buyer.actor, run.id))
    assert seconds < 30
    assert reload(app, run).state == "solved"
    assert len(parts(app, run)) == reload(app, run).progress["placed"] > 10


def test_a_worker_that_is_told_to_stop_hands_its_run_back(app, market):
    """A restart of the workers costs no attempt: the run waits for the next one."""
    run = hard(app, market, 60)
    stopping = threading.Event()
    threading.Timer(1.5, stopping.set).start()
    with app.app_context():
        worker.solve_one(app, stopping)
    row = reload(app, run)
    assert (row.state, row.attempt, row.fence, row.lease_until) == ("queued", 0, 1, None)


def test_the_dispatch_plan_stands_in_when_the_solver_fails(app, market, monkeypatch, caplog):
    """A solver that raises costs quality, not the plan; the log says what happened."""
    real = solving.solve

    def broken(asked, **options):
        if options["time_limit"] > 0:
            raise RuntimeError("no model today")
        return real(asked, **options)

    monkeypatch.setattr(solving, "solve", broken)
    create_job(market.buyer.actor)
    run = planned(app, market.buyer)
    assert (run.state, run.progress["found_by"], len(parts(app, run))) == ("solved", "dispatch", 1)
    assert "no model today" in caplog.text


@pytest.mark.parametrize("lie", ["overlap", "value"])
def test_a_plan_that_breaks_a_rule_never_reaches_the_database(app, market, monkeypatch, lie):
    """The checker sees an overlap and a value that is not the measured one."""
    real = solving.solve

    def lying(asked, **options):
        result: Result = real(asked, **options)
        if options["time_limit"] == 0:
            return result
        if lie == "value":
            return replace(result, objective=result.objective + 1)
        first = result.schedule.assignments[0]
        moved = [replace(each, start=first.start, end=first.end)
                 for each in result.schedule.assignments]
        return replace(result, schedule=Schedule.of(moved))

    monkeypatch.setattr(solving, "solve", lying)
    for _ in range(2):
        create_job(market.buyer.actor)
    run = planned(app, market.buyer)
    first, second = parts(app, run)
    assert first.ends <= second.starts
    assert run.objective is not None
    assert run.bound is None or run.objective <= run.bound


def test_a_run_that_cannot_be_made_fails_with_a_word(app, market, monkeypatch):
    """When even the dispatch plan cannot be made, the firm is told, and it is not tried again."""
    def broken(asked, **options):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(solving, "solve", broken)
    run = queued(app, market)
    with app.app_context():
        assert worker.solve_one(app, threading.Event())
        assert not worker.solve_one(app, threading.Event())
    assert (reload(app, run).state, reload(app, run).error) == ("failed", "solver_failed")


def test_the_same_question_has_the_same_answer(app, market):
    """Same market, same seed: same hash, same parts."""
    for _ in range(4):
        create_job(market.buyer.actor)
    first, second = planned(app, market.buyer), planned(app, market.buyer)
    assert first.problem_hash == second.problem_hash
    assert first.objective == second.objective


def test_an_idle_worker_writes_nothing(app, market, count_queries):
    """Looking for work is a read: it takes no lock."""
    with count_queries() as statements, app.app_context():
        assert not worker.solve_one(app, threading.Event())
    assert statements
    assert all(each == "BEGIN" or each.startswith("SELECT") for each in statements)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(PlanRun)) == 0
