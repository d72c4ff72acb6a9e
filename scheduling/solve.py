"""``solve``: at once a dispatch plan, then a better one, and how good it is known to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scheduling import bounds
from scheduling.backends import sequences, shop
from scheduling.backends.prices import Prices
from scheduling.backends.search import RuinAndRecreate
from scheduling.backends.size import admits
from scheduling.backends.size import easy as easy_for_cpsat
from scheduling.engine import Engine
from scheduling.goals import Goal
from scheduling.members import Bounder, Planner
from scheduling.problem import Problem
from scheduling.registry import objectives
from scheduling.result import Result, gap_between
from scheduling.run import Progress, Run
from scheduling.schedule import Schedule
from scheduling.slot_prices import NoBound
from scheduling.team import Member, counted, in_turns, together

EXACT_SEARCH_SECONDS = 1.0
SPECIALISTS = (shop, sequences)


def solve(  # noqa: PLR0913 - every argument is a wish a caller may have; all but one by name
    problem: Problem,
    *,
    objective: str | Sequence[str] = "welfare",
    time_limit: float = 10.0,
    seed: int = 0,
    workers: int = 1,
    warm_start: Schedule | None = None,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    deterministic: bool = False,
) -> Result:
    """Find a plan; always answers, with the dispatch plan at the least.

    ``objective`` names modules of ``scheduling.objectives`` in order of importance; ``time_limit``
    is in seconds; ``warm_start`` is an earlier plan to start from; ``on_progress(seconds, value,
    bound)`` is called in this thread, at least twice a second while searching; ``should_stop()``
    ends the run early. With ``deterministic`` the limit counts work instead of the clock: one
    worker, the same seed and the same limit give the same plan, and a longer limit never a worse
    one. Raises ValueError for an unknown objective.
    """
    goal = Goal.of(objective, problem)
    asked = problem.all_mandatory() if goal.REQUIRES_ALL else problem
    run = Run(asked, goal, on_progress, should_stop)
    conductor = Conductor(run, time_limit, seed, 1 if deterministic else workers, deterministic)
    impossible = conductor.begin(warm_start)
    if not impossible and not run.proven():
        impossible = conductor.improve() == "infeasible"
    return conductor.result(impossible)


class Conductor:
    """Who works when: rules first, then search and prices, CP-SAT where the problem is small."""

    def __init__(
        self, run: Run, limit: float, seed: int, workers: int, deterministic: bool
    ) -> None:
        self.run = run
        self.limit = limit
        self.seed = seed
        self.workers = max(1, workers)
        self.deterministic = deterministic
        self.counted = 0.0
        self.prices: Prices | None = None
        self.search = RuinAndRecreate(run.problem, run.goal, seed)

    @property
    def name(self) -> str | None:
        """The objective where there is only one."""
        return self.run.goal.names[0] if len(self.run.goal.levels) == 1 else None

    def left(self) -> float:
        """Seconds left, by the clock or by the work done."""
        spent = self.counted if self.deterministic else self.run.seconds
        return max(0.0, self.limit - spent)

    def begin(self, warm: Schedule | None) -> bool:
        """First plans and a first bound; True when some mandatory job can never be placed."""
        for schedule in self.search.first_plans():
            self.run.offer(schedule, "dispatch")
            if self.run.beat() or self.left() <= 0:
                break
        if warm is not None:
            self._warm(warm)
        self._open_prices()
        if self.prices is not None and not any(self.run.problem.must_place):
            return False
        first = self.run.goal.levels[0].name
        known = first in objectives()
        relaxed = bounds.bound(self.run.problem, first if known else "welfare")
        if known:
            self.run.tighten(relaxed.value, relaxed.source)
        return bool(relaxed.impossible)

    def _warm(self, warm: Schedule) -> None:
        """Offer an earlier plan; if it no longer holds, place the jobs in its order."""
        if self.run.offer(warm, "warm_start"):
            return
        begins = {job: min(item.start for item in items) for job, items in warm.by_job.items()}
        jobs = range(len(self.run.problem.jobs))
        order = sorted(jobs, key=lambda j: (j not in begins, begins.get(j, 0), j))
        self.run.offer(self.search.follow(order), "warm_start")

    def _open_prices(self) -> None:
        if self.name is None or self.left() <= 0:
            return
        try:
            self.prices = Prices(self.run.problem, self.name, self.seed)
        except NoBound:
            self.prices = None

    def improve(self) -> str | None:
        """Search, and CP-SAT where the problem is small enough; the status CP-SAT proved."""
        share = self._search_first()
        self._search(min(share, self.limit))
        if share >= self.limit or self.run.beat() or self.run.proven() or self.left() <= 0:
            return None
        from scheduling.backends import cpsat

        limits = cpsat.Limits(self.left(), self.seed, self.workers, self.deterministic)
        proof = cpsat.climb(self.run, limits)
        self.run.settled = proof.status == "optimal"
        if proof.status is None and not self.run.stopped and not self.deterministic:
            self._search(self.limit)
        return proof.status

    def _search_first(self) -> float:
        """Seconds of search before CP-SAT; the whole limit where that is not used.

        With work counted it does not depend on the limit, so that more time is never worse.
        """
        problem = self.run.problem
        easy = easy_for_cpsat(problem)
        if not admits(problem) or (self.deterministic and not easy):
            return self.limit
        if self.deterministic:
            return EXACT_SEARCH_SECONDS
        return min(EXACT_SEARCH_SECONDS, self.limit / 4) if easy else self.limit / 2

    def _search(self, until: float) -> None:
        """Let the engines work until so many seconds are spent."""
        run = self.run
        members = self._members()

        def go_on() -> bool:
            rest = self.left() - (self.limit - until)
            return not run.beat() and not run.proven() and rest > 0

        if not go_on():
            return
        if self.deterministic:
            self.counted += counted(run, members, until - self.counted, go_on)
        elif self.workers == 1:
            in_turns(run, members, go_on)
        else:
            together(run, members, go_on)

    def _members(self) -> list[Member]:
        """The best engine for the problem, the prices, and where there are none a second engine."""
        bounder = Bounder(self.prices) if self.prices is not None else None
        members: list[Member] = [Planner(self._engine(self.seed), bounder)]
        if bounder is not None:
            members.append(bounder)
        while len(members) < min(self.workers, 2):
            members.append(Planner(self._engine(self.seed + len(members), fresh=True)))
        return members

    def _engine(self, seed: int, fresh: bool = False) -> Engine:
        problem, schedule = self.run.problem, self.run.schedule
        for special in SPECIALISTS:
            if self.name is not None and special.suits(problem, self.name):
                return special.start(problem, self.name, seed, schedule)
        search = RuinAndRecreate(problem, self.run.goal, seed) if fresh else self.search
        search.begin(schedule)
        return search

    def result(self, infeasible: bool) -> Result:
        """What is known at the end; prices are evaluated again by code that did not make them."""
        run = self.run
        certificate = self._certificate()
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
            run.values,
            certificate,
        )

    def _certificate(self) -> dict[str, object] | None:
        """The prices, if they are the proof; what they prove is what other code finds in them."""
        if self.prices is None or self.name is None or self.run.bound_source != "prices":
            return None
        certificate = self.prices.certificate()
        self.run.bound = bounds.evaluate(self.run.problem, self.name, certificate).value
        return certificate
