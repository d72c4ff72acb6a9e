"""The general search as an engine: ruin and recreate on the compiled kernel, for every problem."""

from __future__ import annotations

from collections.abc import Iterator

from scheduling.backends.desk import Desk
from scheduling.backends.memory import Ints
from scheduling.backends.orders import RULES, ordered
from scheduling.goals import Goal
from scheduling.problem import Problem
from scheduling.schedule import Schedule

HEAT, HEAT_OF_ALL = 1.0, 0.005


class RuinAndRecreate:
    """A walk from plan to plan (`ruin.py`). A unit of work is one move."""

    NAME = "search"
    UNITS = 10_000

    def __init__(self, problem: Problem, goal: Goal, seed: int) -> None:
        levels = [(level.sign, level.terms) for level in goal.levels]
        must = [goal.REQUIRES_ALL or must for must in problem.must_place]
        self.desk = Desk(problem, levels, must)
        self.desk.seed(seed)
        self.problem = problem
        self.goal = goal

    def first_plans(self) -> Iterator[Schedule]:
        """A plan by each priority rule, each only when it is the best so far."""
        best: tuple[int, ...] | None = None
        for rule in RULES:
            self.desk.clear()
            self.desk.fill(ordered(self.problem, rule))
            if best is None or self.desk.key < best:
                best = self.desk.key
                yield self.desk.schedule()

    def follow(self, order: list[int]) -> Schedule:
        """The plan that comes of placing jobs in an order."""
        self.desk.clear()
        self.desk.fill(order)
        return self.desk.schedule()

    def begin(self, schedule: Schedule) -> None:
        """Walk on from a valid schedule."""
        self.desk.load(schedule)
        self.desk.keep()
        placed, heat = max(1, len(schedule.by_job)), self.desk.memory.real["heat"]
        for number, level in enumerate(self.goal.levels, 1):
            whole, value = level.terms.latest or level.terms.peak, self.desk.key[number]
            heat[number] = abs(value) * (HEAT_OF_ALL if whole else HEAT / placed)

    def charge(self, prices: Ints) -> None:
        """Take over the price of each tick of each lane, in the objective's unit x 1000."""
        self.desk.charge(prices)

    @property
    def improvements(self) -> int:
        """How often a better plan was found."""
        return int(self.desk.memory.whole["counts"][0])

    def work(self, units: int) -> int:
        """So many moves; 0 when there is nothing to move."""
        if not self.desk.movable:
            return 0
        self.desk.move(units)
        return units

    def best(self) -> Schedule:
        """The best plan found."""
        return self.desk.best()
