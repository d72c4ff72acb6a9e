"""What a fact leaves free is claimed, lane by lane, and stays so until the fact ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace import verify
from marketplace.capacity import blocks, lanes, queries, services, tasks, unavailability
from marketplace.capacity.errors import SlotTaken, UnavailabilityBegun
from marketplace.capacity.models import Claim, Lane, Unavailability
from marketplace.capacity.services import CapacityFreed
from marketplace.core import events
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transaction
from marketplace.resources.events import LanesChanged
from marketplace.resources.models import Resource
from tests.clocks import shanghai
from tests.factories import place
from tests.factories.companies import create_party
from tests.factories.market import create_claim
from tests.factories.resources import create_resource, create_site

pytestmark = pytest.mark.usefixtures("inside")
MORNING = TimeWindow(shanghai(1, 8), shanghai(1, 12))


def hour(number: float) -> object:
    """An hour of tomorrow."""
    return shanghai(1, 0) + timedelta(hours=number)


def blocked(machine) -> list[list[tuple[float, float]]]:
    """The blocks of every lane in hours of tomorrow, touching ones joined."""
    found = []
    for lane in queries.lane_ids(machine.id):
        rows = db.session.execute(
            select(Claim.starts, Claim.ends).where(Claim.lane_id == lane, Claim.kind == "blocked",
                                                   Claim.state == "blocked")
            .order_by(Claim.starts))
        joined: list[tuple[float, float]] = []
        for starts, ends in rows:
            start, end = ((each - shanghai(1, 0)) / timedelta(hours=1) for each in (starts, ends))
            if joined and joined[-1][1] == start:
                start = joined.pop()[0]
            joined.append((start, end))
        found.append(joined)
    return found


def verify_clean() -> None:
    """Nothing overlaps, no gap is left, no block is outside of its fact."""
    report = verify.run()
    assert report.clean, report.lines


def test_a_fact_claims_what_it_leaves_free(party, machine):
    """A booking 09:00-10:00 keeps its lane; the rest of both lanes is blocked (FIELD rank 6)."""
    create_claim(machine, hour(9))

    unavailability.report_unavailability(party.actor, machine.id, MORNING, "breakdown")

    assert sorted(blocked(machine)) == [[(8, 8.75), (10, 12)], [(8, 12)]]
    verify_clean()


def test_what_gets_free_inside_a_fact_is_claimed_at_once(party, machine):
    """A cancelled booking's hour belongs to the block before anybody else can have it."""
    create_claim(machine, hour(9), holder_id=7)
    unavailability.report_unavailability(party.actor, machine.id, MORNING, "breakdown")

    with transaction():
        services.release("test", 7)

    assert blocked(machine) == [[(8, 12)], [(8, 12)]]
    verify_clean()


def test_work_that_ends_early_leaves_its_rest_to_the_block(party, machine):
    """What `cut` frees is claimed up to the end of the fact, and free after it."""
    create_claim(machine, hour(11), hours=3, holder_id=7, lanes=2)
    unavailability.report_unavailability(party.actor, machine.id, MORNING, "breakdown")

    services.cut("test", 7, hour(11.5))

    assert blocked(machine) == [[(8, 10.75), (11.5, 12)]] * 2
    assert create_claim(machine, hour(12.25), lanes=2)
    verify_clean()


def test_an_expired_hold_leaves_its_time_to_the_block(party, machine, clock):
    """Whoever notices that a hold has run out claims its time for the fact."""
    create_claim(machine, hour(9), lanes=2, kind="hold",
                 expires_at=clock.now + timedelta(minutes=10))
    unavailability.report_unavailability(party.actor, machine.id, MORNING, "breakdown")
    clock.move(minutes=10)

    assert queries.books([machine.id], MORNING)[0].free == []
    assert tasks.expire_holds() == 1

    assert blocked(machine) == [[(8, 12)]] * 2
    verify_clean()


def test_a_held_slot_is_not_booked_into_a_breakdown(party, machine, clock):
    """A hold of before the breakdown does not become a booking inside it."""
    create_claim(machine, hour(9), kind="hold", holder_kind="hold", holder_id=3,
                 expires_at=clock.now + timedelta(minutes=10))
    unavailability.report_unavailability(party.actor, machine.id, MORNING, "breakdown")

    with pytest.raises(SlotTaken):
        services.turn_into_booking(3, 4)


