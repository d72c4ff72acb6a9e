"""take(): the one way to a lane's time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.capacity import queries, services
from marketplace.capacity.errors import ResourceNotFound, SlotTaken
from marketplace.capacity.models import Claim, Lane
from marketplace.capacity.services import Want
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transaction
from tests.clocks import shanghai
from tests.factories.companies import create_company
from tests.factories.market import create_claim
from tests.factories.resources import create_resource, create_unavailability

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def machine(inside):
    """A machine with three lanes that needs 15 minutes before and 10 after a work."""
    return create_resource(create_company(), lanes=3, buffer_before=15, buffer_after=10)


def lanes_of(claims) -> list[int]:
    """Lane numbers of claims."""
    return sorted(db.session.get_one(Lane, claim.lane_id).number for claim in claims)


def claim_on(machine, number: int, start, hours: float = 1) -> None:
    """A claim on one lane by name, past take()."""
    lane = db.session.scalars(select(Lane.id).where(
        Lane.resource_id == machine.id, Lane.number == number)).one()
    end = start + timedelta(hours=hours)
    with transaction():
        db.session.add(Claim(lane_id=lane, kind="booking", state="booked", starts=start, ends=end,
                             blocked_from=start, blocked_until=end, holder_kind="test",
                             holder_id=9))


def test_a_claim_keeps_the_buffers_of_its_resource(machine):
    """The work is 10:00-11:00, the lane is blocked 09:45-11:10."""
    [claim] = create_claim(machine, shanghai(1, 10))

    assert (claim.starts, claim.ends) == (shanghai(1, 10), shanghai(1, 11))
    assert (claim.blocked_from, claim.blocked_until) == (shanghai(1, 9, 45), shanghai(1, 11, 10))


def test_later_buffers_do_not_move_a_claim(machine):
    """Buffers are those of the moment the claim was made."""
    [claim] = create_claim(machine, shanghai(1, 10))
    with transaction():
        db.session.merge(machine).buffer_after = 120

    assert db.session.get_one(Claim, claim.id).blocked_until == shanghai(1, 11, 10)


def test_lanes_run_out_and_the_refusal_says_what_is_in_the_way(machine):
    """Three lanes take three works; the fourth is told of three bookings and no names."""
    for _ in range(3):
        create_claim(machine, shanghai(1, 10))

    with pytest.raises(SlotTaken) as refused:
        create_claim(machine, shanghai(1, 10, 30))

    in_the_way = refused.value.params["in_the_way"]
    assert [each["what"] for each in in_the_way] == ["booking"] * 3
    assert {(each["start"], each["end"]) for each in in_the_way} == {
        (shanghai(1, 9, 45), shanghai(1, 11, 10))}


def test_buffers_are_shared_by_nobody(machine):
    """After a work that blocks until 11:10 the next may begin at 11:25, not a minute earlier."""
    create_claim(machine, shanghai(1, 10), lanes=3)

    with pytest.raises(SlotTaken):
        create_claim(machine, shanghai(1, 11, 24))
    assert create_claim(machine, shanghai(1, 11, 25), lanes=3)


def test_several_lanes_are_taken_together_or_not_at_all(machine):
    """Two lanes of three are left: a work on three is refused and takes none."""
    create_claim(machine, shanghai(1, 10))

    with pytest.raises(SlotTaken):
        create_claim(machine, shanghai(1, 10), lanes=3)
    assert lanes_of(create_claim(machine, shanghai(1, 10), lanes=2)) == [2, 3]


def test_the_lane_with_the_tightest_gap_is_chosen(machine):
    """Lane 2 is busy before and after: the work goes there and leaves long gaps whole."""
    claim_on(machine, 2, shanghai(1, 8))
    claim_on(machine, 2, shanghai(1, 12))
    claim_on(machine, 3, shanghai(1, 8))

    assert lanes_of(create_claim(machine, shanghai(1, 10))) == [2]
    assert lanes_of(create_claim(machine, shanghai(1, 10))) == [3]


def test_every_want_of_a_call_is_met_or_none(machine):
    """Of two wants one is impossible: nothing is taken for the other."""
    other = create_resource(create_company())
    create_claim(other, shanghai(1, 10))
    window = TimeWindow(shanghai(1, 10), shanghai(1, 11))

    with pytest.raises(SlotTaken):
        services.take([Want(machine.id, window, "test", 5), Want(other.id, window, "test", 5)])

    assert db.session.scalars(select(Claim.id).where(Claim.holder_id == 5)).all() == []


def test_two_wants_of_one_call_do_not_take_the_same_lane(machine):
    """A plan that puts two works on one machine at once gets two lanes."""
    window = TimeWindow(shanghai(1, 10), shanghai(1, 11))

    first, second = services.take([Want(machine.id, window, "test", 5),
                                   Want(machine.id, window, "test", 6)])

    assert lanes_of(first) != lanes_of(second)


def test_an_expired_hold_is_not_in_the_way(machine, clock):
    """A hold counts until its end and not a moment longer, swept or not."""
    until = clock.now + timedelta(minutes=10)
    create_claim(machine, shanghai(1, 10), lanes=3, kind="hold", expires_at=until)
    with pytest.raises(SlotTaken):
        create_claim(machine, shanghai(1, 10))

    clock.to(until)

    assert lanes_of(create_claim(machine, shanghai(1, 10), lanes=3)) == [1, 2, 3]
    states = db.session.scalars(select(Claim.state).where(Claim.kind == "hold")).all()
    assert states == ["expired"] * 3


def test_an_expired_hold_reads_as_free_before_anybody_sweeps(machine, clock):
    """Free time is the same with an expired hold as without it."""
    day = TimeWindow(shanghai(1, 8), shanghai(1, 20))
    before = [book.free for book in queries.books([machine.id], day)]
    create_claim(machine, shanghai(1, 10), lanes=3, kind="hold",
                 expires_at=clock.now + timedelta(minutes=10))
    held = [book.free for book in queries.books([machine.id], day)]

    clock.move(minutes=10)

    assert held != before
    assert [book.free for book in queries.books([machine.id], day)] == before


def test_unavailability_refuses_the_work_it_touches(machine):
    """A breakdown 09:00-10:00 stops work at 09:30, and at 10:00 by its 15 minutes before."""
    create_unavailability(machine, shanghai(1, 9), shanghai(1, 10))

    for minute in (30, 60, 74):
        with pytest.raises(SlotTaken) as refused:
            create_claim(machine, shanghai(1, 9, minute))
        assert [each["what"] for each in refused.value.params["in_the_way"]] == ["unavailable"]
    assert create_claim(machine, shanghai(1, 10, 15))


def test_unavailability_may_overlap_what_is_booked(machine):
    """A fact is never refused: the booking stays and is there to be settled."""
    [claim] = create_claim(machine, shanghai(1, 10))

    create_unavailability(machine, shanghai(1, 9), shanghai(1, 12))

    assert db.session.get_one(Claim, claim.id).state == "booked"


def test_released_time_is_free_at_once(machine):
    """What a booking gives back, the next one gets."""
    create_claim(machine, shanghai(1, 10), lanes=3, holder_id=7)

    services.release("test", 7)

    assert create_claim(machine, shanghai(1, 10), lanes=3)


def test_an_unknown_resource_is_not_found(inside):
    """No such machine, no such time."""
    with pytest.raises(ResourceNotFound):
        services.take([Want(404, TimeWindow(shanghai(1, 10), shanghai(1, 11)), "test", 1)])
