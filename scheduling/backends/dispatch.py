"""Priority rules: put the jobs in some order, place each into the idle time that is left.

The answer of milliseconds. Several rules are tried and the best plan is kept; with a tight
``until`` only the first. Serial schedule generation after Kolisch (1996), EJOR 90.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scheduling.backends.judge import Judge, Key
from scheduling.backends.plan import Plan
from scheduling.problem import Job, Problem
from scheduling.schedule import Schedule

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
    "slack": lambda job: due(job) - work(job),
    "profit": lambda job: -profit(job) / max(1, work(job)),
    "release": lambda job: job.release,
    "shortest": lambda job: job.release + work(job),
    "patience": lambda job: job.release + 8 * work(job),
    "due": due,
    "weight": lambda job: -job.tardiness_weight / max(1, work(job)),
    "longest": lambda job: -work(job),
}


def ordered(problem: Problem, rule: str) -> list[int]:
    """Jobs in the order of a rule; those that must be placed first."""
    first = RULES[rule]
    jobs = problem.jobs
    return sorted(
        range(len(jobs)),
        key=lambda j: (not problem.must_place[j], first(jobs[j]), jobs[j].release, j),
    )


def dispatch(plan: Plan, judge: Judge, order: list[int]) -> Key:
    """Empty the plan and place all jobs in an order; the key of what came of it."""
    for job in list(plan.placed):
        plan.remove(job)
    wishes = (0.0, None) if judge.cost_matters else (None,)
    scores = {}
    for job in order:
        score = judge.place(plan, job, wishes)
        if score is not None:
            scores[job] = score
    return judge.key(plan, scores)


def plans(problem: Problem, judge: Judge, plan: Plan) -> Iterator[tuple[Key, Schedule]]:
    """One plan a rule, each only when it is the best so far."""
    best: Key | None = None
    for rule in RULES:
        key = dispatch(plan, judge, ordered(problem, rule))
        if best is None or key < best:
            best = key
            yield key, plan.schedule()
