"""When the count is free but no lane is: coming bookings change places on identical lanes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from marketplace.bookings import services as bookings
from marketplace.bookings import steps
from marketplace.capacity import queries, services
from marketplace.capacity.errors import SlotTaken
from marketplace.capacity.models import Claim, Lane
from marketplace.capacity.queries import OVERLAPS
from marketplace.capacity.relane import Piece, assign
from marketplace.capacity.services import Want
from marketplace.catalogue.services import Wish
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transaction
from tests.clocks import shanghai
from tests.factories.companies import create_company
from tests.factories.market import create_claim
from tests.factories.resources import create_resource, create_unavailability

HOUR = timedelta(hours=1)


def window(start: float, end: float) -> TimeWindow:
    """Hours of tomorrow."""
    return TimeWindow(shanghai(1, 0) + start * HOUR, shanghai(1, 0) + end * HOUR)


def depth(windows) -> int:
    """The most that run at once."""
    return max((sum(each.start <= at.start < each.end for each in windows) for at in windows),
               default=0)


WINDOWS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=30).map(
    lambda rows: [window(start / 2, (start + length) / 2) for start, length in rows])


@given(WINDOWS)
def test_whatever_fits_by_count_has_its_lanes(windows):
    """With as many lanes as ever run at once every work has one, and none share a moment."""
    lanes = {number + 1: [] for number in range(max(1, depth(windows)))}
    pieces = [Piece(number, each) for number, each in enumerate(windows)]

    found = assign(lanes, pieces)

    assert found is not None
    for lane in lanes:
        on_it = sorted(each for number, each in enumerate(windows) if found[number] == lane)
        assert depth(on_it) <= 1


@given(WINDOWS, WINDOWS)
def test_what_is_fixed_is_never_overlapped(fixed, moving):
    """An answer keeps off what stays; one lane too few has no answer."""
    one: list[TimeWindow] = []
    for each in fixed:
        if not any(each.overlaps(other) for other in one):
            one.append(each)
    pieces = [Piece(number, each) for number, each in enumerate(moving)]

    found = assign({1: one, 2: []}, pieces)

    if found is None:
        return
    assert not any(each.overlaps(other) for number, each in enumerate(moving)
                   if found[number] == 1 for other in one)
    assert depth([*one, *moving]) <= 2


@pytest.fixture
def machine(inside):
    """Two lanes."""
    return create_resource(create_company(), lanes=2)


def claim_on(machine, number: int, start: float, end: float, **more) -> int:
    """A booking's claim on one lane by name, past take(); the number is its holder as well."""
    lane = db.session.scalars(select(Lane.id).where(
        Lane.resource_id == machine.id, Lane.number == number)).one()
    span = window(start, end)
    values = {"lane_id": lane, "kind": "booking", "state": "booked", "starts": span.start,
              "ends": span.end, "blocked_from": span.start, "blocked_until": span.end,
              "holder_kind": "booking", "holder_id": int(start * 10)} | more
    with transaction():
        db.session.add(Claim(**values))
    return values["holder_id"]


def lanes(holder_id: int) -> list[tuple[int, bool]]:
    """Lane numbers of a holder's live claims, and whether they stay there."""
    rows = db.session.execute(
        select(Lane.number, Claim.pinned).join(Lane, Lane.id == Claim.lane_id)
        .where(Claim.holder_id == holder_id, Claim.state == "booked"))
    return sorted((number, pinned) for number, pinned in rows)


def no_overlap() -> bool:
    """No two live claims share a moment of a lane."""
    return db.session.execute(text(OVERLAPS)).all() == []


def test_two_works_one_after_the_other_leave_room_for_a_third(machine):
    """08-10 on lane 1, 10-12 on lane 2, 09-11 wanted: never more than two (FIELD rank 16)."""
    claim_on(machine, 1, 8, 10)
    late = claim_on(machine, 2, 10, 12)

    [made] = create_claim(machine, shanghai(1, 9), 2)

    assert lanes(late) == [(1, False)]
    assert made.lane_id == queries.lane_ids(machine.id)[1]
    assert no_overlap()
    entry = db.session.query(AuditEntry).filter_by(action="resource.relane").one()
    assert [each[0] for each in entry.details["moved"]] == [late]
    assert services.fits(Want(machine.id, window(8, 9), "test", 5))


