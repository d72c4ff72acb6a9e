"""Rows are locked in one order, or the test suite says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, select

from marketplace.core import transaction
from marketplace.core.db import db

M = TypeVar("M")


class Rank(IntEnum):
    """The order of locks: a transaction never takes one below the highest it holds."""

    IDEMPOTENCY = 1
    COMPANY = 2
    PLAN = 3
    JOB = 4
    RESOURCE = 5
    BOOKING = 6
    LEDGER = 7


class LockOrder(RuntimeError):
    """A lock was taken out of order: a programming error that could deadlock."""


def lock(model: type[M], ids: Iterable[int], rank: Rank) -> Sequence[M]:
    """Lock rows `FOR NO KEY UPDATE` in id order and return them fresh.

    On SQLite the transaction already holds the only write lock. Raises LockOrder when a row of a
    higher rank, or of the same rank with a higher id, is already locked by this transaction.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return []
    running = transaction.current()
    fresh = [(int(rank), each) for each in wanted if (int(rank), each) not in running.locked]
    if fresh and running.locked and min(fresh) < max(running.locked):
        raise LockOrder(f"{min(fresh)} after {max(running.locked)}")
    running.locked.update(fresh)
    if not fresh:   # held already: nobody has changed them since
        held = [db.session.get(model, each) for each in wanted]
        return [row for row in held if row is not None]
    table: Any = model
    found: Sequence[M] = db.session.scalars(_locking(table), {"ids": wanted}).all()
    running.keep(found)
    return found


@cache
def _locking(model: Any) -> Select[Any]:
    """Written once for each table."""
    return (select(model).where(model.id.in_(bindparam("ids", expanding=True)))
            .order_by(model.id).with_for_update(key_share=True)
            .execution_options(populate_existing=True))
