"""Finds objectives and constraints: one module in their folder is one of them."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Protocol

from scheduling.problem import Problem
from scheduling.schedule import Schedule
from scheduling.terms import Terms


class Objective(Protocol):
    """The names every objective module has."""

    NAME: str
    SENSE: str
    REQUIRES_ALL: bool

    def terms(self, problem: Problem) -> Terms:
        """What the value of a schedule is made of."""

    def measure(self, problem: Problem, schedule: Schedule) -> int:
        """The value of a schedule."""


class Constraint(Protocol):
    """What every constraint module has."""

    def post(self, model: Any) -> None:
        """Add the rule to a CP-SAT model."""


@cache
def objectives() -> dict[str, Objective]:
    """All objectives by name."""
    return {module.NAME: module for module in _modules("scheduling.objectives").values()}


def objective_named(name: str) -> Objective:
    """The objective of that name; raises ValueError for an unknown one."""
    try:
        return objectives()[name]
    except KeyError:
        known = ", ".join(sorted(objectives()))
        raise ValueError(f"there is no objective {name!r}; known: {known}") from None


@cache
def constraints() -> dict[str, Constraint]:
    """All constraint modules by name, in alphabetical order."""
    return dict(_modules("scheduling.constraints"))


def _modules(package: str) -> dict[str, ModuleType]:
    names = sorted(item.name for item in pkgutil.iter_modules(import_module(package).__path__))
    return {name: import_module(f"{package}.{name}") for name in names}
