"""Why a job is not in a plan: the first reason that can be shown to hold.

The vocabulary is closed. ``no_eligible_resource``: an operation has no alternative.
``no_window_long_enough``: an operation fits nowhere between release and deadline even with
nothing else planned. ``transport``: the route would fit before the deadline if carrying took no
time. ``deadline``: the route as a whole is too long for the time it has. ``not_chosen``: it could
be done alone, but the time went to other work or it did not pay.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from scheduling.alone import Alone
from scheduling.backends.kernel import FOREVER
from scheduling.problem import Operation, Problem
from scheduling.schedule import Schedule

REASONS = ("no_eligible_resource", "no_window_long_enough", "transport", "deadline", "not_chosen")


@dataclass(frozen=True, slots=True)
class Reason:
    """A word of the vocabulary, the operation it concerns, and numbers that show it."""

    code: str
    operation: int | None = None
    facts: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The reason as plain data."""
        where = {} if self.operation is None else {"operation": self.operation}
        return {"code": self.code, **where, **self.facts}


def explain(problem: Problem, schedule: Schedule) -> dict[int, Reason]:
    """A reason for every job that is not wholly in the schedule."""
    left_out = schedule.unplaced(problem)
    if not left_out:
        return {}
    alone = Alone(problem)
    return {job: why(problem, job, alone) for job in left_out}


def why(problem: Problem, job: int, alone: Alone | None = None) -> Reason:
    """The first reason that keeps a job out; ``not_chosen`` when it could be done alone."""
    alone = alone or Alone(problem)
    for index, operation in enumerate(problem.jobs[job].operations):
        if (job, index) in problem.pins:
            continue
        if not operation.alternatives:
            return Reason("no_eligible_resource", index)
        if not _fits_somewhere(alone, job, index):
            return Reason("no_window_long_enough", index, _facts(problem, operation))
    if alone.ends(job) is not None:
        return Reason("not_chosen")
    if alone.ends(job, transport=False) is not None:
        return Reason("transport")
    return Reason("deadline", None, _deadline_facts(alone, job))


def _fits_somewhere(alone: Alone, job: int, index: int) -> bool:
    route = alone.plan.routes[job]
    deadline = alone.problem.jobs[job].deadline
    latest = FOREVER if deadline is None else deadline
    return any(
        alone.earliest(job, index, resource, (route.release, work, latest)) is not None
        for resource, work, _cost, _lanes in route.options[index]
    )


def _facts(problem: Problem, operation: Operation) -> dict[str, int]:
    """The shortest work the operation needs and the longest window on its resources."""
    longest = max(
        (
            b - a
            for choice in operation.alternatives
            for lane in problem.resources[choice.resource].lanes
            for a, b in lane.windows
        ),
        default=0,
    )
    needed = min(choice.duration for choice in operation.alternatives)
    return {"needed": needed, "longest_window": longest}


def _deadline_facts(alone: Alone, job: int) -> dict[str, int]:
    ends = alone.ends(job, deadline=False)
    if ends is None:
        return {}
    earliest = max(min(one.values()) for one in ends)
    return {"earliest_end": earliest, "deadline": alone.problem.jobs[job].deadline or 0}
