"""What works take of a cumulative resource never exceeds its capacity."""

from __future__ import annotations

from typing import Any

from scheduling.backends.supply import interval, share


def post(model: Any) -> None:
    """A cumulative a resource that has a capacity."""
    for (resource, _lane), uses in model.lanes.items():
        capacity = model.problem.resources[resource].capacity
        if not capacity:
            continue
        changes, works = [(0, capacity)], []
        for use in uses:
            if use.pinned:
                start, end = model.start[use.key], model.end[use.key]
                changes += [(max(0, start), -use.amount), (max(0, end), use.amount)]
            else:
                works.append((interval(model, use.key, use.literal), use.amount))
        share(model, changes, works)
