"""The worker: makes plans and carries the outbox out. `flask worker run`.

One loop on both engines: a run is claimed by lease, a keeper thread renews the lease and writes
progress while the solver works, and the result is refused when the lease went to another worker.
Several workers may run beside each other; see docs/decisions/0004.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from marketplace import config
from marketplace.core import outbox
from marketplace.core.db import db
from marketplace.core.errors import Unavailable
from marketplace.core.transaction import end_read
from marketplace.planning import rules, runs
from marketplace.planning.rules import Step
from marketplace.planning.runs import Lease

log = logging.getLogger("marketplace.worker")
TICK = 0.5   # how often the keeper looks: progress is written at most twice a second


class Keeper(threading.Thread):
    """Holds a lease while the solver works: renews it, writes progress, hears what is wanted."""

    def __init__(self, app: Flask, lease: Lease, stopping: threading.Event) -> None:
        super().__init__(name=f"keeper-{lease.run_id}", daemon=True)
        self.app, self.lease, self.stopping = app, lease, stopping
        self.stop_solver, self.done = threading.Event(), threading.Event()
        self.lost = self.interrupted = False
        self._progress: dict[str, Any] | None = None
        self._trace: list[Step] = []
        self._renewed = time.monotonic()

    def note(self, seconds: float, value: int | None, bound: int | None) -> None:
        """Take progress from the solver's thread; money in fen."""
        self._trace = rules.traced(self._trace, (round(seconds, 1), value, bound))
        self._progress = {"seconds": round(seconds, 1), "value": value, "bound": bound,
                          "trace": self._trace}

    def run(self) -> None:
        """Look every half second until the solve is over."""
        with self.app.app_context():
            while not self.done.wait(TICK):
                try:
                    self._look()
                except Unavailable:
                    log.warning("the database is busy; the lease is renewed at the next look")
            db.session.remove()

    def _look(self) -> None:
        progress, self._progress = self._progress, None
        due = time.monotonic() - self._renewed > config.current().plan_lease_seconds / 3
        if progress is None and not due:
            wish = runs.wanted(self.lease)
        else:
            wish = runs.renew(self.lease, progress)
            self._renewed = time.monotonic()
        self.lost = self.lost or wish is None
        self.interrupted = self.stopping.is_set()
        if wish != "" or self.interrupted:
            self.stop_solver.set()


def solve_one(app: Flask, stopping: threading.Event | None = None) -> bool:
    """Claim one run, solve it and write its result; False when none waits."""
    if not runs.waiting():
        return False
    lease = runs.claim()
    if lease is None:
        return False
    keeper = Keeper(app, lease, stopping or threading.Event())
    keeper.start()
    try:
        solution = _solved(lease, keeper)
    except Exception:
        log.exception("plan run %s cannot be made", lease.run_id)
        solution = None
    finally:
        keeper.done.set()
        keeper.join()
    _write(lease, keeper, solution)
    return True


def _solved(lease: Lease, keeper: Keeper) -> Any:
    """Read the market, let it go, ask the solver."""
    from marketplace.planning import problem, snapshot, solving

    draft = problem.draft(snapshot.take(lease.job_ids))
    end_read()
    return solving.answer(draft, solving.Effort(lease.seconds, lease.seed, keeper.note,
                                                keeper.stop_solver.is_set))


def _write(lease: Lease, keeper: Keeper, solution: Any) -> None:
    if keeper.interrupted and not keeper.lost:
        runs.give_back(lease)
        return
    kept = (runs.fail(lease, rules.SOLVER_FAILED) if solution is None
            else runs.finish(lease, solution))
    if not kept:
        log.warning("plan run %s went to another worker; this result is dropped", lease.run_id)


def deliver(app: Flask, stopping: threading.Event) -> None:
    """Carry the outbox out until the worker stops; in its own thread, so mail waits for no plan."""
    with app.app_context():
        while not stopping.is_set():
            try:
                busy = deliver_once()
            except Exception:
                log.exception("the outbox could not be carried out; trying again")
                busy = 0
            if not busy:
                stopping.wait(config.current().worker_poll_seconds)


def deliver_once() -> int:
    """Carry out what is due in the outbox; how many messages were done.

    Topics with a handler come first: the mail that they ask for goes out in the same look.
    """
    from marketplace.notifications.services import deliver_due

    try:
        return outbox.carry_out() + deliver_due()
    except Unavailable:
        log.warning("the database is busy; the outbox waits for the next look")
        return 0
    finally:
        end_read()


def work(app: Flask, stopping: threading.Event, *, idle_exit: bool) -> None:
    """Solve run after run until told to stop, or until nothing waits."""
    while not stopping.is_set():
        try:
            busy = solve_one(app, stopping)
        except Unavailable:
            log.warning("the database is busy; trying again")
            busy = True
        busy = bool(idle_exit and deliver_once()) or busy
        if not busy and idle_exit:
            return
        if not busy:
            stopping.wait(config.current().worker_poll_seconds)


@click.group("worker")
def commands() -> None:
    """Make plans and carry out the outbox."""


@commands.command("run")
@click.option("--once", is_flag=True, help="Solve one waiting plan, send what is due, and end.")
@click.option("--idle-exit", is_flag=True, help="End when nothing is left to do.")
@with_appcontext
def run(once: bool, idle_exit: bool) -> None:
    """Work until told to stop."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    if once:
        solve_one(app, stopping)
        deliver_once()
        return
    if not idle_exit:
        threading.Thread(target=deliver, args=(app, stopping), daemon=True).start()
    click.echo("worker ready")
    work(app, stopping, idle_exit=idle_exit)
