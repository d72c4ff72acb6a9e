"""The rules of a plan as CP-SAT constraints: one module, one ``post(model)`` each.

The registry collects them; a new rule is one new module here, its test in check.py's rules, and
room for it in the placement kernel.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any, Protocol


class Constraint(Protocol):
    """What every constraint module has."""

    def post(self, model: Any) -> None:
        """Add the rule to a CP-SAT model."""


@cache
def registry() -> dict[str, Constraint]:
    """All constraint modules by name, in alphabetical order."""
    names = sorted(item.name for item in pkgutil.iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}") for name in names}
