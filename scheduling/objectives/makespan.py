"""When the last job ends."""

from __future__ import annotations

from scheduling.problem import Problem
from scheduling.schedule import Schedule, completion
from scheduling.terms import Terms

NAME = "makespan"
SENSE = "min"
REQUIRES_ALL = True


def terms(problem: Problem) -> Terms:
    """Nothing but the last end."""
    return Terms.of(problem, latest=1)


def measure(problem: Problem, schedule: Schedule) -> int:
    """The last end of the jobs wholly in the schedule, zero for an empty one."""
    whole = schedule.complete_jobs(problem)
    return max((completion(schedule.by_job[job]) for job in whole), default=0)
