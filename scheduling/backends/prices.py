"""A bound from prices on machine time, which holds for plants of any size.

Every tick of every lane gets a price; every job then does what is best for itself, paying for the
time it uses, as if it had the place to itself. For any prices that are not negative, what the jobs
gain together and what all time is worth is more than any plan can reach (Lagrangian relaxation;
for scheduling: Luh, Hoitomt 1993). Better prices give a smaller bound. At best it is that of the
time-indexed linear programme (Dyer, Wolsey 1990).
"""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import Any

import numpy as np

from scheduling.backends.prices_arrays import NEVER, Ints, Tables
from scheduling.backends.prices_jobs import JobReader
from scheduling.backends.prices_kernel import solve_jobs, sum_prices
from scheduling.backends.prices_lanes import LaneReader
from scheduling.backends.prices_step import Field, move, turn
from scheduling.problem import Problem
from scheduling.registry import objective_named
from scheduling.slot_prices import UNIT, NoBound

NAME = "prices"
UNITS = 40_000
FIRST_FACTOR, SMALL_FACTOR, SMALLEST_FACTOR = 0.3, 0.05, 2e-4
DECAY, PATIENCE, MORE_PATIENCE = 0.9, 4, 8
GUESS = 0.1


class Prices:
    """The search for prices, in slices; one unit of work is one job solved at given prices.

    ``target`` is the value of the best plan known, in the objective's own units; it sets the
    length of the steps and may be changed at any time. ``bound`` is the best bound so far, None
    before every job has been solved once. ``impossible`` are jobs that have to be done and
    can not be. Raises NoBound where prices give no bound.
    """

    NAME = NAME
    UNITS = UNITS

    def __init__(self, problem: Problem, objective: str, seed: int = 0) -> None:
        goal = objective_named(objective)
        self.problem = problem.all_mandatory() if goal.REQUIRES_ALL else problem
        self.reader = JobReader(self.problem, goal, LaneReader(self.problem))
        self.arrays = self.reader.read()
        self.target: int | None = None
        self.best: int | None = None
        self.improvements = 0
        self.impossible: tuple[int, ...] = ()
        jobs, steps = len(problem.jobs), len(self.arrays.jobs.low)
        capacity = self.arrays.lanes.capacity
        width = capacity.shape[1] + 2 * self.arrays.lanes.pad + 1
        room = self.reader.largest + 1
        self.tables = Tables(
            np.zeros((len(capacity), width), np.int64),
            np.zeros(room, np.int64),
            np.zeros(room, np.int64),
        )
        self.field = Field(
            capacity,
            np.zeros_like(capacity),
            np.zeros_like(capacity),
            np.zeros(capacity.shape),
            np.zeros(capacity.shape),
        )
        self.worth: Ints = np.zeros(jobs, np.int64)
        self.path: Ints = np.full((steps, 3), -1, np.int64)
        self.prices: Ints = np.zeros_like(capacity)
        self.pace = Pace(seed)
        self.next = 0

    @property
    def bound(self) -> int | None:
        """The best bound so far, in the objective's own units."""
        if self.best is None:
            return None
        return self.reader.sign * (self.best // UNIT)

    def work(self, units: int) -> int:
        """Solve up to so many jobs; 0 when the steps have become too small to matter."""
        if self.impossible or self.pace.over or self._proven():
            return 0
        jobs = len(self.worth)
        done = min(units, jobs - self.next)
        which = np.arange(self.next, self.next + done)
        state = (self.worth, self.path, self.field.usage)
        solve_jobs(self.arrays, self.tables, which, state)
        self.next += done
        if self.next == jobs:
            self.next = 0
            self._step()
        return max(1, done)

    def certificate(self) -> dict[str, Any]:
        """The best prices as plain data: spans of ticks by "resource" or "resource.lane"."""
        table = {
            self._key(*place): _spans(self.prices[number])
            for place, number in self.reader.lanes.number.items()
            if self.prices[number].any()
        }
        return {"kind": "slot_prices", "unit": "fen per slot x 1000", "prices": table}

    def _key(self, resource: int, lane: int) -> str:
        several = len(self.problem.resources[resource].lanes) > 1
        return f"{resource}.{lane}" if several else str(resource)

    def _proven(self) -> bool:
        return self.target is not None and self.target == self.bound

    def _step(self) -> None:
        """All jobs are solved at these prices: note the bound, then change the prices."""
        if (self.worth == NEVER).any():
            self.impossible = tuple(int(job) for job in np.flatnonzero(self.worth == NEVER))
            return
        worth = [self.worth, (self.field.prices * self.field.capacity).sum(axis=1)]
        value = sum(int(one) for column in worth for one in column)
        if self.best is None or value < self.best:
            self.pace.note(self.best is None or value < self.best - abs(self.best) * 1e-5)
            self.best = value
            self.improvements += 1
            self.prices[:] = self.field.prices
        else:
            self.pace.note(False)
        square = turn(self.field, self.pace.memory)
        length = 0.0
        if square > 0.0:
            length = self.pace.factor * max(float(UNIT), value - self._goal()) / square
        else:
            self.pace.over = True
        move(self.field, length, self.reader.dearest)
        sum_prices(self.arrays, self.field.prices, self.tables.sums)

    def _goal(self) -> int:
        """What the bound is steered to."""
        assert self.best is not None
        if self.target is None:
            return int(self.best - max(UNIT, GUESS * abs(self.best)))
        return self.reader.sign * self.target * UNIT


class Pace:
    """The factor of the step length: it shrinks when steps no longer help.

    It does so more slowly where steps are small, and is ``over`` when they no longer matter.
    """

    def __init__(self, seed: int) -> None:
        random = Random(seed)
        self.factor = FIRST_FACTOR * random.uniform(0.8, 1.2)
        self.memory = random.uniform(0.65, 0.75)
        self.failures = 0
        self.over = False

    def note(self, better: bool) -> None:
        """Count steps that did not help."""
        self.failures = 0 if better else self.failures + 1
        if self.failures >= (PATIENCE if self.factor > SMALL_FACTOR else MORE_PATIENCE):
            self.factor *= DECAY
            self.failures = 0
            self.over = self.factor < SMALLEST_FACTOR


def _spans(row: Ints) -> list[list[int]]:
    """Runs of equal price, without those of price 0."""
    edges = [0, *(np.flatnonzero(np.diff(row)) + 1).tolist(), len(row)]
    spans = [[a, b, int(row[a])] for a, b in pairwise(edges)]
    return [span for span in spans if span[2]]


def suits(problem: Problem, objective: str) -> bool:
    """Whether prices give a bound for this."""
    try:
        Prices(problem, objective)
    except NoBound:
        return False
    return True


def start(problem: Problem, objective: str, seed: int = 0) -> Prices:
    """Begin the search; raises NoBound where prices give no bound."""
    return Prices(problem, objective, seed)
