"""Value of the jobs done, less what their operations, transport and lateness cost.

A job of an earlier plan that is not left exactly where it was also costs its price of moving.
"""

from __future__ import annotations

from scheduling.problem import Assignment, Problem
from scheduling.schedule import Schedule, completion, job_cost, moved
from scheduling.terms import Terms

NAME = "welfare"
SENSE = "max"
REQUIRES_ALL = False


def terms(problem: Problem) -> Terms:
    """A job brings its value and takes what it costs, and what its lateness and moving cost."""
    return Terms.of(
        problem,
        done=[job.value for job in problem.jobs],
        cost=-1,
        tardiness=[-job.tardiness_weight for job in problem.jobs],
        moved=[-job.move_price for job in problem.jobs],
    )


def measure(problem: Problem, schedule: Schedule) -> int:
    """Money left over from all jobs that are wholly in the schedule, less the price of moves."""
    whole = schedule.complete_jobs(problem)
    left = sum(_left(problem, job, schedule.by_job[job]) for job in whole)
    jobs = problem.earlier_by_job
    return left - sum(problem.jobs[j].move_price for j in jobs if moved(problem, schedule, j))


def _left(problem: Problem, job: int, items: tuple[Assignment, ...]) -> int:
    one = problem.jobs[job]
    late = one.tardiness_weight * one.tardiness(completion(items))
    return one.value - job_cost(problem, items) - late
