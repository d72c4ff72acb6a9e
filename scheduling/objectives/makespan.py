"""When the last job ends."""

from __future__ import annotations

from typing import Any

from scheduling.problem import Job, Problem
from scheduling.schedule import Schedule

NAME = "makespan"
SENSE = "min"
REQUIRES_ALL = True
AGGREGATE = "max"


def contribution(job: Job, completion: int, cost: int) -> int:
    """The tick at which one job ends."""
    return completion


def measure(problem: Problem, schedule: Schedule) -> int:
    """The last end of all, zero for an empty schedule."""
    return max((item.end for item in schedule.assignments), default=0)


def expression(model: Any) -> Any:
    """A variable no smaller than any job's completion."""
    return model.latest([model.completion(index) for index in range(len(model.problem.jobs))])
