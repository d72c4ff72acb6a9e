"""What an objective is made of, in numbers every backend understands.

An objective says, per job, what a unit of each quantity of a plan is worth to it; its value of a
plan is the sum of those products, plus a price on the last end and on the greatest load of a group
of resources. All of it is whole numbers, counted in the objective's own sense (max or min).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scheduling.problem import Assignment, Lane, Problem, Resource
from scheduling.schedule import Schedule, completion, job_cost, moved

PER_JOB = ("done", "cost", "tardiness", "completion", "worked", "moved")
FOREVER = 1 << 60
Weights = int | Sequence[int]


@dataclass(frozen=True)
class Terms:
    """Weights of the quantities of a plan, in the order of the problem's jobs.

    For a job in the plan: ``done`` is added; ``cost`` times what its operations and transport
    cost, ``tardiness`` times its ticks past the due date, ``completion`` times the tick it ends
    at, ``worked`` times the ticks it works, which count once for every resource an operation
    holds. ``moved`` is added for a job of the earlier plan that is not exactly where it was, or
    is left out. For the whole plan: ``latest`` times the last end of all (0 for an empty plan),
    and ``peak`` times the greatest of ``factors[g]`` times the ticks worked on resources of group
    ``g``; ``groups`` holds the group of each resource.
    """

    done: tuple[int, ...]
    cost: tuple[int, ...]
    tardiness: tuple[int, ...]
    completion: tuple[int, ...]
    worked: tuple[int, ...]
    moved: tuple[int, ...]
    latest: int = 0
    peak: int = 0
    groups: tuple[int, ...] = ()
    factors: tuple[int, ...] = ()

    @classmethod
    def of(cls, problem: Problem, *, latest: int = 0, **weights: Weights) -> Terms:
        """Terms with zero for what is not named; one number stands for the same for all jobs.

        ``moved`` is kept only for jobs of the earlier plan: no other job can be moved.
        """
        unknown = set(weights) - set(PER_JOB)
        if unknown:
            raise ValueError(f"jobs have no {', '.join(sorted(unknown))}")
        nothing = (0,) * len(problem.jobs)
        terms = cls(nothing, nothing, nothing, nothing, nothing, nothing, latest)
        columns = {n: _column(w, len(problem.jobs)) for n, w in weights.items()}
        if "moved" in columns:
            there = problem.earlier_by_job
            columns["moved"] = tuple(w if j in there else 0 for j, w in enumerate(columns["moved"]))
        return terms._with(columns)

    def among(self, jobs: Collection[int]) -> Terms:
        """The same terms where jobs that are not among these count for nothing."""
        kept = set(jobs)
        return self._with(
            {
                name: tuple(w if job in kept else 0 for job, w in enumerate(getattr(self, name)))
                for name in PER_JOB
            }
        )

    def _with(self, columns: dict[str, tuple[int, ...]]) -> Terms:
        changes: dict[str, Any] = dict(columns)
        return replace(self, **changes)

    def value(self, problem: Problem, schedule: Schedule) -> int:
        """What the terms make of a schedule; jobs only partly in it count as left out."""
        total, latest = 0, 0
        for job in schedule.complete_jobs(problem):
            items = schedule.by_job[job]
            end = completion(items)
            latest = max(latest, end)
            total += self.done[job] + self.cost[job] * job_cost(problem, items)
            total += self.tardiness[job] * problem.jobs[job].tardiness(end)
            total += self.completion[job] * end
            ticks = sum(worked(problem, item) * len(item.places) for item in items)
            total += self.worked[job] * ticks
        total += sum(w for j, w in enumerate(self.moved) if w and moved(problem, schedule, j))
        if self.peak:
            total += self.peak * self.greatest_load(problem, schedule)
        return total + self.latest * latest

    def greatest_load(self, problem: Problem, schedule: Schedule) -> int:
        """The greatest of the groups' loads, each times its factor; partial jobs do not count."""
        loads = [0] * len(self.factors)
        for job in schedule.complete_jobs(problem):
            for item in schedule.by_job[job]:
                for resource, _lane in item.places:
                    loads[self.groups[resource]] += worked(problem, item)
        return max((f * load for f, load in zip(self.factors, loads, strict=True)), default=0)


def worked(problem: Problem, item: Assignment) -> int:
    """Ticks of open, unblocked time of its own lane between the start and the end of a work."""
    return _open(problem.resources[item.resource].lanes[item.lane], item.start, item.end)


def open_ticks(resource: Resource) -> int:
    """Ticks of open, unblocked time of all lanes of a resource."""
    return sum(_open(lane, -FOREVER, FOREVER) for lane in resource.lanes)


def _open(lane: Lane, start: int, end: int) -> int:
    inside = [(max(a, start), min(b, end)) for a, b in lane.windows]
    blocked = sum(
        max(0, min(b, end) - max(a, start)) for start, end in lane.blocked for a, b in inside
    )
    return sum(max(0, b - a) for a, b in inside) - blocked


def _column(weights: Weights, size: int) -> tuple[int, ...]:
    return (weights,) * size if isinstance(weights, int) else tuple(weights)
