"""Value of the jobs done, less what their operations, transport and lateness cost."""

from __future__ import annotations

from typing import Any

from scheduling.problem import Job, Problem
from scheduling.schedule import Schedule, completion, job_cost
from scheduling.terms import Terms

NAME = "welfare"
SENSE = "max"
REQUIRES_ALL = False
AGGREGATE = "sum"


def terms(problem: Problem) -> Terms:
    """A job brings its value and takes what it costs and what its lateness costs."""
    jobs = problem.jobs
    late = [-job.tardiness_weight for job in jobs]
    return Terms.of(problem, done=[job.value for job in jobs], cost=-1, tardiness=late)


def contribution(job: Job, completion: int, cost: int) -> int:
    """Money left over from one job that ends at ``completion`` and costs ``cost``."""
    return job.value - cost - job.tardiness_weight * job.tardiness(completion)


def measure(problem: Problem, schedule: Schedule) -> int:
    """Money left over from all jobs that are wholly in the schedule."""
    return sum(
        contribution(problem.jobs[j], completion(items), job_cost(problem, items))
        for j, items in schedule.by_job.items()
        if len(items) == len(problem.jobs[j].operations)
    )


def expression(model: Any) -> Any:
    """The same sum over a CP-SAT model."""
    total = 0
    for index, job in enumerate(model.problem.jobs):
        total += job.value * model.present[index] - model.cost(index)
        if job.tardiness_weight and job.due is not None:
            total -= job.tardiness_weight * model.tardiness(index)
    return total
