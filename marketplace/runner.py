"""The timers: `flask tasks run`. The only module that knows APScheduler.

Any number of runners may be started; one leads. On PostgreSQL the leader holds an advisory lock
on a connection of its own, on SQLite a file lock beside the database: both end with the process,
however it ends, and the next runner takes over.
"""

from __future__ import annotations

import fcntl
import importlib
import importlib.util
import logging
import pkgutil
import signal
import threading
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Protocol

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

import marketplace
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.db import write_lock as write_queue
from marketplace.core.tasks import Task, tasks

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

log = logging.getLogger("marketplace.runner")
ADVISORY = 7_103_041       # the number of the leader's advisory lock
LOOK = 1.0                 # seconds between two tries to lead, and between two looks at the lock


class Leadership(Protocol):
    """Being the one runner whose timers run."""

    def take(self) -> bool:
        """Try to become the leader, or stay it; False while another one is."""

    def leave(self) -> None:
        """Let another one lead."""


class FileLeadership:
    """A lock on a file beside the SQLite database."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.file: IO[str] | None = None

    def take(self) -> bool:
        """Try to lock the file."""
        if self.file is not None:
            return True
        file = open(self.path, "a")  # noqa: SIM115 - kept open as long as it is locked
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self.file = file
        return True

    def leave(self) -> None:
        """Unlock the file."""
        if self.file is not None:
            self.file.close()
            self.file = None


class AdvisoryLeadership:
    """A session's advisory lock on a direct connection to PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        # no pool: what is closed is closed, and the lock is never handed to anybody else
        self.engine = create_engine(engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT",
                                    connect_args={"connect_timeout": 5})
        self.connection: Connection | None = None

    def take(self) -> bool:
        """Try to lock, or see that the connection which holds the lock still lives."""
        try:
            if self.connection is not None:
                self.connection.execute(text("SELECT 1"))
                return True
            return self._lock()
        except DBAPIError:
            log.warning("the leader's connection is gone")
            self.leave()
            return False

    def _lock(self) -> bool:
        connection = self.engine.connect()
        if connection.scalar(text(f"SELECT pg_try_advisory_lock({ADVISORY})")):
            self.connection = connection
            return True
        connection.close()
        return False

    def leave(self) -> None:
        """Close the connection, and with it the lock."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def leadership() -> Leadership:
    """How runners of this database elect one."""
    queue = write_queue(db.engine)
    if queue is None:
        return AdvisoryLeadership(db.engine)
    return FileLeadership(str(queue.with_suffix(".timers")))


def load_tasks() -> None:
    """Import `tasks` of every feature that has one; each registers its own."""
    for feature in pkgutil.iter_modules(marketplace.__path__):
        name = f"marketplace.{feature.name}.tasks"
        if feature.ispkg and importlib.util.find_spec(name) is not None:
            importlib.import_module(name)


def perform(app: Flask, each: Task) -> int:
    """Run one task; what goes wrong in it is logged, and it is due again at its time."""
    with app.app_context():
        try:
            done = each.work()
        except Exception:
            log.exception("task %s failed", each.name)
            return 0
        finally:
            db.session.remove()
    if done:
        log.info("task %s: %s", each.name, done)
    return done


def scheduler(app: Flask) -> BackgroundScheduler:
    """All tasks on their intervals, the first run at once; late runs are made up for once.

    The library is loaded here, so that web workers do not carry it.
    """
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.triggers.interval import IntervalTrigger

    made = BackgroundScheduler(timezone="UTC", job_defaults={
        "coalesce": True, "max_instances": 1, "misfire_grace_time": None})
    for number, each in enumerate(tasks().values()):
        made.add_job(perform, IntervalTrigger(seconds=each.every.total_seconds()), [app, each],
                     id=each.name, next_run_time=clock.now() + timedelta(seconds=number))
    return made


def lead(app: Flask, stopping: threading.Event, chair: Leadership) -> None:
    """Run the timers while this is the leader; wait for the chair otherwise."""
    timers: BackgroundScheduler | None = None
    while not stopping.is_set():
        leading = chair.take()
        if leading and timers is None:
            log.info("this runner leads")
            timers = scheduler(app)
            timers.start()
        if not leading and timers is not None:
            timers.shutdown(wait=False)
            timers = None
        stopping.wait(LOOK)
    if timers is not None:
        timers.shutdown(wait=True)
    chair.leave()


@click.group("tasks")
def commands() -> None:
    """Regular work: timers, and single tasks by hand."""
    load_tasks()


@commands.command("run")
@with_appcontext
def run() -> None:
    """Run the timers until told to stop; one runner leads, others stand by."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    click.echo("timers ready")
    lead(app, stopping, leadership())


@commands.command("run-once")
@click.argument("name")
@with_appcontext
def run_once(name: str) -> None:
    """Run one task now, whoever leads."""
    if name not in tasks():
        raise click.BadParameter(f"there is no task {name}; see `flask tasks list`")
    click.echo(f"{name}: {tasks()[name].work()}")


@commands.command("list")
def list_tasks() -> None:
    """Name every task and how often it is due."""
    for each in tasks().values():
        summary = (each.work.__doc__ or "").strip().splitlines()[0]
        click.echo(f"{each.name:28} every {each.every}  {summary}")
