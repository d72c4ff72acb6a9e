"""Exact answers for small problems: CP-SAT from the plan in hand, watched from outside.

The levels of a goal are solved one after the other, each with those before it held at the value
they have. The solver works in a thread of its own; this one reports progress, stops it when asked,
and offers what it finds to the run, which checks it. A bound is only taken from a model whose
answers the checker accepts.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from threading import Thread
from typing import Any, NamedTuple

from ortools.sat.python import cp_model

from scheduling.backends import loads
from scheduling.backends.model import Model
from scheduling.goals import Level
from scheduling.problem import Problem
from scheduling.registry import constraints
from scheduling.run import Run
from scheduling.schedule import Schedule
from scheduling.terms import Terms

GRAINS = (3, 12)
ENDED = (cp_model.OPTIMAL, cp_model.FEASIBLE)


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds (of the clock, or deterministic), seed, workers."""

    seconds: float
    seed: int = 0
    workers: int = 1
    deterministic: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proven: "optimal" (all levels), "infeasible" or None, and each level's bound.

    The bound of a level holds for plans as good as the incumbent on all levels before it.
    """

    status: str | None
    bounds: tuple[int | None, ...]


class Ended(NamedTuple):
    """How a solver ended, the bound it proved of its own objective, and itself."""

    status: Any
    bound: int | None
    solver: cp_model.CpSolver


def build(problem: Problem, level: Level, hint: Schedule | None) -> tuple[Model, Any]:
    """The model with all constraints that optimises a level, and the level's expression."""
    model = Model(problem, hint)
    for constraint in constraints().values():
        constraint.post(model)
    value = level.expression(model)
    if not isinstance(value, int):
        if level.sense == "max":
            model.cp.maximize(value)
        else:
            model.cp.minimize(value)
    return model, value


def climb(run: Run, limits: Limits) -> Proof:
    """Better the incumbent level by level; half of the time left goes to each but the last.

    What is proven of the first level is told to the run.
    """
    ladder, proven = Ladder(run, limits), True
    for number in range(len(run.goal.levels)):
        if run.stopped or ladder.left <= 0:
            return Proof(None, tuple(ladder.bounds))
        if ladder.climb(number) == cp_model.INFEASIBLE and run.value is None:
            return Proof("infeasible", tuple(ladder.bounds))
        if run.value is None:
            return Proof(None, tuple(ladder.bounds))
        proven = proven and ladder.proven(number)
    return Proof("optimal" if proven else None, tuple(ladder.bounds))


