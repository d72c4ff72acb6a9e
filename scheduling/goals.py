"""What a plan is for: one objective, or several of which each decides where those before tie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from scheduling.backends.expression import expression
from scheduling.problem import Problem
from scheduling.registry import Objective, objective_named
from scheduling.schedule import Schedule
from scheduling.terms import Terms

Key = tuple[int, ...]


@dataclass(frozen=True)
class Level:
    """One objective of a goal, of all jobs or of some. ``sign * value`` is to be minimised."""

    name: str
    sense: str
    requires_all: bool
    terms: Terms
    measured: Callable[[Problem, Schedule], int]

    @classmethod
    def of(cls, objective: Objective, problem: Problem) -> Level:
        """An objective of all jobs."""
        terms = objective.terms(problem)
        facts = (objective.NAME, objective.SENSE, objective.REQUIRES_ALL)
        return cls(*facts, terms, objective.measure)

    @property
    def sign(self) -> int:
        """1 when less is better, -1 when more is."""
        return -1 if self.sense == "max" else 1

    def measure(self, problem: Problem, schedule: Schedule) -> int:
        """The value of a schedule, in the sense of the objective."""
        return self.measured(problem, schedule)

    def expression(self, model: Any) -> Any:
        """The same value as an expression over a CP-SAT model."""
        return expression(model, self.terms)


@dataclass(frozen=True)
class Goal:
    """Objectives in order of importance: a later one never costs an earlier one anything."""

    levels: tuple[Level, ...]

    @classmethod
    def of(cls, objective: str | Sequence[str], problem: Problem) -> Goal:
        """The goal of these objectives; one string may name several, with commas between.

        Welfare stands for the welfare of one priority class after the other where the jobs are of
        several. Raises ValueError for an unknown objective, the same one twice, or none.
        """
        names = objective.split(",") if isinstance(objective, str) else list(objective)
        names = [name.strip() for name in names]
        if not names or len(set(names)) < len(names):
            raise ValueError("name one objective, or several different ones")
        return cls(tuple(level for name in names for level in _levels(name, problem)))

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each level."""
        return tuple(level.name for level in self.levels)

    @property
    def REQUIRES_ALL(self) -> bool:
        """Whether no job may be left out.

        The first level that has a view on jobs left out decides: one to be maximised, which pays
        for jobs, or one that would be best with an empty plan and therefore requires all.
        """
        decides = (level for level in self.levels if level.sense == "max" or level.requires_all)
        return next((level.requires_all for level in decides), False)

    def values(self, problem: Problem, schedule: Schedule) -> Key:
        """The value of a schedule on each level."""
        return tuple(level.measure(problem, schedule) for level in self.levels)

    def key(self, problem: Problem, schedule: Schedule) -> Key:
        """The same, to be minimised: of two schedules the one with the lesser key is better."""
        values = self.values(problem, schedule)
        return tuple(level.sign * v for level, v in zip(self.levels, values, strict=True))


def by_class(problem: Problem, objective: str) -> tuple[Level, ...]:
    """An objective of the jobs of priority class 0, then of class 1, and so on.

    For objectives that add up over jobs: what is measured of a whole plan (its last end, the
    greatest load) is not divided.
    """
    whole, classes = objective_named(objective), sorted({job.priority for job in problem.jobs})
    levels = []
    for number in classes:
        jobs = [index for index, job in enumerate(problem.jobs) if job.priority == number]
        terms = whole.terms(problem).among(jobs)
        name = f"{whole.NAME} of class {number}"
        levels.append(Level(name, whole.SENSE, whole.REQUIRES_ALL, terms, terms.value))
    return tuple(levels)


def _levels(name: str, problem: Problem) -> tuple[Level, ...]:
    objective = objective_named(name)
    if name == "welfare" and len({job.priority for job in problem.jobs}) > 1:
        return by_class(problem, name)
    return (Level.of(objective, problem),)
