"""What the operations of all jobs and their transport cost."""

from __future__ import annotations

from scheduling.problem import Problem
from scheduling.schedule import Schedule, job_cost
from scheduling.terms import Terms

NAME = "cost"
SENSE = "min"
REQUIRES_ALL = True


def terms(problem: Problem) -> Terms:
    """Nothing but the cost."""
    return Terms.of(problem, cost=1)


def measure(problem: Problem, schedule: Schedule) -> int:
    """The cost of all jobs wholly in the schedule."""
    whole = schedule.complete_jobs(problem)
    return sum(job_cost(problem, schedule.by_job[job]) for job in whole)
