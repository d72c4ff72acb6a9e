"""Never more people at work than there are of their crew."""

from __future__ import annotations

from typing import Any

from scheduling.backends.supply import interval, share


def post(model: Any) -> None:
    """A cumulative a crew. Operations that pause do not work all the time between start and end:
    problems where such a one needs a crew are not modelled."""
    works: dict[int, list[tuple[Any, int]]] = {}
    taken: dict[int, list[tuple[int, int]]] = {}
    for key, active in model.active.items():
        operation = model.operation(key)
        if operation.crew is None:
            continue
        pin, people = model.problem.pins.get(key), operation.people
        if pin is None:
            works.setdefault(operation.crew, []).append((interval(model, key, active), people))
        else:
            use = [(pin.start, -people), (pin.end, people)]
            taken.setdefault(operation.crew, []).extend(use)
    for crew, needs in works.items():
        parts = model.problem.crews[crew].capacity
        there = [change for a, b, count in parts for change in ((a, count), (b, -count))]
        share(model, [*there, *taken.get(crew, ())], needs)
