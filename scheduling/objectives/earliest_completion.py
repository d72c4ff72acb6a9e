"""How early the jobs end: the sum of their completions."""

from __future__ import annotations

from scheduling.problem import Problem
from scheduling.schedule import Schedule, completion
from scheduling.terms import Terms

NAME = "earliest_completion"
SENSE = "min"
REQUIRES_ALL = True


def terms(problem: Problem) -> Terms:
    """Every job's end."""
    return Terms.of(problem, completion=1)


def measure(problem: Problem, schedule: Schedule) -> int:
    """The ends of all jobs wholly in the schedule, summed."""
    whole = schedule.complete_jobs(problem)
    return sum(completion(schedule.by_job[job]) for job in whole)