def test_partial_days_stay_bookable(party, machine):
    """A closed morning leaves the afternoon, setup included: 12:15, not 12:00 (FIELD rank 6)."""
    unavailability.report_unavailability(party.actor, machine.id, MORNING, "blackout")
    day = TimeWindow(shanghai(1, 8), shanghai(1, 20))

    [book, _] = queries.books([machine.id], day)

    assert book.free == [TimeWindow(hour(12), hour(20))]
    assert book.bookable(timedelta(minutes=15), timedelta(0)) == [
        TimeWindow(hour(12.25), hour(20))]
    free = [db.session.scalar(select(Resource.id).where(
        Resource.id == machine.id, queries.is_free(Resource, TimeWindow(hour(at), hour(at + 2)))))
        for at in (11, 12, 12.25)]
    assert free == [None, None, machine.id]
    with pytest.raises(SlotTaken):
        create_claim(machine, hour(12))
    assert create_claim(machine, hour(12.25))


def test_editing_a_fact_looks_up_anew_what_it_hits(party, machine):
    """Moved to the afternoon, it hits the afternoon's booking, not the morning's (FIELD rank 6)."""
    create_claim(machine, hour(9), holder_kind="booking", holder_id=7)
    create_claim(machine, hour(13), holder_kind="booking", holder_id=8)
    fact = unavailability.report_unavailability(party.actor, machine.id, MORNING, "maintenance")
    assert [claim.holder_id for claim in fact.hits] == [7]

    moved = unavailability.edit_unavailability(
        party.actor, fact.row.id, TimeWindow(hour(13), hour(15)), "breakdown")

    assert [claim.holder_id for claim in moved.hits] == [8]
    assert sorted(blocked(machine)) == [[(13, 15)], [(14, 15)]]
    assert create_claim(machine, hour(10.5), lanes=2)


def test_the_past_of_a_fact_stays(party, machine, clock):
    """Of a breakdown that has begun only the end changes, and not into the past."""
    fact = unavailability.report_unavailability(party.actor, machine.id, MORNING, "breakdown").row
    clock.to(hour(9))
    for start, end in ((9, 12), (7, 12), (8, 8.5)):
        with pytest.raises(UnavailabilityBegun):
            unavailability.edit_unavailability(
                party.actor, fact.id, TimeWindow(hour(start), hour(end)), "breakdown")

    longer = unavailability.edit_unavailability(
        party.actor, fact.id, TimeWindow(hour(8), hour(14)), "breakdown")
    assert longer.row.ends == hour(14)


def test_an_early_end_gives_back_and_says_so(party, machine, clock, monkeypatch):
    """The rest is free again at once, the past stays blocked, and the news is published."""
    heard: list[CapacityFreed] = []
    monkeypatch.setitem(events._handlers, CapacityFreed,
                        [*events._handlers[CapacityFreed], heard.append])
    fact = unavailability.report_unavailability(party.actor, machine.id, MORNING, "breakdown")
    clock.to(hour(9))

    unavailability.end_unavailability(party.actor, fact.row.id)

    assert blocked(machine) == [[(8, 9)]] * 2
    assert heard == [CapacityFreed(machine.id, TimeWindow(hour(9), hour(12)))]
    assert create_claim(machine, hour(9.25), lanes=2)
    verify_clean()


def test_of_two_facts_the_other_takes_over(party, machine):
    """A breakdown taken back inside a maintenance leaves no gap in it."""
    first = unavailability.report_unavailability(party.actor, machine.id, MORNING, "breakdown")
    unavailability.report_unavailability(
        party.actor, machine.id, TimeWindow(hour(10), hour(14)), "maintenance")

    unavailability.end_unavailability(party.actor, first.row.id)

    assert blocked(machine) == [[(10, 14)]] * 2
    verify_clean()


