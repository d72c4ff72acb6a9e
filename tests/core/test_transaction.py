"""One use case, one transaction: who commits, what a failure undoes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from marketplace.core import outbox
from marketplace.core.db import db
from marketplace.core.outbox import OutboxMessage
from marketplace.core.transaction import (
    Doomed,
    after_commit,
    current,
    savepoint,
    transaction,
    transactional,
)

pytestmark = pytest.mark.usefixtures("inside")


class Wrong(Exception):
    """What goes wrong in these tests."""


@transactional
def write(topic: str, *, fail: bool = False) -> None:
    """A use case that writes one row, and may fail after that."""
    outbox.put(topic, {})
    db.session.flush()
    if fail:
        raise Wrong


def committed() -> list[str]:
    """What a new transaction sees."""
    db.session.rollback()
    return list(db.session.scalars(select(OutboxMessage.topic).order_by(OutboxMessage.id)))


def test_a_use_case_commits_what_it_wrote():
    """A use case that returns has saved its rows."""
    write("a")

    assert committed() == ["a"]


def test_a_failing_use_case_leaves_nothing():
    """A use case that raises has saved no row."""
    with pytest.raises(Wrong):
        write("a", fail=True)

    assert committed() == []


def test_an_outer_failure_undoes_the_inner_use_case():
    """Joined use cases are saved together or not at all."""
    with pytest.raises(Wrong), transaction():
        write("inner")
        raise Wrong

    assert committed() == []


def test_a_swallowed_inner_failure_dooms_the_whole():
    """Going on after an inner failure saves nothing and says so."""
    with pytest.raises(Doomed), transaction():
        write("before")
        with pytest.raises(Wrong):
            write("inner", fail=True)

    assert committed() == []


def test_inside_a_savepoint_a_part_may_fail_alone():
    """The failed part is undone, the rest is saved."""
    with transaction():
        write("before")
        with pytest.raises(Wrong), savepoint():
            write("part", fail=True)
        write("after")

    assert committed() == ["before", "after"]


def test_a_savepoint_does_not_forgive_an_earlier_failure():
    """A transaction doomed before the savepoint stays doomed after it."""
    with pytest.raises(Doomed), transaction():
        with pytest.raises(Wrong):
            write("first", fail=True)
        with pytest.raises(Wrong), savepoint():
            write("part", fail=True)

    assert committed() == []


def test_hooks_run_after_the_outermost_commit_in_order():
    """A hook sees the row committed, once, when everything is saved."""
    seen = []
    with transaction():
        with transaction():
            after_commit(lambda: seen.append(("first", committed())))
            write("a")
        assert seen == []
        after_commit(lambda: seen.append(("second", committed())))

    assert seen == [("first", ["a"]), ("second", ["a"])]


def test_no_hook_runs_when_the_transaction_fails():
    """What was to follow a commit does not follow a failure."""
    seen = []
    with pytest.raises(Wrong), transaction():
        after_commit(lambda: seen.append("called"))
        raise Wrong

    assert seen == []


def test_outside_a_transaction_there_is_none():
    """Code that needs a transaction says so when it is called without one."""
    with pytest.raises(RuntimeError, match="needs a transaction"):
        current()
