"""How long the jobs are under way: completion less release, summed."""

from __future__ import annotations

from typing import Any

from scheduling.problem import Job, Problem
from scheduling.schedule import Schedule, completion
from scheduling.terms import Terms

NAME = "flow_time"
SENSE = "min"
REQUIRES_ALL = True
AGGREGATE = "sum"


def terms(problem: Problem) -> Terms:
    """Every job's end less its release."""
    return Terms.of(problem, completion=1, done=[-job.release for job in problem.jobs])


def contribution(job: Job, completion: int, cost: int) -> int:
    """Ticks from the release of one job to its end."""
    return completion - job.release


def measure(problem: Problem, schedule: Schedule) -> int:
    """Flow time of all jobs wholly in the schedule."""
    return sum(
        contribution(problem.jobs[j], completion(items), 0)
        for j, items in schedule.by_job.items()
        if len(items) == len(problem.jobs[j].operations)
    )


def expression(model: Any) -> Any:
    """The same sum over a CP-SAT model."""
    jobs = model.problem.jobs
    return sum(model.completion(index) - job.release for index, job in enumerate(jobs))
