"""What works share at a moment, as a cumulative constraint: people, room in a store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Change = tuple[int, int]
"""A tick and what is there more (or less) from then on, the work of facts already taken off."""


def share(model: Any, changes: Iterable[Change], works: list[tuple[Any, int]]) -> None:
    """Never more taken by ``(interval, amount)`` works than is there.

    Where less is there than at the best moment, the rest is taken by fixed intervals. Facts may
    take more than there is; then nothing is left for others.
    """
    steps: dict[int, int] = {}
    for tick, change in changes:
        steps[tick] = steps.get(tick, 0) + change
    edges = sorted(steps)
    free, levels = 0, []
    for tick in edges:
        free += steps[tick]
        levels.append(max(0, free))
    most = max(levels, default=0)
    intervals, demands = [work for work, _ in works], [amount for _, amount in works]
    start = 0
    for tick, level in zip([*edges, 2 * model.far], [0, *levels], strict=True):
        if tick > start and level < most:
            intervals.append(model.cp.new_fixed_size_interval_var(start, tick - start, ""))
            demands.append(most - level)
        start = max(start, tick)
    model.cp.add_cumulative(intervals, demands, most)


def interval(model: Any, key: tuple[int, int], literal: Any) -> Any:
    """A step from start to end, when a literal says so."""
    span = (model.start[key], model.span[key], model.end[key])
    return model.cp.new_optional_interval_var(*span, literal, "")
