"""A lane does one work at a time, its buffers included."""

from __future__ import annotations

from typing import Any

from scheduling.builder import merged


def post(model: Any) -> None:
    """One interval a choice, and fixed ones for what is pinned there."""
    for (resource, _lane), choices in model.lanes.items():
        owner = model.problem.resources[resource]
        before, after = owner.buffer_before, owner.buffer_after
        pinned = merged(
            (c_start(model, c) - before, c_start(model, c) + c.work + after)
            for c in choices
            if c.pinned
        )
        intervals = [model.cp.new_fixed_size_interval_var(a, b - a, "") for a, b in pinned]
        intervals += [_interval(model, c, before, after) for c in choices if not c.pinned]
        if len(intervals) > 1:
            model.cp.add_no_overlap(intervals)


def c_start(model: Any, choice: Any) -> Any:
    """The start variable (or, when pinned, tick) of a choice."""
    return model.start[choice.job, choice.operation]


def _interval(model: Any, choice: Any, before: int, after: int) -> Any:
    key = (choice.job, choice.operation)
    start = model.start[key] - before
    if not model.problem.jobs[choice.job].operations[choice.operation].may_pause:
        size = choice.work + before + after
        return model.cp.new_optional_fixed_size_interval_var(start, size, choice.literal, "")
    size = model.span[key] + before + after
    return model.cp.new_optional_interval_var(
        start, size, model.end[key] + after, choice.literal, ""
    )
