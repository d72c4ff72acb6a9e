"""A new row at once."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect

from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.outbox import OutboxMessage
from marketplace.core.storing import store, store_all
from marketplace.core.transaction import savepoint, transaction


def message() -> OutboxMessage:
    """A row with a key and defaults that the database gives it."""
    now = clock.now()
    return OutboxMessage(topic="x", payload={"n": 1}, created_at=now, next_attempt_at=now)


def test_a_stored_row_has_its_key_and_its_defaults(inside, count_queries):
    """One statement writes the row and tells what the database put into it."""
    with transaction(), count_queries() as statements:
        row = message()
        store(row)

        assert inspect(row).persistent
        assert (row.id, row.attempts, row.sent_at) == (row.id, 0, None)
        assert row.id is not None
        assert [each[:6] for each in statements if "outbox" in each] == ["INSERT"]


def test_a_stored_row_is_the_one_that_is_read_again(inside):
    """It stands in the session, and what is changed on it afterwards is written."""
    with transaction():
        row = message()
        store(row)
        row.topic = "y"
        assert db.session.get(OutboxMessage, row.id) is row
    db.session.expire_all()

    assert db.session.get_one(OutboxMessage, row.id).topic == "y"


def test_what_is_pending_is_written_first(inside):
    """Rows come in the order in which they were made."""
    with transaction():
        first, second = message(), message()
        db.session.add(first)
        store(second)

        assert first.id < second.id


def test_a_savepoint_that_is_undone_forgets_the_row(inside):
    """The row of a part that failed is new again, as nobody had stored it."""
    row = message()
    with transaction():
        with pytest.raises(ZeroDivisionError), savepoint():
            store(row)
            raise ZeroDivisionError
        assert inspect(row).transient


def test_a_transaction_that_is_undone_forgets_the_row(inside):
    """Its number may be given again, also while somebody still holds the row that never was."""
    with pytest.raises(ZeroDivisionError), transaction():
        lost = message()
        store(lost)
        raise ZeroDivisionError

    with transaction():
        row = message()
        store(row)

    assert lost not in db.session
    assert db.session.get(OutboxMessage, row.id) is row


def test_several_rows_of_a_kind_are_one_statement(inside, backend, count_queries):
    """What is written together costs PostgreSQL one round trip; SQLite, which has none, asks each
    row for its number."""
    with transaction(), count_queries() as statements:
        rows = [message() for _ in range(30)]
        store_all(rows)

        assert all(row.id for row in rows)
        written = sum("outbox" in each for each in statements)
        assert written == (1 if backend == "postgresql" else len(rows))
