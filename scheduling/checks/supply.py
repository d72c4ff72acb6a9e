"""What works share at a moment: the people of a crew, the capacity of a cumulative resource."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from scheduling.checks.spans import working
from scheduling.checks.violation import Violation
from scheduling.problem import Assignment, Problem
from scheduling.schedule import Schedule

Step = tuple[int, int, Assignment | None]
"""A tick, the change of what is free from then on, and whose work begins or ends."""


def crews(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    """Never more people at work than there are, counted while an operation really works."""
    if not problem.crews:
        return
    steps: list[list[Step]] = [
        [step for a, b, count in crew.capacity for step in ((a, count, None), (b, -count, None))]
        for crew in problem.crews
    ]
    for item in schedule.assignments:
        operation = problem.jobs[item.job].operations[item.operation]
        if operation.crew is not None:
            for a, b in working(problem, item, operation):
                use = ((a, -operation.people, item), (b, operation.people, item))
                steps[operation.crew].extend(use)
    for index, own in enumerate(steps):
        for tick, item in _short(problem, own):
            yield Violation("crew", item.job, item.operation, {"crew": index, "tick": tick})


def capacity(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    """The amounts on a cumulative resource never exceed its capacity."""
    steps: dict[int, list[Step]] = {
        number: [(-(1 << 62), resource.capacity, None)]
        for number, resource in enumerate(problem.resources)
        if resource.capacity
    }
    if not steps:
        return
    for item in schedule.assignments:
        for position, (number, _lane) in enumerate(item.places):
            if number in steps:
                amount = 1 if position else _amount(problem, item)
                steps[number] += ((item.start, -amount, item), (item.end, amount, item))
    for number, own in steps.items():
        for tick, item in _short(problem, own):
            facts = {"resource": number, "tick": tick}
            yield Violation("capacity", item.job, item.operation, facts)


def _amount(problem: Problem, item: Assignment) -> int:
    choice = problem.jobs[item.job].operations[item.operation].chosen(item)
    return choice.amount if choice else 1


def _short(problem: Problem, steps: list[Step]) -> Iterator[tuple[int, Assignment]]:
    """Work not pinned that goes on while less is there than is used; once, with the first tick."""
    free, reported = 0, set[Assignment]()
    working: set[Assignment] = set()
    for tick, changes in groupby(sorted(steps, key=itemgetter(0)), key=itemgetter(0)):
        for _tick, change, item in changes:
            free += change
            if item is not None:
                working ^= {item}
        if free < 0:
            guilty = {w for w in working if (w.job, w.operation) not in problem.pins} - reported
            reported |= guilty
            for one in sorted(guilty):
                yield tick, one
