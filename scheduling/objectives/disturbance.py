"""How much of the earlier plan is disturbed: its jobs that are moved or dropped, by their price."""

from __future__ import annotations

from scheduling.problem import Job, Problem
from scheduling.schedule import Schedule, moved
from scheduling.terms import Terms

NAME = "disturbance"
SENSE = "min"
REQUIRES_ALL = False


def terms(problem: Problem) -> Terms:
    """A job that is moved costs its price, and never nothing."""
    return Terms.of(problem, moved=[_price(job) for job in problem.jobs])


def measure(problem: Problem, schedule: Schedule) -> int:
    """The prices of all jobs of the earlier plan that are not exactly where it had them."""
    return sum(
        _price(problem.jobs[job])
        for job in problem.earlier_by_job
        if moved(problem, schedule, job)
    )


def _price(job: Job) -> int:
    return max(1, job.move_price)
