"""How evenly work is spread over the suppliers: the greatest share of open time one works.

The share is in parts per billion of the open ticks of all resources of a supplier, from a factor
per tick that is rounded down: a whole number, as exact as a million open ticks can be told apart.
"""

from __future__ import annotations

from dataclasses import replace

from scheduling.problem import Problem
from scheduling.schedule import Schedule
from scheduling.terms import Terms, open_ticks, worked

NAME = "balance"
SENSE = "min"
REQUIRES_ALL = True
WHOLE = 1_000_000_000


def terms(problem: Problem) -> Terms:
    """The greatest load, each supplier's weighed by its open time."""
    suppliers = sorted({resource.supplier for resource in problem.resources})
    groups = tuple(suppliers.index(resource.supplier) for resource in problem.resources)
    factors = tuple(_factor(problem, supplier) for supplier in suppliers)
    return replace(Terms.of(problem), peak=1, groups=groups, factors=factors)


def measure(problem: Problem, schedule: Schedule) -> int:
    """The greatest share, of the work of jobs wholly in the schedule."""
    loads = {resource.supplier: 0 for resource in problem.resources}
    for job in schedule.complete_jobs(problem):
        for item in schedule.by_job[job]:
            for resource, _lane in item.places:
                loads[problem.resources[resource].supplier] += worked(problem, item)
    return max((_factor(problem, one) * load for one, load in loads.items()), default=0)


def _factor(problem: Problem, supplier: int) -> int:
    """What a tick of a supplier weighs; nothing where it is never open."""
    ticks = sum(open_ticks(r) for r in problem.resources if r.supplier == supplier)
    return WHOLE // ticks if ticks else 0
