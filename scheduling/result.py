"""What a solver answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scheduling.schedule import Schedule


@dataclass(frozen=True, slots=True)
class TracePoint:
    """Value and bound known after so many seconds; value is None while jobs are missing."""

    seconds: float
    value: int | None
    bound: int | None


@dataclass(frozen=True, slots=True)
class Result:
    """The best plan found and how good it is known to be.

    ``status`` is optimal (proven), feasible, infeasible (no plan can hold every mandatory job;
    the schedule then holds what fits) or unknown (a mandatory job is missing, nothing proven).
    ``objective`` and ``bound`` are those of the first objective, ``values`` those of all; a bound
    is a value no plan can beat, ``gap`` is ``|bound - objective| / |bound|``, None without a bound
    or where it is zero. ``bound_source`` is relaxation, prices or cpsat; the prices are the
    ``certificate``, which `scheduling.bounds.evaluate` can check. ``backend`` names what made the
    schedule.
    """

    status: str
    objective: int | None
    bound: int | None
    gap: float | None
    seconds: float
    schedule: Schedule
    trace: tuple[TracePoint, ...] = ()
    bound_source: str | None = None
    backend: str = "dispatch"
    values: tuple[int, ...] = ()
    certificate: dict[str, Any] | None = None


def gap_between(objective: int | None, bound: int | None) -> float | None:
    """``|bound - objective| / |bound|``; None without a bound or with a bound of zero."""
    if objective is None or bound is None or bound == 0:
        return None
    return abs(bound - objective) / abs(bound)
