"""What PostgreSQL's driver and pool are told: undo without forgetting, look without asking."""

from __future__ import annotations

import select
from typing import Any

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

LIMITS = "-c lock_timeout=10s -c statement_timeout=30s -c timezone=UTC"
STATEMENTS = 400   # that a connection keeps prepared


class Connection(psycopg.Connection[Any]):
    """A connection that keeps its prepared statements when a transaction is undone.

    psycopg forgets them then, for tables that were made and undone. This service makes none while
    it serves, and ends every read by undoing it: it would plan every statement anew, which costs
    more than running it.
    """

    def rollback(self) -> None:
        """Undo the transaction; raises psycopg.OperationalError when the server is gone."""
        if self.pgconn.transaction_status == TransactionStatus.IDLE:
            return
        answer = self.pgconn.exec_(b"ROLLBACK")
        if answer.status != ExecStatus.COMMAND_OK:
            raise psycopg.OperationalError(answer.error_message.decode(errors="replace"))


def options() -> dict[str, Any]:
    """Engine options: a small pool, and time limits, so that nothing hangs."""
    return {"pool_size": 8, "max_overflow": 8,
            "connect_args": {"options": LIMITS, "connect_timeout": 5}}


def prepare(engine: Engine) -> None:
    """Connect as above; never hand out a connection that the server has closed."""

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, words: Any, settings: Any) -> Connection:
        made = Connection.connect(*words, **settings)
        made.prepared_max = STATEMENTS
        return made

    @event.listens_for(engine, "checkout")
    def look(raw: Any, _record: Any, _proxy: Any) -> None:
        if _spoke(raw) and not _answers(raw):
            raise InvalidatePoolError("the server has closed this connection")


def _spoke(raw: Connection) -> bool:
    """True when an idle connection is closed, or has something to read: most likely its end.

    That costs no word over the wire, where a `SELECT 1` costs as much as a statement.
    """
    if raw.closed:
        return True
    waiting = select.poll()
    waiting.register(raw.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def _answers(raw: Connection) -> bool:
    try:
        raw.execute("SELECT 1")
        raw.rollback()
    except psycopg.Error:
        return False
    return True
