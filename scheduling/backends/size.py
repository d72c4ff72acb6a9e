"""Which problems are small enough for CP-SAT. Kept apart so that asking does not load it."""

from __future__ import annotations

from scheduling.problem import Problem

MOST_CHOICES = 2_500
FEW_CHOICES = 800
MOST_ON_SETUP_LANE = 30
MOST_WINDOWS = 60_000


def choices(problem: Problem) -> int:
    """Pairs of an operation and a lane it may be done on."""
    return sum(
        len(problem.resources[choice.resource].lanes)
        for job in problem.jobs
        for operation in job.operations
        for choice in operation.alternatives
    )


def easy(problem: Problem) -> bool:
    """Whether CP-SAT should take over after a second; above that search gets half the time."""
    return choices(problem) <= FEW_CHOICES


def admits(problem: Problem) -> bool:
    """Whether a problem is small enough, and has nothing that is not modelled exactly.

    Not modelled: an operation that may pause and needs a crew.
    """
    lanes: dict[int, int] = {}
    windows = 0
    for job in problem.jobs:
        for operation in job.operations:
            if operation.crew is not None and operation.may_pause:
                return False
            for choice in operation.alternatives:
                units = problem.resources[choice.resource].lanes
                windows += sum(len(unit.windows) for unit in units)
                lanes[choice.resource] = lanes.get(choice.resource, 0) + 1
    crowded = any(
        count > MOST_ON_SETUP_LANE and problem.resources[number].has_setups
        for number, count in lanes.items()
    )
    return choices(problem) <= MOST_CHOICES and windows <= MOST_WINDOWS and not crowded
