"""Which problems are small enough for CP-SAT. Kept apart so that asking does not load it."""

from __future__ import annotations

from collections.abc import Iterator

from scheduling.problem import Job, Operation, Problem

MOST_CHOICES = 2_500
FEW_CHOICES = 800
MOST_ON_SETUP_LANE = 30
MOST_WINDOWS = 60_000


def _held(job: Job) -> Iterator[tuple[int, int]]:
    """``(resource, how often)`` for all that ways hold, in every number of lots."""
    times = job.max_lots * (job.max_lots + 1) // 2
    for operation in job.operations:
        for choice in operation.alternatives:
            for resource in (choice.resource, *choice.also):
                yield resource, times


def choices(problem: Problem) -> int:
    """Pairs of an operation (in so many lots) and a lane that may be held for it."""
    return sum(
        times * len(problem.resources[resource].lanes)
        for job in problem.jobs
        for resource, times in _held(job)
    )


def easy(problem: Problem) -> bool:
    """Whether CP-SAT should take over after a second; above that search gets half the time."""
    return choices(problem) <= FEW_CHOICES


def admits(problem: Problem) -> bool:
    """Whether a problem is small enough, and has nothing that is not modelled exactly."""
    lanes: dict[int, int] = {}
    windows = 0
    for job in problem.jobs:
        if not all(modelled(operation) for operation in job.operations):
            return False
        for resource, times in _held(job):
            windows += times * sum(len(lane.windows) for lane in problem.resources[resource].lanes)
            lanes[resource] = lanes.get(resource, 0) + times
    crowded = any(
        count > MOST_ON_SETUP_LANE and problem.resources[number].has_setups
        for number, count in lanes.items()
    )
    return choices(problem) <= MOST_CHOICES and windows <= MOST_WINDOWS and not crowded


def modelled(operation: Operation) -> bool:
    """False for an operation that may pause and needs a crew or further resources."""
    also = any(choice.also for choice in operation.alternatives)
    return not (operation.may_pause and (also or operation.crew is not None))