def test_a_new_lane_is_down_as_well_and_may_be_taken_away(party, machine):
    """Lanes added to a machine that is down are blocked; a blocked lane is no lane in use."""
    unavailability.report_unavailability(party.actor, machine.id, MORNING, "breakdown")
    with transaction():
        db.session.get_one(Resource, machine.id).lanes = 3
        lanes.follow(LanesChanged(machine.id, 3))
    assert blocked(machine) == [[(8, 12)]] * 3

    with transaction():
        lanes.follow(LanesChanged(machine.id, 2))

    assert blocked(machine) == [[(8, 12)]] * 2


def test_a_whole_site_closes_in_one_call(party, machine):
    """Every machine that the company operates there is down; others' and elsewhere are not."""
    site = create_site(party.company)
    here = [create_resource(party.company, site=site) for _ in range(2)]
    others = create_resource(create_party().company, site=site)

    facts = unavailability.report_site(party.actor, site.id, MORNING, "blackout")

    assert [fact.row.resource_id for fact in facts] == [each.id for each in here]
    assert (blocked(machine), blocked(others)) == ([[], []], [[]])


def test_facts_that_came_without_blocks_get_them(party, machine):
    """Rows of an older version or an archive: verify counts the gap, the task closes it."""
    create_claim(machine, hour(9))
    place.save(Unavailability(resource_id=machine.id, starts=hour(8), ends=hour(12),
                              reason="other", created_at=hour(0)))
    assert not verify.run().clean

    assert tasks.block_facts() == 1

    assert sorted(blocked(machine)) == [[(8, 8.75), (10, 12)], [(8, 12)]]
    assert tasks.block_facts() == 0
    verify_clean()


def test_a_block_outside_its_fact_is_counted(party, machine):
    """verify is no formality: a block whose fact is gone fails it."""
    fact = unavailability.report_unavailability(party.actor, machine.id, MORNING, "breakdown")
    with transaction():
        db.session.delete(db.session.get_one(Unavailability, fact.row.id))

    assert "blocks that lie outside their fact: 2" in verify.run().lines


STEPS = st.lists(st.tuples(st.sampled_from(("book", "free", "cut", "down", "edit", "end")),
                           st.integers(0, 11), st.integers(1, 6)), max_size=14)


@settings(max_examples=max(25, settings.default.max_examples // 5))   # each recounts all
@given(STEPS)
def test_after_any_history_the_facts_are_covered_exactly(steps):
    """Whatever is booked, freed, cut, reported, edited and ended: no gap, no excess, no overlap."""
    party = create_party()
    resource = create_resource(party.company, lanes=2, buffer_before=15, buffer_after=30)
    facts: list[int] = []
    for number, (what, at, length) in enumerate(steps):
        window = TimeWindow(hour(8 + at), hour(8 + at + length))
        try:
            history(party, resource, facts, (what, window, number, at))
        except SlotTaken:
            continue   # there was no room for this booking
    verify_clean()
    with transaction():
        db.session.query(Claim).filter(Claim.lane_id.in_(
            select(Lane.id).where(Lane.resource_id == resource.id))).delete()
        db.session.query(Unavailability).filter_by(resource_id=resource.id).delete()


def history(party, resource, facts, step) -> None:
    """One step of a history; numbers choose what it is done to."""
    what, window, number, at = step
    if what == "book":
        create_claim(resource, window.start, window.length / timedelta(hours=1),
                     lanes=1 + number % 2, holder_id=at)
    elif what == "free":
        services.release("test", at)
    elif what == "cut":
        services.cut("test", at, window.start + timedelta(minutes=30))
    elif what == "down":
        facts.append(unavailability.report_unavailability(
            party.actor, resource.id, window, "breakdown").row.id)
    elif facts and what == "edit":
        unavailability.edit_unavailability(party.actor, facts[at % len(facts)], window, "other")
    elif facts:
        unavailability.end_unavailability(party.actor, facts.pop(at % len(facts)))


def test_a_resource_without_facts_costs_one_statement(machine, count_queries):
    """What a release adds for blocks is one indexed look-up."""
    with transaction(), count_queries() as statements:
        blocks.fill(machine.id, MORNING)

    assert len([each for each in statements if not each.startswith("BEGIN")]) == 1
