"""The connections of PostgreSQL: what they keep, and when they are given up."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text

from marketplace.core.db import db
from marketplace.core.transaction import transaction


@pytest.fixture
def served(inside, backend):
    """An application on PostgreSQL."""
    if backend != "postgresql":
        pytest.skip("SQLite has no server")
    return inside


def prepared() -> int:
    """How many statements the session's connection keeps prepared."""
    return db.session.scalar(text("SELECT count(*) FROM pg_prepared_statements"))


def asked_often() -> None:
    """One statement, more often than the driver waits before it prepares it."""
    for _ in range(7):
        db.session.execute(text("SELECT 41 + 1"))


def test_a_transaction_that_is_undone_leaves_the_statements_prepared(served):
    """Every read ends with a rollback; a statement planned before is planned still."""
    asked_often()
    before = prepared()
    db.session.rollback()

    assert before > 0
    assert prepared() >= before


def test_what_a_transaction_wrote_is_undone(served):
    """Our rollback is a rollback: the row is gone, and the connection works."""
    db.session.execute(text("CREATE TEMPORARY TABLE scrap (x int)"))
    db.session.rollback()

    assert db.session.scalar(text("SELECT to_regclass('scrap')")) is None


def test_a_connection_that_the_server_closed_is_not_handed_out(served):
    """After a restart of the server the next request meets a new connection, not an error."""
    pid = db.session.scalar(text("SELECT pg_backend_pid()"))
    address = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    db.session.rollback()
    with psycopg.connect(address, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    assert db.session.scalar(text("SELECT pg_backend_pid()")) != pid


def test_a_use_case_goes_on_where_its_request_has_read(served):
    """What is read before a transaction costs it no connection of its own."""
    pid = db.session.scalar(text("SELECT pg_backend_pid()"))
    started = db.session.scalar(text("SELECT transaction_timestamp()"))
    with transaction():
        assert db.session.scalar(text("SELECT pg_backend_pid()")) == pid
        assert db.session.scalar(text("SELECT transaction_timestamp()")) == started
