"""Ticks past the due date, times the job's weight, summed."""

from __future__ import annotations

from scheduling.problem import Job, Problem
from scheduling.schedule import Schedule, completion
from scheduling.terms import Terms

NAME = "weighted_tardiness"
SENSE = "min"
REQUIRES_ALL = True
AGGREGATE = "sum"


def terms(problem: Problem) -> Terms:
    """Every tick late costs the job's weight."""
    return Terms.of(problem, tardiness=[job.tardiness_weight for job in problem.jobs])


def contribution(job: Job, completion: int, cost: int) -> int:
    """Weighted lateness of one job that ends at ``completion``."""
    return job.tardiness_weight * job.tardiness(completion)


def measure(problem: Problem, schedule: Schedule) -> int:
    """Weighted lateness of all jobs wholly in the schedule."""
    return sum(
        contribution(problem.jobs[j], completion(schedule.by_job[j]), 0)
        for j in schedule.complete_jobs(problem)
    )
