"""How much is booked: ticks worked, over all resources.

The booked share is this over the open ticks of the resources, which no plan changes.
"""

from __future__ import annotations

from scheduling.problem import Problem
from scheduling.schedule import Schedule
from scheduling.terms import Terms, worked

NAME = "booked"
SENSE = "max"
REQUIRES_ALL = False


def terms(problem: Problem) -> Terms:
    """Every tick worked counts one."""
    return Terms.of(problem, worked=1)


def measure(problem: Problem, schedule: Schedule) -> int:
    """Ticks that the jobs wholly in the schedule work, once for every resource they hold."""
    return sum(
        worked(problem, item)
        for job in schedule.complete_jobs(problem)
        for item in schedule.by_job[job]
        for _place in item.places
    )
