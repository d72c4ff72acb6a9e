"""Exact answers for small problems: CP-SAT from the plan in hand, watched from outside.

The solver works in a thread of its own; this one reports progress, stops it when asked, and
offers what it finds to the run, which checks it. A bound is only taken from a model whose
answers the checker accepts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from threading import Thread
from typing import Any

from ortools.sat.python import cp_model

from scheduling.backends.expression import expression
from scheduling.backends.model import Model
from scheduling.problem import Problem
from scheduling.registry import constraints
from scheduling.run import Run
from scheduling.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds (of the clock, or deterministic), seed, workers."""

    seconds: float
    seed: int = 0
    workers: int = 1
    deterministic: bool = False


def build(problem: Problem, objective: Any, hint: Schedule | None) -> tuple[Model, Any]:
    """The model with all constraints, and the objective's expression."""
    model = Model(problem, hint)
    for constraint in constraints().values():
        constraint.post(model)
    value = expression(model, objective.terms(problem))
    if not isinstance(value, int):
        if objective.SENSE == "max":
            model.cp.maximize(value)
        else:
            model.cp.minimize(value)
    return model, value


def improve(run: Run, limits: Limits) -> str | None:
    """Better the incumbent; "optimal" or "infeasible" when that was proven, else None."""
    hint = run.schedule if run.value is not None else None
    model, value = build(run.problem, run.objective, hint)
    solver = _solver(limits)
    seen = _Seen(model)
    status = _watch(run, solver, model, seen)
    last = seen.take()
    if last is not None:
        run.offer(last, "cpsat")
    if status == cp_model.INFEASIBLE:
        return None if run.value is not None else "infeasible"
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) and run.value is not None:
        run.tighten(_bound(run, solver, value), "cpsat")
    return "optimal" if run.proven() else None


def _solver(limits: Limits) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = limits.seed
    solver.parameters.num_workers = limits.workers
    if limits.deterministic:
        solver.parameters.max_deterministic_time = limits.seconds
    else:
        solver.parameters.max_time_in_seconds = limits.seconds
    return solver


def _watch(run: Run, solver: cp_model.CpSolver, model: Model, seen: _Seen) -> Any:
    """Solve in a thread; offer solutions and report from this one until it ends."""
    status: list[Any] = []
    thread = Thread(target=lambda: status.append(solver.solve(model.cp, seen)), daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(0.05)
        found = seen.take()
        if found is not None:
            run.offer(found, "cpsat")
        if run.beat():
            solver.stop_search()
    return status[0] if status else cp_model.UNKNOWN


def _bound(run: Run, solver: cp_model.CpSolver, value: Any) -> int | None:
    """What the solver proved; nothing when the plan in hand already beats it."""
    if isinstance(value, int):
        return value
    raw = solver.best_objective_bound
    bound = math.floor(raw + 1e-6) if run.sign < 0 else math.ceil(raw - 1e-6)
    return bound if run.value is None or run.sign * bound <= run.sign * run.value else None


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
