"""What is run: which solver on which instance for how long, and how much time that takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.scheduling.child import WARM_SECONDS
from benchmarks.scheduling.instances import GROUPS, Case, cases
from benchmarks.scheduling.rival import FORMS

LIMITS: dict[str, tuple[float, ...]] = {
    "mk": (10, 30), "fjsp": (10,), "oas": (5,), "unrelated_parallel": (2,), "market": (60,),
}
SMALL_MARKETS = {50: 10.0, 200: 30.0}
START_SECONDS = 3.5   # of a process, its imports and the check of its answer
WORKERS = 2


@dataclass(frozen=True)
class Run:
    """One solve that is to be measured."""

    case: Case
    solver: str
    limit: float

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return f"{self.case.group}/{self.case.name}/{self.solver}/{self.limit:g}"

    @property
    def seconds(self) -> float:
        """How long it takes at most, everything included."""
        warm = WARM_SECONDS if self.solver == "ours" else 0
        return self.limit + warm + START_SECONDS


def plan(folder: Path, groups: Sequence[str], full: bool) -> tuple[list[Run], list[str]]:
    """All runs, ours and the other's in turn, and the groups that have no instance here."""
    runs, absent = [], []
    for group in GROUPS:
        if group not in groups:
            continue
        found = cases(folder, group, full)
        if not found:
            absent.append(group)
        for case in found:
            solvers = ("ours", "pyjobshop") if case.form in FORMS else ("ours",)
            runs += [Run(case, solver, limit) for limit in limits(case) for solver in solvers]
    return runs, absent


def limits(case: Case) -> tuple[float, ...]:
    """Seconds for an instance; a small market takes less than a large one."""
    if case.group == "market" and case.size in SMALL_MARKETS:
        return (SMALL_MARKETS[case.size],)
    return LIMITS[case.group]


def minutes(runs: Sequence[Run]) -> float:
    """How long these runs take at most."""
    return sum(run.seconds for run in runs) / 60
