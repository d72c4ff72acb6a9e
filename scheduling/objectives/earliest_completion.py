"""How early the jobs end: the sum of their completions."""

from __future__ import annotations

from scheduling.problem import Job, Problem
from scheduling.schedule import Schedule, completion
from scheduling.terms import Terms

NAME = "earliest_completion"
SENSE = "min"
REQUIRES_ALL = True
AGGREGATE = "sum"


def terms(problem: Problem) -> Terms:
    """Every job's end."""
    return Terms.of(problem, completion=1)


def contribution(job: Job, end: int, cost: int) -> int:
    """The tick at which one job ends."""
    return end


def measure(problem: Problem, schedule: Schedule) -> int:
    """The ends of all jobs wholly in the schedule, summed."""
    whole = schedule.complete_jobs(problem)
    return sum(completion(schedule.by_job[job]) for job in whole)
