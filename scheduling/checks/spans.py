"""Where spans lie among sorted, disjoint ones."""

from __future__ import annotations

from bisect import bisect_left

from scheduling.problem import Assignment, Operation, Problem, Span

Spans = tuple[Span, ...]


def holding(spans: Spans, tick: int) -> Span | None:
    """The span a tick lies in."""
    index = bisect_left(spans, (tick + 1,)) - 1
    return spans[index] if index >= 0 and tick < spans[index][1] else None


def meets(spans: Spans, start: int, end: int) -> bool:
    """Whether any span shares a tick with ``[start, end)``."""
    index = bisect_left(spans, (end,)) - 1
    return index >= 0 and spans[index][1] > start


def inside(spans: Spans, start: int, end: int) -> list[Span]:
    """The parts of the spans that lie in ``[start, end)``."""
    first = max(0, bisect_left(spans, (start,)) - 1)
    cut = [
        (max(a, start), min(b, end)) for a, b in spans[first : bisect_left(spans, (end,))]
    ]
    return [(a, b) for a, b in cut if a < b]


def working(problem: Problem, item: Assignment, operation: Operation) -> list[Span]:
    """The spans in which an assignment really works."""
    if not operation.may_pause:
        return [(item.start, item.end)]
    windows = problem.resources[item.resource].lanes[item.lane].windows
    return inside(windows, item.start, item.end)
