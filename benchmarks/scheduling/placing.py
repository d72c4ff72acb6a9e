"""How long it takes to find a place for one new job in a full book, everything else fixed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from random import Random

from scheduling.problem import Job, Problem
from scheduling.schedule import Schedule

LARGE = 5000   # jobs of a book that is measured
COUNT, WARM = 220, 20
Place = Callable[[Job], object]


def opened(problem: Problem, schedule: Schedule) -> Place | None:
    """Asks a warm book for the cheapest and the soonest placement; None while there is none."""
    try:
        from scheduling.place import Book
    except ImportError:
        return None
    return Book(problem, schedule).place


def milliseconds(problem: Problem, schedule: Schedule) -> list[float] | None:
    """p50 and p95 over jobs like those of the problem; None for small books, or without a book."""
    if len(problem.jobs) < LARGE or (place := opened(problem, schedule)) is None:
        return None
    taken = timed(place, Random(1).choices(problem.jobs, k=COUNT))[WARM:]
    return [percentile(taken, 50), percentile(taken, 95)]


def timed(place: Place, jobs: Sequence[Job]) -> list[float]:
    """Milliseconds for each job."""
    taken = []
    for job in jobs:
        begun = time.perf_counter()
        place(job)
        taken.append(1000 * (time.perf_counter() - begun))
    return taken


def percentile(values: Sequence[float], share: int) -> float:
    """The least value that so many per cent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-share * len(ordered) // 100) - 1)]