def test_a_third_at_once_is_refused(machine):
    """Two lanes, two works at ten: changing places helps nobody."""
    claim_on(machine, 1, 8, 11)
    claim_on(machine, 2, 10, 12)

    with pytest.raises(SlotTaken):
        create_claim(machine, shanghai(1, 9), 2)
    assert db.session.query(AuditEntry).filter_by(action="resource.relane").count() == 0


@pytest.mark.parametrize("stays", [
    {"pinned": True}, {"kind": "hold", "state": "held", "expires_at": shanghai(2, 0)}])
def test_what_is_pinned_or_held_stays(machine, stays):
    """A lane chosen by name, a lane that is checked in, a hold: nobody moves it."""
    claim_on(machine, 1, 8, 10, **stays)
    claim_on(machine, 2, 10, 12, **stays)

    with pytest.raises(SlotTaken):
        create_claim(machine, shanghai(1, 9), 2)


def test_work_that_has_begun_stays(machine, clock):
    """At nine the work since eight is where it is; the coming one moves to it."""
    began, comes = claim_on(machine, 1, 8, 10), claim_on(machine, 2, 10, 12)
    clock.to(shanghai(1, 9))

    create_claim(machine, shanghai(1, 9), 2)

    assert (lanes(began), lanes(comes)) == ([(1, False)], [(1, False)])


def test_a_block_stays_where_the_fact_is(machine):
    """A breakdown's blocks do not move, and a want inside it finds no room."""
    claim_on(machine, 1, 8, 10)
    claim_on(machine, 2, 10, 12)
    create_unavailability(machine, shanghai(1, 12), shanghai(1, 14))

    assert create_claim(machine, shanghai(1, 9), 2)
    with pytest.raises(SlotTaken):
        create_claim(machine, shanghai(1, 11), 2)
    assert no_overlap()


def test_the_lane_a_plan_named_is_pinned(machine):
    """What a plan puts on a lane by name is there when the plan runs."""
    lane = queries.lane_ids(machine.id)[1]

    [[made]] = services.take([Want(machine.id, window(9, 11), "test", 5, lane_id=lane)])
    [[other]] = services.take([Want(machine.id, window(9, 11), "test", 6, lane_id=lane)])

    assert (made.lane_id, made.pinned, other.pinned) == (lane, True, False)


@pytest.mark.parametrize("deed", [steps.check_in, steps.start])
def test_who_has_come_stays_on_its_lane(inside, market, clock, deed):
    """Checked in half an hour early, a booking is pinned before it begins."""
    booking = bookings.book_wish(market.buyer.actor, Wish(
        market.listing.id, market.start, market.end, mode="time_slice"))
    assert lanes(booking.id) == [(1, False)]
    clock.to(market.start - HOUR / 2)

    deed(market.seller.actor, booking.id)

    assert lanes(booking.id) == [(1, True)]


def test_what_reaches_beyond_the_look_stays(machine):
    """A chain of week-long works leads past 14 days, where another one is in the way: it stays."""
    day = 24
    for lane, first, last in ((2, 0, 3), (1, 5, 12), (2, 11, 18), (1, 17, 24), (2, 22, 23)):
        claim_on(machine, lane, first * day, last * day)

    assert services.take([Want(machine.id, window(0, 7 * day), "test", 5)])
    assert lanes(17 * day * 10) == [(1, False)]
    assert no_overlap()


def test_wants_of_one_call_make_room_too(machine):
    """What is placed in the same call stays, what was there moves."""
    claim_on(machine, 1, 8, 10)
    claim_on(machine, 2, 10, 12)

    made = services.take([Want(machine.id, window(6, 8), "test", 5, lanes=2),
                          Want(machine.id, window(9, 11), "test", 6),
                          Want(machine.id, window(12, 14), "test", 7, lanes=2)])

    assert [len(each) for each in made] == [2, 1, 2]
    assert no_overlap()


def test_one_lane_costs_nothing_more(inside, count_queries):
    """Where nobody could change places, a refusal looks at no claims once more."""
    machine = create_resource(create_company())
    create_claim(machine, shanghai(1, 9))

    with count_queries() as statements, pytest.raises(SlotTaken):
        create_claim(machine, shanghai(1, 9))

    assert not any(each.startswith("SELECT claim.id") for each in statements)
