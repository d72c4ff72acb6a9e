"""A schedule: which operation is done on which lane, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from scheduling.problem import Assignment, Problem


@dataclass(frozen=True)
class Schedule:
    """A set of assignments, kept in the order of jobs and operations."""

    assignments: tuple[Assignment, ...] = ()

    @classmethod
    def of(cls, assignments: Iterable[Assignment]) -> Schedule:
        """A schedule of these assignments, in any order."""
        return cls(tuple(sorted(assignments)))

    @cached_property
    def by_job(self) -> dict[int, tuple[Assignment, ...]]:
        """Assignments of each job that has any."""
        jobs: dict[int, list[Assignment]] = {}
        for item in self.assignments:
            jobs.setdefault(item.job, []).append(item)
        return {job: tuple(items) for job, items in jobs.items()}

    def complete_jobs(self, problem: Problem) -> tuple[int, ...]:
        """Jobs all of whose operations are placed."""
        wanted = [len(job.operations) for job in problem.jobs]
        return tuple(j for j, items in sorted(self.by_job.items()) if len(items) == wanted[j])

    def unplaced(self, problem: Problem) -> tuple[int, ...]:
        """Jobs that are not (wholly) in the schedule."""
        placed = set(self.complete_jobs(problem))
        return tuple(j for j in range(len(problem.jobs)) if j not in placed)


def completion(items: Iterable[Assignment]) -> int:
    """When the last of a job's operations ends."""
    return max(item.end for item in items)


def job_cost(problem: Problem, items: tuple[Assignment, ...]) -> int:
    """What a job's operations and its transport between them cost."""
    where = {item.operation: item.resource for item in items}
    operations = problem.jobs[items[0].job].operations
    total = 0
    for item in items:
        choice = operations[item.operation].on(item.resource)
        total += choice.cost if choice else 0
        for before in operations[item.operation].predecessors:
            if before in where:
                total += problem.travel(where[before], item.resource)[1]
    return total
