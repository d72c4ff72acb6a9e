"""``solve``: at once a dispatch plan, then a better one, and how good it is known to be."""

from __future__ import annotations

import time
from collections.abc import Callable

from scheduling import bounds
from scheduling.backends import dispatch
from scheduling.backends.judge import Judge
from scheduling.backends.plan import Plan
from scheduling.backends.search import Search
from scheduling.backends.size import admits
from scheduling.backends.size import easy as easy_for_cpsat
from scheduling.problem import Problem
from scheduling.registry import objective_named
from scheduling.result import Result, gap_between
from scheduling.run import Progress, Run
from scheduling.schedule import Schedule

FITS_PER_SECOND = 200_000
EXACT_SEARCH_SECONDS = 1.0


def solve(  # noqa: PLR0913 - every argument is a wish a caller may have; all but one by name
    problem: Problem,
    *,
    objective: str = "welfare",
    time_limit: float = 10.0,
    seed: int = 0,
    workers: int = 1,
    warm_start: Schedule | None = None,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    deterministic: bool = False,
) -> Result:
    """Find a plan; always answers, with the dispatch plan at the least.

    ``objective`` names a module of ``scheduling.objectives``; ``time_limit`` is in seconds;
    ``warm_start`` is an earlier plan to start from; ``on_progress(seconds, value, bound)`` is
    called in this thread, at least twice a second while searching; ``should_stop()`` ends the
    run early. With ``deterministic`` the limit counts work instead of the clock: one worker, the
    same seed and the same limit give the same plan, and a longer limit never a worse one.
    Raises ValueError for an unknown objective.
    """
    goal = objective_named(objective)
    asked = problem.all_mandatory() if goal.REQUIRES_ALL else problem
    run = Run(asked, goal, on_progress, should_stop)
    effort = Effort(run, time_limit, seed, 1 if deterministic else workers, deterministic)
    impossible = _begin(run, effort, warm_start, objective)
    exact = None
    if not impossible and not run.proven():
        exact = _improve(run, effort)
    return _result(run, impossible or exact == "infeasible")


class Effort:
    """How long and how a run may work."""

    def __init__(
        self, run: Run, limit: float, seed: int, workers: int, deterministic: bool
    ) -> None:
        self.run = run
        self.limit = limit
        self.seed = seed
        self.workers = max(1, workers)
        self.deterministic = deterministic
        self.plan = Plan(run.problem)
        self.judge = Judge(run.problem, run.objective)

    def spent(self) -> float:
        """Seconds used, by the clock or by the work done."""
        if self.deterministic:
            return self.plan.fits / FITS_PER_SECOND
        return self.run.seconds

    def left(self) -> float:
        """Seconds left."""
        return max(0.0, self.limit - self.spent())


def _begin(run: Run, effort: Effort, warm: Schedule | None, objective: str) -> bool:
    """First plans and the first bound; True when some mandatory job can never be placed."""
    for _key, schedule in dispatch.plans(run.problem, effort.judge, effort.plan):
        run.offer(schedule, "dispatch")
        if run.beat() or effort.left() <= 0:
            break
    if warm is not None:
        _warm(run, effort, warm)
    relaxed = bounds.bound(run.problem, objective)
    run.tighten(relaxed.value, relaxed.source)
    return bool(relaxed.impossible)


def _warm(run: Run, effort: Effort, warm: Schedule) -> None:
    """Offer an earlier plan; if it no longer holds, place the jobs in its order."""
    if run.offer(warm, "warm_start"):
        return
    begins = {job: min(item.start for item in items) for job, items in warm.by_job.items()}
    jobs = range(len(run.problem.jobs))
    order = sorted(jobs, key=lambda j: (j not in begins, begins.get(j, 0), j))
    dispatch.dispatch(effort.plan, effort.judge, order)
    run.offer(effort.plan.schedule(), "warm_start")


def _improve(run: Run, effort: Effort) -> str | None:
    """Search, and CP-SAT where the problem is small enough; the status CP-SAT proved."""
    share = _search_first(run.problem, effort)
    _search(run, effort, min(effort.limit, effort.spent() + share))
    if share >= effort.limit:
        return None
    status = None
    if not run.beat() and not run.proven() and effort.left() > 0:
        from scheduling.backends import cpsat

        limits = cpsat.Limits(effort.left(), effort.seed, effort.workers, effort.deterministic)
        status = cpsat.improve(run, limits)
    if status is None and not run.stopped and not effort.deterministic:
        _search(run, effort, effort.limit)
    return status


def _search_first(problem: Problem, effort: Effort) -> float:
    """Seconds of search before CP-SAT; the whole limit where that is not used.

    With work counted it does not depend on the limit, so that more time is never worse.
    """
    easy = easy_for_cpsat(problem)
    if not admits(problem) or (effort.deterministic and not easy):
        return effort.limit
    if effort.deterministic:
        return EXACT_SEARCH_SECONDS
    return min(EXACT_SEARCH_SECONDS, effort.limit / 4) if easy else effort.limit / 2


def _search(run: Run, effort: Effort, until: float) -> None:
    """Ruin and recreate until so many seconds are spent, offering what it finds as it goes."""
    plan = effort.plan
    for job in list(plan.placed):
        plan.remove(job)
    plan.load(run.schedule)
    search = Search(plan, effort.judge, effort.seed)
    offered, checked = search.best_key, time.monotonic()

    def go_on() -> bool:
        nonlocal offered, checked
        if search.best_key < offered and _due(run, checked):
            run.offer(search.best, "search")
            offered, checked = search.best_key, time.monotonic()
        return not run.beat() and effort.spent() < until and not run.proven()

    run.offer(search.run(go_on), "search")


def _due(run: Run, checked: float) -> bool:
    """Whether a check may be afforded again: a tenth of the time at most."""
    return time.monotonic() - checked > max(0.1, 10 * run.check_seconds)


def _result(run: Run, infeasible: bool) -> Result:
    status = "feasible"
    if run.value is None:
        status = "infeasible" if infeasible else "unknown"
    elif run.proven():
        status = "optimal"
    if run.on_progress:
        run.on_progress(run.seconds, run.value, run.bound)
    return Result(
        status,
        run.value,
        run.bound,
        gap_between(run.value, run.bound),
        run.seconds,
        run.schedule,
        tuple(run.trace),
        run.bound_source,
        run.backend,
    )
