"""The checker on further resources, stores, crews of several people, lots and earlier plans."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from scheduling.builder import ProblemBuilder, Way
from scheduling.check import violations
from scheduling.problem import Assignment, Lane, Problem, Resource
from scheduling.schedule import Schedule, job_cost, moved

SHARED = ((1, 0),)


def _kinds(problem: Problem, *items: Assignment) -> list[str]:
    return [found.kind for found in violations(problem, Schedule.of(items))]


def _pair(may_pause: bool = False, **fields: object) -> Problem:
    """Two mills, and a person (resource 1) whom the job on each of them needs as well."""
    builder = ProblemBuilder()
    for name in ("mill", "anna", "lathe"):
        builder.resource(name, [(0, 40)])
    for name in ("mill", "lathe"):
        ways = {name: Way(3, also=("anna",))}
        builder.job(name).operation(ways, family=0, may_pause=may_pause)
    problem = builder.build()
    resources = list(problem.resources)
    resources[1] = replace(resources[1], **fields)
    return replace(problem, resources=tuple(resources))


def _on_mill(start: int, also: tuple[tuple[int, int], ...] = SHARED, end: int = 0) -> Assignment:
    return Assignment(0, 0, 0, 0, start, end or start + 3, also)


def _on_lathe(start: int) -> Assignment:
    return Assignment(1, 0, 2, 0, start, start + 3, SHARED)


FURTHER: dict[str, Callable[[], tuple[Problem, list[Assignment]]]] = {
    "not_eligible": lambda: (_pair(), [_on_mill(0, also=())]),
    "outside_window": lambda: (_pair(lanes=(Lane(((0, 2), (2, 9))),)), [_on_mill(0)]),
    "blocked": lambda: (
        _pair(lanes=(Lane(((0, 40),), ((4, 5),)),), buffer_after=2),
        [_on_mill(0)],
    ),
    "overlap": lambda: (_pair(buffer_before=1), [_on_mill(0), _on_lathe(3)]),
    "setup": lambda: (_pair(setups=((2,),)), [_on_mill(0), _on_lathe(4)]),
    "unknown_reference": lambda: (_pair(), [_on_mill(0, also=((1, 1),))]),
    "capacity": lambda: (_pair(capacity=1), [_on_mill(0), _on_lathe(2)]),
}


@pytest.mark.parametrize("kind", FURTHER)
def test_a_further_resource_is_held_to_the_rules(kind: str) -> None:
    """Its windows, blocked time, buffers, changeovers and capacity count like the first one's."""
    problem, items = FURTHER[kind]()
    assert set(_kinds(problem, *items)) == {kind}


def test_a_further_resource_held_twice_in_turn_is_fine() -> None:
    """One after the other, and at the same time where it has a capacity of two."""
    assert not _kinds(_pair(), _on_mill(0), _on_lathe(3))
    assert not _kinds(_pair(capacity=2), _on_mill(0), _on_lathe(2))


def test_a_further_resource_does_not_pause() -> None:
    """While the mill is closed for two ticks the person has to be there all the same."""
    problem = _pair(may_pause=True, lanes=(Lane(((0, 5),)),))
    mill = Resource((Lane(((0, 2), (4, 9))),))
    problem = replace(problem, resources=(mill, *problem.resources[1:]))
    assert not _kinds(problem, _on_mill(0, end=5))
    absent = replace(problem.resources[1], lanes=(Lane(((0, 2), (4, 9))),))
    problem = replace(problem, resources=(mill, absent, problem.resources[2]))
    assert _kinds(problem, _on_mill(0, end=5)) == ["outside_window"]


def test_a_crew_of_three_cannot_do_two_works_of_two_people() -> None:
    """People are counted, not operations."""
    builder = ProblemBuilder()
    builder.crew("day", [(0, 40, 3)])
    builder.resource("mill", [(0, 40)], lanes=2)
    for people in (1, 2, 2):
        builder.job("job").operation({"mill": 3}, crew="day", people=people)
    one, two, three = (Assignment(job, 0, 0, job % 2, 0, 3) for job in range(3))
    assert not _kinds(builder.build(), one, two)
    assert _kinds(builder.build(), two, three) == ["crew", "crew"]


def _split(max_lots: int = 3) -> Problem:
    """Five pieces on a saw and then a mill at another site."""
    builder = ProblemBuilder()
    builder.resource("saw", [(0, 40)], site="A")
    builder.resource("mill", [(0, 40)], site="B")
    builder.transport("A", "B", 1, cost=100)
    job = builder.job("a", pieces=5, max_lots=max_lots)
    job.operation({"saw": (5, 7)})
    job.operation({"mill": (10, 9)})
    return builder.build()


def _lot(lot: int, operation: int, start: int, end: int) -> Assignment:
    return Assignment(0, operation, operation, 0, start, end, lot=lot)


IN_TWO = [_lot(0, 0, 0, 3), _lot(0, 1, 4, 10), _lot(1, 0, 3, 5), _lot(1, 1, 10, 14)]


def test_a_job_may_be_split_into_lots() -> None:
    """Lots of three and two pieces follow each other; costs are shared, each lot travels."""
    assert not _kinds(_split(), *IN_TWO)
    assert job_cost(_split(), Schedule.of(IN_TWO).by_job[0]) == 7 + 9 + 2 * 100
    assert Schedule.of(IN_TWO).complete_jobs(_split()) == (0,)


def test_every_lot_is_done_whole() -> None:
    """A lot without its second operation leaves the job incomplete, and so does a lot skipped."""
    assert _kinds(_split(), *IN_TWO[:3]) == ["incomplete_job"]
    assert Schedule.of(IN_TWO[:3]).complete_jobs(_split()) == ()
    skipped = [replace(item, lot=2 * item.lot) for item in IN_TWO]
    assert "incomplete_job" in _kinds(_split(), *skipped)


def test_no_more_lots_than_allowed() -> None:
    """A job that may not be split has only lot 0, and no lot is there twice."""
    assert set(_kinds(_split(1), *IN_TWO)) == {"unknown_reference"}
    assert _kinds(_split(), *IN_TWO, replace(IN_TWO[0], start=20, end=23)) == ["placed_twice"]


def test_a_lot_takes_its_share_of_the_time() -> None:
    """Three of five pieces take six of ten ticks, not seven."""
    longer = [replace(item, end=15) if item.start == 10 else item for item in IN_TWO]
    assert _kinds(_split(), *longer) == ["wrong_duration"]


def test_predecessors_lie_within_the_lot() -> None:
    """The second lot may not be milled before it is sawn, whatever the first lot does."""
    early = [*IN_TWO[:2], _lot(1, 0, 11, 13), _lot(1, 1, 12, 16)]
    assert _kinds(_split(), *early) == ["precedence"]


def test_a_job_has_moved_when_anything_of_it_is_elsewhere() -> None:
    """Same place: not moved; later, in other lots or left out: moved; not in it before: neither."""
    problem = replace(_split(), earlier=tuple(IN_TWO))
    assert not moved(problem, Schedule.of(IN_TWO), 0)
    later = [replace(item, start=item.start + 1, end=item.end + 1) for item in IN_TWO]
    assert moved(problem, Schedule.of(later), 0)
    assert moved(problem, Schedule.of(IN_TWO[:2]), 0)
    assert moved(problem, Schedule(), 0)
    assert not moved(_split(), Schedule.of(later), 0)
