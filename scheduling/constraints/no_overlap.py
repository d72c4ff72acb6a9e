"""A lane does one work at a time, its buffers included."""

from __future__ import annotations

from typing import Any

from scheduling.builder import merged


def post(model: Any) -> None:
    """One interval a use, own or further, and fixed ones for what is pinned there."""
    for (number, _lane), uses in model.lanes.items():
        resource = model.problem.resources[number]
        if resource.capacity:
            continue
        buffers = (resource.buffer_before, resource.buffer_after)
        pinned = merged(
            (model.start[use.key] - buffers[0], model.end[use.key] + buffers[1])
            for use in uses
            if use.pinned
        )
        intervals = [model.cp.new_fixed_size_interval_var(a, b - a, "") for a, b in pinned]
        intervals += [_interval(model, use, *buffers) for use in uses if not use.pinned]
        if len(intervals) > 1:
            model.cp.add_no_overlap(intervals)


def _interval(model: Any, use: Any, before: int, after: int) -> Any:
    key = use.key
    start = model.start[key] - before
    if not model.operation(key).may_pause:
        size = use.work + before + after
        return model.cp.new_optional_fixed_size_interval_var(start, size, use.literal, "")
    size = model.span[key] + before + after
    return model.cp.new_optional_interval_var(start, size, model.end[key] + after, use.literal, "")
