"""Rows are locked in one order."""

from __future__ import annotations

import pytest

from marketplace.bookings.models import Booking
from marketplace.core.locking import LockOrder, Rank, lock
from marketplace.core.transaction import transaction
from marketplace.resources.models import Resource
from tests.factories.companies import create_company
from tests.factories.resources import create_resource


@pytest.fixture
def machines(inside) -> list[int]:
    """Three resources by id."""
    company = create_company()
    return [create_resource(company, hours=()).id for _ in range(3)]


def test_rows_come_back_locked_in_id_order(machines):
    """However they are asked for, rows are locked by rising id."""
    with transaction() as running:
        rows = lock(Resource, reversed(machines), Rank.RESOURCE)

        assert [row.id for row in rows] == machines
        assert running.locked == {(Rank.RESOURCE, each) for each in machines}


def test_a_lower_rank_after_a_higher_one_is_an_error(machines):
    """A resource is never locked after a booking."""
    with pytest.raises(LockOrder), transaction():
        lock(Booking, [1], Rank.BOOKING)
        lock(Resource, machines, Rank.RESOURCE)


def test_a_lower_id_after_a_higher_one_is_an_error(machines):
    """Two transactions that take the same rows one by one could wait for each other."""
    with pytest.raises(LockOrder), transaction():
        lock(Resource, machines[1:], Rank.RESOURCE)
        lock(Resource, machines[:1], Rank.RESOURCE)


def test_a_row_already_locked_may_be_asked_for_again(machines):
    """Locking what one holds is no new lock."""
    with transaction():
        lock(Resource, machines, Rank.RESOURCE)

        assert len(lock(Resource, machines[:1], Rank.RESOURCE)) == 1


def test_the_order_starts_afresh_in_the_next_transaction(machines):
    """Locks end with their transaction."""
    with transaction():
        lock(Resource, machines[2:], Rank.RESOURCE)
    with transaction():
        assert len(lock(Resource, machines[:1], Rank.RESOURCE)) == 1
