"""Priority rules: orders in which jobs are put into the idle time that is left.

The answer of milliseconds: several rules are tried and the best plan is kept. Serial schedule
generation after Kolisch (1996), EJOR 90.
"""

from __future__ import annotations

from collections.abc import Callable

from scheduling.problem import Job, Problem

FAR = 1 << 60


def work(job: Job) -> int:
    """Ticks of work at the quickest alternatives."""
    return sum(min((c.duration for c in o.alternatives), default=0) for o in job.operations)


def profit(job: Job) -> int:
    """Value less the cheapest alternatives."""
    return job.value - sum(min((c.cost for c in o.alternatives), default=0) for o in job.operations)


def due(job: Job) -> int:
    """Due date, else deadline, else never."""
    dates = [date for date in (job.due, job.deadline) if date is not None]
    return min(dates, default=FAR)


RULES: dict[str, Callable[[Job], float]] = {
    "profit": lambda job: -profit(job) / max(1, work(job)),
    "slack": lambda job: due(job) - work(job),
    "release": lambda job: job.release,
    "shortest": lambda job: job.release + work(job),
    "patience": lambda job: job.release + 8 * work(job),
    "due": due,
    "weight": lambda job: -job.tardiness_weight / max(1, work(job)),
    "longest": lambda job: -work(job),
}


def ordered(problem: Problem, rule: str) -> list[int]:
    """Jobs in the order of a rule; those that must be placed first, then by priority class."""
    first = RULES[rule]
    jobs = problem.jobs
    return sorted(
        range(len(jobs)),
        key=lambda j: (
            not problem.must_place[j], jobs[j].priority, first(jobs[j]), jobs[j].release, j
        ),
    )
