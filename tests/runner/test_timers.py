"""Regular work: what each task does, and that one runner leads."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace import config, runner
from marketplace.capacity.models import Claim
from marketplace.core import tasks as registry
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from marketplace.http.models import IdempotencyKey, RateCounter
from marketplace.resources.models import OpeningInterval
from tests.clocks import START, shanghai
from tests.factories.market import create_claim
from tests.runner.processes import running, until

runner.load_tasks()


def perform(app, name):
    """Run one task as the timers do."""
    return runner.perform(app, registry.tasks()[name])


def test_every_feature_has_its_tasks():
    """What the operating guide names is registered, with its interval."""
    found = {name: each.every for name, each in registry.tasks().items()}
    assert found.items() >= {
        "capacity.expire_holds": timedelta(seconds=30),
        "resources.roll_openings": timedelta(hours=1),
        "http.forget_rates": timedelta(minutes=5),
        "http.forget_keys": timedelta(hours=1),
        "planning.give_up_lost_runs": timedelta(seconds=30)}.items()


def test_two_tasks_of_one_name_are_a_mistake():
    """The registry refuses a second function under the same name."""
    def roll_openings():
        return 0
    roll_openings.__module__ = "marketplace.resources.tasks"
    with pytest.raises(ValueError, match="two tasks"):
        registry.task(timedelta(hours=1))(roll_openings)


def test_expired_holds_are_swept(app, market, clock):
    """A hold past its end becomes expired; one that lasts stays."""
    create_claim(market.resource, shanghai(1, 9), kind="hold",
                 expires_at=START + timedelta(minutes=5))
    create_claim(market.resource, shanghai(1, 11), kind="hold",
                 expires_at=START + timedelta(minutes=15))
    clock.move(minutes=10)

    assert perform(app, "capacity.expire_holds") == 1

    with app.app_context():
        assert sorted(db.session.scalars(select(Claim.state))) == ["expired", "held"]
    assert perform(app, "capacity.expire_holds") == 0


def test_openings_roll_on(app, market, clock):
    """A week later the derived intervals reach a week further."""
    def last():
        with app.app_context():
            return db.session.scalar(select(func.max(OpeningInterval.ends)))
    before = last()
    clock.move(days=7)
    assert perform(app, "resources.roll_openings") == 1
    assert last() - before == timedelta(days=7)
    assert last() <= clock.now + timedelta(days=config.current().opening_days + 1)


def test_old_counters_and_keys_are_forgotten(app, clock):
    """A counter whose window is over and a key of thirty-one days go; younger ones stay."""
    def key(number, age):
        return IdempotencyKey(actor="member:1", key=str(number), fingerprint="f" * 64,
                              status=200, body="", created_at=START - timedelta(days=age))
    with app.app_context(), transaction():
        db.session.add_all([key(1, 31), key(2, 29),
                            RateCounter(key="a", count=1, expires_at=START),
                            RateCounter(key="b", count=1, expires_at=START + timedelta(hours=1))])

    assert perform(app, "http.forget_keys") == 1
    assert perform(app, "http.forget_rates") == 1

    with app.app_context():
        assert list(db.session.scalars(select(IdempotencyKey.key))) == ["2"]
        assert list(db.session.scalars(select(RateCounter.key))) == ["b"]


def test_a_task_that_fails_is_logged_and_nothing_else(app, caplog):
    """One broken task must not end the timers."""
    def broken():
        raise RuntimeError("no such luck")
    assert runner.perform(app, registry.Task("x.broken", timedelta(hours=1), broken)) == 0
    assert "no such luck" in caplog.text


def test_one_runner_leads_and_another_takes_over(app):
    """The chair is taken once; when its holder leaves, the next one gets it."""
    with app.app_context():
        first, second = runner.leadership(), runner.leadership()
        assert first.take()
        assert not second.take()
        assert first.take()
        first.leave()
        assert second.take()
        assert not first.take()
        second.leave()


def test_a_leader_that_loses_its_connection_steps_down(app, backend):
    """On PostgreSQL the lock lives with the connection: without it nobody may go on leading."""
    if backend != "postgresql":
        pytest.skip("SQLite's leader holds a file")
    with app.app_context():
        first, second = runner.leadership(), runner.leadership()
        assert first.take()
        pid = first.connection.scalar(db.text("SELECT pg_backend_pid()"))
        db.session.execute(db.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        assert not first.take()
        assert second.take()
        second.leave()
        assert first.take()
        first.leave()


def test_commands_list_and_run_tasks(runner, market):
    """`flask tasks list` names them all, `run-once` runs one, a wrong name is refused."""
    assert "capacity.expire_holds" in runner.invoke(args=["tasks", "list"]).output
    done = runner.invoke(args=["tasks", "run-once", "resources.roll_openings"])
    assert done.output == "resources.roll_openings: 1\n"
    wrong = runner.invoke(args=["tasks", "run-once", "no.such"])
    assert wrong.exit_code == 2
    assert "no task no.such" in wrong.output


def test_timers_run_in_a_process_and_hand_over(app, market, clock, database, tmp_path):
    """Two `flask tasks run`: the leader sweeps; killed, the other one does."""
    def expired():
        with app.app_context():
            return db.session.scalar(select(func.count()).select_from(Claim)
                                     .where(Claim.state == "expired"))

    def hold(day):
        create_claim(market.resource, shanghai(day, 9), kind="hold",
                     expires_at=START + timedelta(minutes=5))
    hold(1)
    with running(database, tmp_path, "tasks", "run") as first:
        until(lambda: expired() == 1)
        hold(2)
        with running(database, tmp_path, "tasks", "run"):
            first.kill()
            first.wait(20)
            until(lambda: expired() == 2)
    assert expired() == 2

