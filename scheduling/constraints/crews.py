"""Never more operations at work than there are people of their crew."""

from __future__ import annotations

from typing import Any


def post(model: Any) -> None:
    """A cumulative a crew; what is missing of its greatest strength is taken by fixed intervals.

    Pinned work has already been taken off the free people. Operations that pause do not work
    all the time between start and end: problems where such a one needs a crew are not modelled.
    """
    needs: dict[int, list[tuple[int, int]]] = {}
    for key in model.choices:
        crew = model.problem.jobs[key[0]].operations[key[1]].crew
        if crew is not None and key not in model.problem.pins:
            needs.setdefault(crew, []).append(key)
    for crew, keys in needs.items():
        _crew(model, model.plan.crews[crew], keys)


def _crew(model: Any, book: Any, keys: list[tuple[int, int]]) -> None:
    most = max(0, *book.free)
    intervals, demands = [], []
    edges = [*book.times, 2 * model.far]
    for edge, end, free in zip(edges, edges[1:], book.free, strict=False):
        start = max(edge, 0)
        if end > start and free < most:
            intervals.append(model.cp.new_fixed_size_interval_var(start, end - start, ""))
            demands.append(most - max(0, free))
    for key in keys:
        present = model.present[key[0]]
        span = (model.start[key], model.span[key], model.end[key])
        intervals.append(model.cp.new_optional_interval_var(*span, present, ""))
        demands.append(1)
    model.cp.add_cumulative(intervals, demands, most)
