"""Ticks past the due date, times the job's weight, summed."""

from __future__ import annotations

from scheduling.problem import Problem
from scheduling.schedule import Schedule, completion
from scheduling.terms import Terms

NAME = "weighted_tardiness"
SENSE = "min"
REQUIRES_ALL = True


def terms(problem: Problem) -> Terms:
    """Every tick late costs the job's weight."""
    return Terms.of(problem, tardiness=[job.tardiness_weight for job in problem.jobs])


def measure(problem: Problem, schedule: Schedule) -> int:
    """Weighted lateness of all jobs wholly in the schedule."""
    return sum(
        problem.jobs[j].tardiness_weight * problem.jobs[j].tardiness(completion(schedule.by_job[j]))
        for j in schedule.complete_jobs(problem)
    )
