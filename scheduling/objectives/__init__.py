"""What a plan is judged by. One module here is one objective; the registry finds it by itself.

A module has NAME, SENSE ("max" or "min"), REQUIRES_ALL (no job may be left out), AGGREGATE
("sum" or "max" over jobs), ``contribution(job, completion, cost)``, ``measure(problem, schedule)``
and ``expression(model)``. A contribution never gets better with a later completion or more cost.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from scheduling.problem import Job, Problem
from scheduling.schedule import Schedule


class Objective(Protocol):
    """The names every objective module has."""

    NAME: str
    SENSE: str
    REQUIRES_ALL: bool
    AGGREGATE: str

    def contribution(self, job: Job, completion: int, cost: int) -> int:
        """What one finished job adds."""

    def measure(self, problem: Problem, schedule: Schedule) -> int:
        """The value of a schedule."""

    def expression(self, model: Any) -> Any:
        """The same value as an expression over the variables of a CP-SAT model."""


@cache
def registry() -> dict[str, Objective]:
    """All objectives by name."""
    found = [import_module(f"{__name__}.{item.name}") for item in pkgutil.iter_modules(__path__)]
    return {module.NAME: module for module in found}


def get(name: str) -> Objective:
    """The objective of that name; raises ValueError for an unknown one."""
    try:
        return registry()[name]
    except KeyError:
        known = ", ".join(sorted(registry()))
        raise ValueError(f"there is no objective {name!r}; known: {known}") from None
