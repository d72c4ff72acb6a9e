"""The order of a job's operations, lot by lot: precedence, transport, least and greatest lags."""

from __future__ import annotations

from collections.abc import Iterator

from scheduling.checks.violation import Violation
from scheduling.problem import Assignment, Problem
from scheduling.schedule import Schedule


def order(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    """Every operation after its predecessors in the same lot; not between two pinned ones."""
    pins = problem.pins
    for job, items in schedule.by_job.items():
        if len(items) == 1:
            continue
        operations = problem.jobs[job].operations
        at = {(item.lot, item.operation): item for item in items}
        for item in items:
            for before, *lag in operations[item.operation].waits():
                earlier = at.get((item.lot, before))
                fixed = (job, before) in pins and (job, item.operation) in pins
                if earlier is not None and not fixed:
                    yield from _pair(problem, earlier, item, lag)


def _pair(
    problem: Problem, before: Assignment, after: Assignment, lag: list[int | None]
) -> Iterator[Violation]:
    least, greatest = lag
    travel = problem.travel(before.resource, after.resource)[0]
    waited = after.start - before.end
    facts = {"after": before.operation}
    if waited < 0:
        yield Violation("precedence", after.job, after.operation, facts)
    elif waited < travel:
        facts["transport"] = travel
        yield Violation("transport", after.job, after.operation, facts)
    elif waited < (least or 0):
        yield Violation("min_lag", after.job, after.operation, {**facts, "least": least})
    if greatest is not None and waited > greatest:
        yield Violation("max_lag", after.job, after.operation, {**facts, "greatest": greatest})