class Ladder:
    """The levels of a goal, what is known of each, and the time left for them."""

    def __init__(self, run: Run, limits: Limits) -> None:
        self.run = run
        self.goal = run.goal
        self.limits = limits
        self.left = limits.seconds
        self.bounds: list[int | None] = [run.bound, *(None for _ in run.goal.levels[1:])]

    def climb(self, number: int) -> Any:
        """Optimise one level; how the solver ended."""
        last = number == len(self.goal.levels) - 1
        reserve = 0.0 if last else self.left / 2
        if number == 0 and self.run.value is not None:
            self._relax((self.left - reserve) / 10)
        if self.proven(number) or self.left <= reserve:
            return cp_model.UNKNOWN
        return self._solve(number, self.left - reserve)

    def proven(self, number: int) -> bool:
        """Whether the plan in hand meets the bound of a level."""
        return self.run.value is not None and self._value(number) == self.bounds[number]

    def _value(self, number: int) -> int:
        return self.goal.levels[number].measure(self.run.problem, self.run.schedule)

    def _solve(self, number: int, seconds: float) -> Any:
        level, run = self.goal.levels[number], self.run
        hint = run.schedule if run.value is not None else None
        model, value = build(run.problem, level, hint)
        self._hold(model, number)
        if self._shares(number) and run.bound is not None:
            model.cp.add(value >= run.bound)
        ended = self._watch(number, model.cp, _Seen(model), seconds)
        if ended.status in ENDED:
            self._tighten(number, value if isinstance(value, int) else ended.bound)
        return ended.status

    def _hold(self, model: Model, number: int) -> None:
        """Keep the levels before one as good as they are."""
        for before, level in enumerate(self.goal.levels[:number]):
            kept = level.sign * self._value(before)
            model.when(level.sign * level.expression(model) <= kept)

    def _shares(self, number: int) -> bool:
        """Whether a level is the makespan of the whole problem."""
        plain = Terms.of(self.run.problem, latest=1)
        return number == 0 and self.goal.levels[number].terms == plain

    def _relax(self, seconds: float) -> None:
        """Bound the makespan by how operations can be shared out, and order what is shared so."""
        run = self.run
        if not self._shares(0) or not loads.covers(run.problem):
            return
        for grain in GRAINS:
            if self.proven(0) or run.stopped:
                return
            value, least = self._value(0), max(0, run.bound or 0)
            sharing = loads.relaxation(run.problem, least, value - 1, grain)
            ended = self._watch(0, sharing.cp, None, seconds)
            self._tighten(0, value if ended.status == cp_model.INFEASIBLE else ended.bound)
            if ended.status in ENDED and not run.stopped:
                self._order(sharing.read(ended.solver), seconds)

    def _order(self, chosen: dict[tuple[int, int], int], seconds: float) -> None:
        """Look for a better plan with the alternative of every operation given."""
        run = self.run
        model, value = build(run.problem, self.goal.levels[0], None)
        model.cp.add(value <= self._value(0) - 1)
        model.cp.add(value >= (run.bound or 0))
        for key, alternative in chosen.items():
            for index, way in enumerate(model.ways[key]):
                if index != alternative:
                    model.cp.add(sum(use.literal for use in way.lanes) == 0)
        self._watch(0, model.cp, _Seen(model), seconds)

    def _tighten(self, number: int, bound: int | None) -> None:
        """Note a bound, unless the plan in hand already beats it: then the model was wrong."""
        level = self.goal.levels[number]
        if self.run.value is None or bound is None:
            return
        if level.sign * bound > level.sign * self._value(number):
            return
        self.bounds[number] = bound
        if number == 0:
            self.run.tighten(bound, "cpsat")
            self.bounds[0] = self.run.bound

    def _watch(self, number: int, model: Any, seen: _Seen | None, seconds: float) -> Ended:
        """Solve in a thread; offer solutions and report from this one until it ends."""
        solver, began = self._solver(seconds), time.monotonic()
        status: list[Any] = []
        thread = Thread(target=lambda: status.append(solver.solve(model, seen)), daemon=True)
        thread.start()
        while thread.is_alive():
            thread.join(0.05)
            self._offer(seen)
            if self.run.beat() or self.proven(number):
                solver.stop_search()
        self._offer(seen)
        if not status:
            self.left = 0.0
            return Ended(cp_model.UNKNOWN, None, solver)
        counted = self.limits.deterministic
        spent = solver.response_proto.deterministic_time if counted else time.monotonic() - began
        self.left -= spent
        return Ended(status[0], _bound(solver, self.goal.levels[number].sign), solver)

    def _offer(self, seen: _Seen | None) -> None:
        found = None if seen is None else seen.take()
        if found is not None:
            self.run.offer(found, "cpsat")

    def _solver(self, seconds: float) -> cp_model.CpSolver:
        solver = cp_model.CpSolver()
        solver.parameters.random_seed = self.limits.seed
        solver.parameters.num_workers = self.limits.workers
        if self.limits.deterministic:
            solver.parameters.max_deterministic_time = seconds
        else:
            solver.parameters.max_time_in_seconds = seconds
        return solver


def _bound(solver: cp_model.CpSolver, sign: int) -> int | None:
    """What the solver proved of its objective, as a whole number."""
    raw = solver.best_objective_bound
    if not math.isfinite(raw):
        return None
    return math.floor(raw + 1e-6) if sign < 0 else math.ceil(raw - 1e-6)


class _Seen(cp_model.CpSolverSolutionCallback):
    """Keeps the solver's latest solution as a schedule."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model
        self.latest: Schedule | None = None

    def on_solution_callback(self) -> None:
        """Read the solution; called in the solver's thread."""
        self.latest = self.model.read(self._value)

    def _value(self, of: Any) -> int:
        return of if isinstance(of, int) else self.value(of)

    def take(self) -> Schedule | None:
        """The latest solution not yet taken."""
        found, self.latest = self.latest, None
        return found
