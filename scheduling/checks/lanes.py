"""What is on a lane: one work at a time, buffers between them, changeovers by family.

A further resource of an operation has its lane held like the operation's own, by its own buffers
and its own table of changeovers. Cumulative resources have neither; see `supply.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from scheduling.checks.spans import meets
from scheduling.checks.violation import Violation
from scheduling.problem import Assignment, Problem, Resource
from scheduling.schedule import Schedule

Place = tuple[int, int]


def lanes(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    """Overlaps, buffers and changeovers on every lane."""
    held: dict[Place, list[Assignment]] = {}
    for item in schedule.assignments:
        held.setdefault((item.resource, item.lane), []).append(item)
        for place in item.also:
            held.setdefault(place, []).append(item)
    for place, items in held.items():
        if not problem.resources[place[0]].capacity:
            items.sort(key=_span)
            yield from _lane(problem, place, items)


def _span(item: Assignment) -> Place:
    return item.start, item.end


def _lane(problem: Problem, place: Place, items: list[Assignment]) -> Iterator[Violation]:
    resource = problem.resources[place[0]]
    if resource.has_setups:
        setup = resource.first_setup(_family(problem, items[0]))
        yield from _setup_room(problem, place, items[0], setup)
    between = resource.buffer_before + resource.buffer_after
    for before, after in pairwise(items):
        gap = after.start - before.end - between
        if gap < 0 or resource.has_setups:
            yield from _neighbours(problem, place, (before, after), gap)


def _family(problem: Problem, item: Assignment) -> int | None:
    return problem.jobs[item.job].operations[item.operation].family


def _pinned(problem: Problem, item: Assignment) -> bool:
    return (item.job, item.operation) in problem.pins


def _neighbours(
    problem: Problem, place: Place, pair: tuple[Assignment, Assignment], gap: int
) -> Iterator[Violation]:
    before, after = pair
    if _pinned(problem, before) and _pinned(problem, after):
        return
    facts = {
        "resource": place[0],
        "with_job": before.job,
        "with_operation": before.operation,
    }
    resource = problem.resources[place[0]]
    setup = resource.setup(_family(problem, before), _family(problem, after))
    if gap < 0:
        yield Violation("overlap", after.job, after.operation, facts)
    elif gap < setup:
        yield Violation("setup", after.job, after.operation, {**facts, "setup": setup})
    else:
        yield from _setup_room(problem, place, after, setup)


def _setup_room(
    problem: Problem, place: Place, item: Assignment, setup: int
) -> Iterator[Violation]:
    """A changeover must avoid blocked time and, where asked, begin after the release."""
    if setup == 0 or _pinned(problem, item):
        return
    resource = problem.resources[place[0]]
    end = item.start - resource.buffer_before
    if _early(problem, resource, item, end - setup) or meets(
        resource.lanes[place[1]].blocked, end - setup, end
    ):
        facts = {"resource": place[0], "setup": setup}
        yield Violation("setup", item.job, item.operation, facts)


def _early(problem: Problem, resource: Resource, item: Assignment, start: int) -> bool:
    return resource.setup_after_release and start < problem.jobs[item.job].release
