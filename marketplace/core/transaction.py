"""One use case, one transaction: joinable, committed by the outermost only.

What must happen outside the database (mail, a solve) is a row written inside the transaction.
A hook given to `after_commit` may only wake somebody up: it is lost when the process dies.
"""

from __future__ import annotations

import fcntl
import functools
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.exc import OperationalError

from marketplace.core.errors import DomainError, Unavailable

P = ParamSpec("P")
R = TypeVar("R")


class BusyDatabase(Unavailable):
    """A lock could not be had in time; trying again is safe."""

    code = "database_busy"


class DatabaseUnreachable(Unavailable):
    """The database does not answer."""

    code = "database_unreachable"


class Doomed(RuntimeError):
    """A use case went on after an inner one had failed: a programming error."""


class Transaction:
    """The running transaction: its hooks, the locks it took, whether it may still commit."""

    def __init__(self) -> None:
        self.hooks: list[Callable[[], None]] = []
        self.locked: set[tuple[int, int]] = set()
        self.doomed = False
        self.kept: list[Any] = []
        self.stored: list[Any] = []   # rows inserted past the unit of work, which is not told

    def keep(self, rows: Iterable[Any]) -> None:
        """Hold rows until the end: the session forgets, and reads anew, what nobody holds."""
        self.kept.extend(rows)


_current: ContextVar[Transaction | None] = ContextVar("transaction", default=None)
_bound: dict[str, Any] = {}


def bind(session: Any, queue: Path | None) -> None:
    """Tell which session transactions run on and which file queues the writers (SQLite)."""
    _bound.update(session=session, queue=queue)


Observer = Callable[[DomainError], None]
_observers: list[Observer] = []


def on_refusal(observer: Observer) -> Observer:
    """Let a function hear of every use case that was refused, after it has been undone."""
    if observer not in _observers:
        _observers.append(observer)
    return observer


def active() -> bool:
    """True inside a transaction of ours."""
    return _current.get() is not None


def current() -> Transaction:
    """The running transaction; raises RuntimeError outside one."""
    running = _current.get()
    if running is None:
        raise RuntimeError("this needs a transaction: call it from a service")
    return running


def end_read() -> None:
    """End the read transaction that queries have opened, so that no snapshot stays while we wait.

    Raises RuntimeError inside a transaction of ours, whose writes it would undo.
    """
    if active():
        raise RuntimeError("a running transaction is ended by nobody but itself")
    _bound["session"].rollback()


def after_commit(hook: Callable[[], None]) -> None:
    """Run `hook` once the outermost transaction has committed; dropped when it rolls back."""
    current().hooks.append(hook)


@contextmanager
def transaction() -> Iterator[Transaction]:
    """Join the running transaction or be the outermost, which alone commits."""
    outer = _current.get()
    if outer is not None:
        try:
            yield outer
        except BaseException:
            outer.doomed = True
            raise
        return
    running = Transaction()
    session = _bound["session"]
    _end_reading(session)
    token = _current.set(running)
    try:
        with _told(), _fair_queue(_bound["queue"]):
            try:
                yield running
                if running.doomed:
                    raise Doomed("an inner use case failed and its error was swallowed")
                session.commit()
            except OperationalError as error:
                _undo(session, running)
                raise (refusal_of(error) or error) from error
            except BaseException:
                _undo(session, running)
                raise
    finally:
        _current.reset(token)
    for hook in running.hooks:
        hook()


def _undo(session: Any, running: Transaction) -> None:
    """Roll back; the session forgets what is not there, whose ids the next rows may get."""
    session.rollback()
    for row in running.stored:
        if row in session:
            session.expunge(row)


def _end_reading(session: Any) -> None:
    """Forget what a handler has read before its use case.

    SQLite must begin anew, to take the write lock first. PostgreSQL goes on with the connection at
    hand: there every statement reads what is committed when it starts.
    """
    if _bound["queue"] is None and session.is_active and not (session.new or session.dirty):
        session.expire_all()
    else:
        session.rollback()


@contextmanager
def _told() -> Iterator[None]:
    """Tell the observers of a refusal that ends the outermost transaction."""
    try:
        yield
    except DomainError as refusal:
        for observer in _observers:
            observer(refusal)
        raise


@contextmanager
def savepoint() -> Iterator[None]:
    """A part that may fail alone: its writes are undone, the transaction goes on."""
    running = current()
    before = running.doomed
    try:
        with _bound["session"].begin_nested():
            yield
    except Exception:
        running.doomed = before
        _bound["session"].expire_all()
        raise


def transactional(function: Callable[P, R]) -> Callable[P, R]:
    """Make a service function a use case."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction():
            return function(*args, **kwargs)

    return wrapper


@contextmanager
def _fair_queue(path: Path | None) -> Iterator[None]:
    """Let SQLite's writers take turns: the kernel wakes waiters of a file lock in order."""
    if path is None:
        yield
        return
    with open(path, "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield   # closing the file gives the lock back, and so does the end of the process


def refusal_of(error: OperationalError) -> Unavailable | None:
    """A lock or statement time-out, or no database at all; None: a fault that is no refusal."""
    state, words = getattr(error.orig, "sqlstate", None), str(error.orig)
    if state in ("55P03", "57014", "40P01", "40001") or "locked" in words:
        return BusyDatabase()
    lost = isinstance(error.orig, sqlite3.Error) and "unable to open" in words
    cut = not isinstance(error.orig, sqlite3.Error) and (state or "08")[:2] in ("08", "57")
    return DatabaseUnreachable() if lost or cut else None
