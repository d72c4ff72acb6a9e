"""What a rule reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from scheduling.problem import Problem
from scheduling.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: its kind, the job and operation it concerns, and the facts."""

    kind: str
    job: int
    operation: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        where = f"job {self.job}"
        if self.operation is not None:
            where += f", operation {self.operation}"
        facts = ", ".join(f"{key} {value}" for key, value in self.facts.items())
        return f"{self.kind}: {where}" + (f" ({facts})" if facts else "")


Rule = Callable[[Problem, Schedule], Iterator[Violation]]
