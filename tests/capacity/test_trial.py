"""A trial says what `take()` would do, lane by lane, and does nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace.capacity import queries, services
from marketplace.capacity.errors import SlotTaken
from marketplace.capacity.models import Claim
from marketplace.capacity.services import Want
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import savepoint, transaction
from tests.clocks import shanghai
from tests.factories.companies import create_company
from tests.factories.resources import create_resource, create_unavailability

pytestmark = pytest.mark.usefixtures("inside")
HOUR = timedelta(hours=1)
DAY = 24


def window(start: float, end: float) -> TimeWindow:
    """Hours of tomorrow."""
    return TimeWindow(shanghai(1, 0) + start * HOUR, shanghai(1, 0) + end * HOUR)


def lay(machine, number: int, start: float, end: float, **more) -> None:
    """A claim on one lane by number, past take()."""
    span = window(start, end)
    values = {"kind": "booking", "state": "booked", "holder_kind": "booking", "holder_id": 1} | more
    with transaction():
        db.session.add(Claim(lane_id=queries.lane_ids(machine.id)[number - 1], starts=span.start,
                             ends=span.end, blocked_from=span.start, blocked_until=span.end,
                             **values))


def wants(machine, *hours: tuple[float, float, int]) -> list[Want]:
    """Wants of a machine: start, end, lanes."""
    return [Want(machine.id, window(start, end), "test", place, lanes)
            for place, (start, end, lanes) in enumerate(hours, 1)]


class _Undone(Exception):
    """Undoes what went well."""


def taken(each: Sequence[Want]) -> bool:
    """Whether take() finds room for all of these; nothing stays."""
    try:
        with transaction(), savepoint():
            services.take(each)
            raise _Undone
    except _Undone:
        return True
    except SlotTaken:
        return False


def by_taking(asked: Sequence[Want]) -> list[bool]:
    """What take() places of these, tried one after another by start."""
    kept: list[Want] = []
    found = [False] * len(asked)
    for place in sorted(range(len(asked)), key=lambda each: asked[each].window):
        found[place] = taken([*kept, asked[place]])
        kept += [asked[place]] if found[place] else []
    return found


def test_what_changing_places_makes_room_for_is_free(inside):
    """08-10 on lane 1 and 10-12 on lane 2: 09-11 is free, and nothing has moved for that."""
    machine = create_resource(create_company(), lanes=2)
    lay(machine, 1, 8, 10)
    lay(machine, 2, 10, 12)
    asked = wants(machine, (9, 11, 1), (9, 10, 1))

    assert services.trial(asked) == by_taking(asked) == [False, True]
    assert services.trial(asked[:1]) == [True]
    assert services.trial(asked, apart=True) == [True, True]
    assert db.session.scalar(select(func.count()).select_from(Claim)) == 2
    assert db.session.query(AuditEntry).filter_by(action="resource.relane").count() == 0


def test_what_has_changed_places_once_lies_there_for_the_next(inside):
    """The room that one want makes is the room the next one finds, and its own stays."""
    machine = create_resource(create_company(), lanes=2)
    for start in (8, 32, 56):
        lay(machine, 1, start, start + 2)
        lay(machine, 2, start + 2, start + 4)
    asked = wants(machine, (9, 11, 1), (11, 12, 1), (10, 12, 1), (33, 35, 1), (36, 60, 1),
                  (60, 61, 2))

    assert services.trial(asked) == by_taking(asked)


@pytest.mark.parametrize("stays", [
    {"pinned": True}, {"kind": "hold", "state": "held", "expires_at": shanghai(9, 0)}])
def test_what_take_would_not_move_is_in_the_way(inside, stays):
    """Pinned or held, a work stays; a hold that has run out is not there."""
    machine = create_resource(create_company(), lanes=2)
    lay(machine, 1, 8, 10, **stays)
    lay(machine, 2, 10, 12, **stays)
    asked = wants(machine, (9, 11, 1))

    assert services.trial(asked) == by_taking(asked) == [False]


def test_a_hold_that_has_run_out_hinders_no_change_of_places(inside, clock):
    """It lies where a booking would move to; take() lets it go first."""
    machine = create_resource(create_company(), lanes=2)
    lay(machine, 1, 8, 10)
    lay(machine, 2, 10, 12)
    lay(machine, 1, 11, 12, kind="hold", state="held", expires_at=clock.now + HOUR)
    asked = wants(machine, (9, 11, 1))
    assert services.trial(asked) == [False]
    clock.move(hours=1)

    assert services.trial(asked) == by_taking(asked) == [True]


@pytest.mark.parametrize("seed", range(12))
def test_a_trial_is_what_taking_does(inside, seed):
    """Random works on three lanes, some of them pinned, a breakdown, twenty wants (seeded)."""
    draw = random.Random(seed)
    machine = create_resource(create_company(), lanes=3)
    for lane in (1, 2, 3):
        at = draw.randint(0, 6)
        while at < 2 * DAY:
            length = draw.randint(1, 6)
            lay(machine, lane, at, at + length, pinned=draw.random() < 0.2)
            at += length + draw.choice((0, 1, 2, 5))
    create_unavailability(machine, *_span(draw))
    asked = wants(machine, *((start, start + draw.randint(1, 5), draw.choice((1, 1, 1, 2)))
                             for start in (draw.randint(0, 2 * DAY) for _ in range(20))))

    assert services.trial(asked) == by_taking(asked)
    assert services.trial(asked, apart=True) == [taken([each]) for each in asked]


def _span(draw: random.Random):
    start = draw.randint(0, 2 * DAY)
    span = window(start, start + 2)
    return span.start, span.end


def test_many_trials_look_once_at_what_may_move(inside, count_queries):
    """Thirty wants that find no lane free need as many statements as two."""
    machine = create_resource(create_company(), lanes=2)
    lay(machine, 1, 8, 10)
    lay(machine, 2, 10, 12)
    counts = []
    for number in (2, 30):
        with count_queries() as statements:
            services.trial(wants(machine, *[(9, 11, 1)] * number))
        counts.append(len(statements))

    assert counts[1] <= counts[0]
