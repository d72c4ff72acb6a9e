"""Busy time of foreign calendars as facts: many at once, in few statements."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from marketplace import verify
from marketplace.capacity import foreign, queries, services, unavailability
from marketplace.capacity.errors import SlotTaken
from marketplace.capacity.foreign import Key
from marketplace.capacity.models import Claim, Unavailability
from marketplace.capacity.services import CapacityFreed
from marketplace.core import events as handlers
from marketplace.core.db import db
from marketplace.core.outbox import OutboxMessage
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transaction
from tests.clocks import shanghai
from tests.factories.companies import create_party
from tests.factories.market import create_claim
from tests.factories.resources import create_resource

pytestmark = pytest.mark.usefixtures("inside")
HOUR = timedelta(hours=1)
BOUND = 60   # statements, whatever the number of events


def events(count: int, hours: float = 1, shift: float = 0) -> Mapping[Key, TimeWindow]:
    """An event every sixth hour from tomorrow on."""
    starts = [shanghai(1, 0) + (6 * each + shift) * HOUR for each in range(count)]
    return {(f"e{place}", start): TimeWindow(start, start + hours * HOUR)
            for place, start in enumerate(starts)}


def facts(machine) -> list[tuple[datetime, datetime]]:
    """What keeps the machine from working."""
    rows = db.session.execute(select(Unavailability.starts, Unavailability.ends)
                              .where(Unavailability.resource_id == machine.id)
                              .order_by(Unavailability.starts)).all()
    return [(starts, ends) for starts, ends in rows]


def blocks_of(machine) -> int:
    """How many claims the facts have."""
    return len(db.session.scalars(select(Claim.id).where(
        Claim.lane_id.in_(queries.lane_ids(machine.id)), Claim.kind == "blocked",
        Claim.state == "blocked")).all())


def test_five_hundred_events_cost_a_bounded_number_of_statements(party, machine, count_queries):
    """They come, grow, move and go; each time in few statements, exactly covered."""
    for wanted in (events(500), events(500, hours=2), events(500, hours=2, shift=3), {}):
        with count_queries() as statements:
            settled = foreign.settle(party.actor, machine.id, 1, wanted)

        assert settled.added + settled.changed + settled.removed >= 500
        assert len(statements) <= BOUND, (settled, len(statements))
        assert facts(machine) == [(each.start, each.end) for each in wanted.values()]
        assert blocks_of(machine) == 2 * len(wanted)
        report = verify.run()
        assert report.clean, report.lines


def test_events_over_bookings_say_which_they_hit(party, machine, count_queries):
    """Hits are found in the same few statements: each once, whatever claims lie between."""
    for day in range(1, 61):
        create_claim(machine, shanghai(day, 0, 30), holder_kind="booking", holder_id=day)

    with count_queries() as statements:
        settled = foreign.settle(party.actor, machine.id, 1, events(240))
        again = foreign.settle(party.actor, machine.id, 1, events(240, hours=1.25))
        apart = foreign.settle(party.actor, machine.id, 1, events(240, shift=3))

    assert [claim.holder_id for claim in settled.hits] == list(range(1, 61))
    assert [claim.holder_id for claim in again.hits] == list(range(1, 61))
    assert apart.hits == []
    assert len(statements) <= 3 * BOUND


def test_bookings_are_news_when_more_of_them_is_hit(party, machine):
    """One row asks to tell of all that are; what grows elsewhere or ends adds none."""
    create_claim(machine, shanghai(1, 0), holder_kind="booking", holder_id=4)
    create_claim(machine, shanghai(1, 6), holder_kind="booking", holder_id=5)

    for hours in (.5, 1, 3, 9):
        foreign.settle(party.actor, machine.id, 1, events(9, hours=hours))
    foreign.settle(party.actor, machine.id, 1, {})

    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [row.payload["bookings"] for row in rows] == [[4, 5], [4, 5]]


def test_a_moving_event_frees_nothing_that_it_still_needs(party, machine, monkeypatch):
    """What an event leaves and takes at once is never offered to those who wait."""
    heard: list[CapacityFreed] = []
    monkeypatch.setitem(handlers._handlers, CapacityFreed,
                        [*handlers._handlers[CapacityFreed], heard.append])
    foreign.settle(party.actor, machine.id, 1, events(1, hours=4))

    foreign.settle(party.actor, machine.id, 1, events(1, hours=4, shift=2))
    foreign.settle(party.actor, machine.id, 1, events(1, hours=5, shift=2))
    foreign.settle(party.actor, machine.id, 1, {})

    at = shanghai(1, 0)
    assert heard == [CapacityFreed(machine.id, TimeWindow(at, at + 2 * HOUR)),
                     CapacityFreed(machine.id, TimeWindow(at + 2 * HOUR, at + 7 * HOUR))]


CALENDAR = st.dictionaries(st.tuples(st.sampled_from("abc"), st.integers(0, 20)),
                           st.integers(1, 6), max_size=5)
STEPS = st.lists(st.one_of(
    st.tuples(st.just("calendar"), st.integers(1, 2), CALENDAR),
    st.tuples(st.just("book"), st.integers(0, 20), st.integers(1, 4)),
    st.tuples(st.just("free"), st.integers(0, 20), st.just(0)),
    st.tuples(st.just("down"), st.integers(0, 20), st.integers(1, 4))), max_size=10)


@settings(max_examples=max(25, settings.default.max_examples // 5))   # each recounts all
@given(STEPS)
def test_after_any_history_of_calendars_the_facts_are_covered_exactly(steps):
    """Two calendars, bookings and breakdowns in any order: no gap, no excess, no overlap."""
    party = create_party()
    resource = create_resource(party.company, lanes=2, buffer_before=15, buffer_after=30)
    said: dict[int, dict[tuple[str, int], int]] = {}
    for what, number, rest in steps:
        start = shanghai(1, 0) + number * HOUR
        if what == "calendar":
            said[number] = rest
            foreign.settle(party.actor, resource.id, number, {
                (uid, shanghai(1, 0) + at * HOUR): TimeWindow(
                    shanghai(1, 0) + at * HOUR, shanghai(1, 0) + (at + hours) * HOUR)
                for (uid, at), hours in rest.items()})
        elif what == "free":
            services.release("test", number)
        elif what == "down":
            unavailability.report_unavailability(
                party.actor, resource.id, TimeWindow(start, start + rest * HOUR), "breakdown")
        else:
            with suppress(SlotTaken):
                create_claim(resource, start, rest, holder_id=number)
    report = verify.run()
    assert report.clean, report.lines
    count = db.session.query(Unavailability).filter(
        Unavailability.resource_id == resource.id, Unavailability.source_id.is_not(None)).count()
    assert count == sum(map(len, said.values()))
    with transaction():
        db.session.execute(delete(Claim).where(Claim.lane_id.in_(queries.lane_ids(resource.id))))
        db.session.execute(delete(Unavailability).where(
            Unavailability.resource_id == resource.id))
