"""take() while the clock runs on, and where very much is in the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from marketplace.capacity import queries, services
from marketplace.capacity.errors import SlotTaken
from marketplace.capacity.models import Unavailability
from marketplace.capacity.services import Want
from marketplace.core import clock as product_clock
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transaction
from tests.clocks import shanghai
from tests.factories.companies import create_company
from tests.factories.market import create_claim
from tests.factories.resources import create_resource

pytestmark = pytest.mark.usefixtures("inside")
SLOT = TimeWindow(shanghai(1, 10), shanghai(1, 11))


def test_a_hold_that_ends_while_it_is_looked_at_is_refused_or_let_go(clock):
    """Whichever look at the clock is the first after its end: never an error of the database."""
    outcomes = set()
    for looks in range(6):
        machine = create_resource(create_company())
        create_claim(machine, SLOT.start, kind="hold", holder_kind="hold",
                     expires_at=clock.now + timedelta(seconds=looks))
        with product_clock.moved_to(lambda: clock.move(seconds=1)):
            try:
                services.take([Want(machine.id, SLOT, "test", 2)])
            except SlotTaken as refusal:
                outcomes.add(refusal.params["in_the_way"][0]["what"])
            else:
                outcomes.add("taken")

    assert outcomes == {"taken", "hold"}


def test_facts_of_many_machines_are_all_read():
    """A machine that is down stays down, however many facts others have before it."""
    noisy, down = (create_resource(create_company()) for _ in range(2))
    fact = {"reason": "other", "created_at": SLOT.start, "starts": SLOT.start, "ends": SLOT.end}
    with transaction():
        db.session.execute(insert(Unavailability), [
            fact | {"resource_id": noisy.id} for _ in range(600)] + [
            fact | {"resource_id": down.id, "starts": SLOT.start + timedelta(minutes=1)}])

    books = queries.books([noisy.id, down.id], TimeWindow(SLOT.start, SLOT.end))

    assert [book.free[-1].end for book in books if book.resource_id == down.id] == [
        SLOT.start + timedelta(minutes=1)]
