"""A schedule: which operation is done on which lane, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from scheduling.lots import costs
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
        """Jobs all of whose operations are placed, those of all their lots."""
        wanted = [len(job.operations) for job in problem.jobs]
        return tuple(
            j
            for j, items in sorted(self.by_job.items())
            if len(items) == wanted[j] * lots_of(items)
        )

    def unplaced(self, problem: Problem) -> tuple[int, ...]:
        """Jobs that are not (wholly) in the schedule."""
        placed = set(self.complete_jobs(problem))
        return tuple(j for j in range(len(problem.jobs)) if j not in placed)


def completion(items: Iterable[Assignment]) -> int:
    """When the last of a job's operations ends."""
    return max(item.end for item in items)


def lots_of(items: Iterable[Assignment]) -> int:
    """In how many lots a job with these assignments is done."""
    return 1 + max(item.lot for item in items)


def job_cost(problem: Problem, items: tuple[Assignment, ...]) -> int:
    """What a job's operations and the transport of each of its lots cost."""
    job, count = problem.jobs[items[0].job], lots_of(items)
    where = {(item.lot, item.operation): item.resource for item in items}
    total = 0
    for item in items:
        operation = job.operations[item.operation]
        choice = operation.chosen(item)
        if choice is not None:
            total += costs(choice.cost, job.pieces, count)[item.lot] if count > 1 else choice.cost
        for before in operation.predecessors:
            if (item.lot, before) in where:
                total += problem.travel(where[item.lot, before], item.resource)[1]
    return total


def moved(problem: Problem, schedule: Schedule, job: int) -> bool:
    """Whether a job of the earlier plan is not exactly where that had it, or is left out."""
    before = problem.earlier_by_job.get(job)
    return before is not None and schedule.by_job.get(job) != before
