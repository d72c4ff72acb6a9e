"""What has to be there: known things, once each, whole jobs, mandatory ones, pinned work."""

from __future__ import annotations

from collections.abc import Iterator

from scheduling.checks.violation import Violation
from scheduling.problem import Assignment, Problem
from scheduling.schedule import Schedule, lots_of


def references(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    """Every assignment speaks of things there are, and none is there twice."""
    seen: set[tuple[int, int, int]] = set()
    for item in schedule.assignments:
        key = (item.job, item.operation, item.lot)
        if not _known(problem, item):
            yield Violation("unknown_reference", item.job, item.operation)
        elif key in seen:
            yield Violation("placed_twice", item.job, item.operation)
        seen.add(key)


def _known(problem: Problem, item: Assignment) -> bool:
    return (
        0 <= item.job < len(problem.jobs)
        and 0 <= item.operation < len(problem.jobs[item.job].operations)
        and 0 <= item.lot < problem.jobs[item.job].max_lots
        and all(_place(problem, *place) for place in item.places)
        and item.start < item.end
    )


def _place(problem: Problem, resource: int, lane: int) -> bool:
    resources = problem.resources
    return 0 <= resource < len(resources) and 0 <= lane < len(resources[resource].lanes)


def completeness(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    """A job is done whole, in all lots up to its highest, or not at all."""
    placed = schedule.by_job
    for index, job in enumerate(problem.jobs):
        items = placed.get(index, ())
        if not items:
            if problem.must_place[index]:
                yield Violation("mandatory_missing", index)
        elif len(items) != len(job.operations) * lots_of(items):
            yield Violation("incomplete_job", index, None, {"placed": len(items)})


def pins(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    """Pinned work is where it is pinned."""
    if not problem.pinned:
        return
    placed = {(item.job, item.operation): item for item in schedule.assignments}
    for key, pin in problem.pins.items():
        if placed.get(key) != pin:
            yield Violation("pin_moved", pin.job, pin.operation)
