"""The checker finds each kind of violation, and nothing in a valid schedule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from scheduling.builder import ProblemBuilder
from scheduling.check import violations
from scheduling.problem import Alternative, Assignment, Crew, Job, Lane, Problem
from scheduling.schedule import Schedule
from tests.scheduling.instances import one_machine

Broken = tuple[Problem, list[Assignment]]
CASES: dict[str, Callable[[], Broken]] = {}


def _at(job: int, start: int, end: int, operation: int = 0, resource: int = 0) -> Assignment:
    return Assignment(job, operation, resource, 0, start, end)


def case(build: Callable[[], Broken]) -> Callable[[], Broken]:
    """Register a broken schedule under the kind of violation it shows."""
    CASES[build.__name__] = build
    return build


def _resource(**fields: object) -> Problem:
    problem = one_machine(3, 3)
    return replace(problem, resources=(replace(problem.resources[0], **fields),))


def _step(*, oven: bool = False, **fields: object) -> Problem:
    problem = one_machine(3, 3)
    if oven:
        problem = _resource(capacity=3)
    jobs = [
        replace(job, operations=(replace(job.operations[0], **fields),)) for job in problem.jobs
    ]
    return replace(problem, jobs=tuple(jobs), crews=(Crew(((0, 100, 1),)),))


def _two_steps() -> Problem:
    builder = ProblemBuilder()
    builder.resource("saw", [(0, 100)], site="A")
    builder.resource("mill", [(0, 100)], site="B")
    builder.transport("A", "B", 4)
    job = builder.job("a")
    job.operation({"saw": 3})
    job.operation({"mill": 3})
    return builder.build()


@case
def unknown_reference() -> Broken:
    """A lane that does not exist."""
    return one_machine(3), [Assignment(0, 0, 0, 1, 0, 3)]


@case
def placed_twice() -> Broken:
    """The same operation at two times."""
    return one_machine(3), [_at(0, 0, 3), _at(0, 5, 8)]


@case
def incomplete_job() -> Broken:
    """One operation of two."""
    return _two_steps(), [_at(0, 0, 3)]


@case
def mandatory_missing() -> Broken:
    """A job that may not be left out."""
    return one_machine(3, mandatory=True), []


@case
def pin_moved() -> Broken:
    """A pinned operation a tick later."""
    problem = replace(one_machine(3), pinned=(_at(0, 0, 3),))
    return problem, [_at(0, 1, 4)]


@case
def not_eligible() -> Broken:
    """A machine that is no alternative."""
    return _two_steps(), [_at(0, 0, 3), _at(0, 9, 12, 1, 0)]


@case
def wrong_duration() -> Broken:
    """A tick too short."""
    return one_machine(3), [_at(0, 0, 2)]


@case
def outside_window() -> Broken:
    """Across closing time without leave to pause."""
    return _resource(lanes=(Lane(((0, 2), (4, 9))),)), [_at(0, 1, 4)]


@case
def blocked() -> Broken:
    """The buffer after the work reaches into blocked time."""
    lanes = (Lane(((0, 20),), ((4, 6),)),)
    return _resource(lanes=lanes, buffer_after=2), [_at(0, 0, 3)]


@case
def before_release() -> Broken:
    """A tick before the release."""
    return one_machine(3, release=5), [_at(0, 4, 7)]


@case
def after_deadline() -> Broken:
    """A tick after the deadline."""
    return one_machine(3, deadline=5), [_at(0, 3, 6)]


@case
def precedence() -> Broken:
    """The second operation before the end of the first."""
    return _two_steps(), [_at(0, 0, 3), _at(0, 2, 5, 1, 1)]


@case
def transport() -> Broken:
    """In order, but with no time to travel."""
    return _two_steps(), [_at(0, 0, 3), _at(0, 6, 9, 1, 1)]


@case
def overlap() -> Broken:
    """Two works with only one of their two buffers between them."""
    return _resource(buffer_before=1, buffer_after=1), [_at(0, 0, 3), _at(1, 4, 7)]


@case
def setup() -> Broken:
    """Two works of a family with less than the changeover between them."""
    problem = _step(family=0)
    resource = replace(problem.resources[0], setups=((2,),))
    return replace(problem, resources=(resource,)), [_at(0, 0, 3), _at(1, 4, 7)]


@case
def crew() -> Broken:
    """Two operations at once on two lanes with one person there."""
    problem = _step(crew=0)
    resource = replace(problem.resources[0], lanes=problem.resources[0].lanes * 2)
    problem = replace(problem, resources=(resource,))
    return problem, [_at(0, 0, 3), Assignment(1, 0, 0, 1, 2, 5)]


def _lagged(least: int, greatest: int | None) -> Problem:
    problem = _two_steps()
    first, second = problem.jobs[0].operations
    job = Job((first, replace(second, lags=((least, greatest),))))
    return replace(problem, jobs=(job,))


@case
def min_lag() -> Broken:
    """A tick too soon after the operation before."""
    return _lagged(6, None), [_at(0, 0, 3), _at(0, 8, 11, 1, 1)]


@case
def max_lag() -> Broken:
    """A tick too late after the operation before."""
    return _lagged(0, 6), [_at(0, 0, 3), _at(0, 10, 13, 1, 1)]


@case
def capacity() -> Broken:
    """Two loads of two in an oven for three."""
    problem = _step(alternatives=(Alternative(0, 3, amount=2),), oven=True)
    return problem, [_at(0, 0, 3), _at(1, 2, 5)]


@pytest.mark.parametrize("kind", CASES)
def test_each_kind_of_violation_is_found_alone(kind: str) -> None:
    """A schedule with one fault shows that kind of violation and no other."""
    problem, items = CASES[kind]()
    found = violations(problem, Schedule.of(items))
    assert {violation.kind for violation in found} == {kind}
    assert str(found[0]).startswith(f"{kind}: job ")


def test_every_documented_kind_has_a_case() -> None:
    """The kinds named by the checker are the kinds tested here."""
    text = (violations.__doc__ or "").split("Kinds:")[1]
    assert {word.strip(" .\n") for word in text.split(",")} == set(CASES)


def test_a_pause_counts_only_open_time() -> None:
    """Three ticks of work over a closing time of two take five, and hold the lane."""
    problem = _step(may_pause=True)
    lanes = (Lane(((0, 2), (4, 20))),)
    problem = replace(problem, resources=(replace(problem.resources[0], lanes=lanes),))
    assert not violations(problem, Schedule.of([_at(0, 0, 5), _at(1, 5, 8)]))
    found = violations(problem, Schedule.of([_at(0, 0, 5), _at(1, 4, 7)]))
    assert [violation.kind for violation in found] == ["overlap"]


def test_a_pausing_operation_needs_its_crew_only_while_open() -> None:
    """One person serves another machine while the first is closed."""
    builder = ProblemBuilder()
    builder.crew("one", [(0, 40, 1)])
    builder.resource("saw", [(0, 2), (5, 9)])
    builder.resource("mill", [(0, 20)])
    builder.job("a").operation({"saw": 3}, may_pause=True, crew="one")
    builder.job("b").operation({"mill": 3}, crew="one")
    problem = builder.build()
    assert not violations(problem, Schedule.of([_at(0, 0, 6), _at(1, 2, 5, 0, 1)]))
    found = violations(problem, Schedule.of([_at(0, 0, 6), _at(1, 3, 6, 0, 1)]))
    assert {violation.kind for violation in found} == {"crew"}


def test_a_buffer_may_lie_outside_opening_hours() -> None:
    """Preparing before the doors open and clearing up after they close is allowed."""
    problem = _resource(lanes=(Lane(((10, 13),)),), buffer_before=5, buffer_after=5)
    assert not violations(problem, Schedule.of([_at(0, 10, 13)]))
