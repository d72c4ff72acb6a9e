"""Gaps on one lane, compiled: where work fits between windows and what is in the book.

Answers are ``(start, end)`` in ticks, ``(-1, -1)`` where there is none.
"""

from __future__ import annotations

from scheduling.backends import at
from scheduling.backends.memory import Ints, Places
from scheduling.compiled import compiled

Need = tuple[int, int, int, int]
Fit = tuple[int, int]


@compiled
def above(x: Ints, base: int, low: int, high: int, limit: int) -> int:
    """The first index of ``low .. high`` from ``base`` on with more than the limit, or ``high``."""
    while low < high:
        middle = (low + high) // 2
        if x[base + middle] > limit:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def run_of(x: Ints, base: int, number: int) -> Fit:
    """The first and the one after the last item of a number."""
    return x[base + number], x[base + number + 1]


@compiled
def works_of(x: Ints, p: Places, lane: int) -> Fit:
    """Where the works of a lane begin and end."""
    first = x[p[at.works_first] + lane]
    return first, first + x[p[at.works_count] + lane]


@compiled
def pool_of(x: Ints, p: Places, pool: int) -> Fit:
    """Where the steps of a pool begin and end."""
    first = x[p[at.pool_first] + pool]
    return first, first + x[p[at.pool_count] + pool]


@compiled
def _plain(x: Ints, p: Places, lane: int, span: Fit, work: int) -> Fit:
    """In one window, inside the span."""
    here, there = span
    last = x[p[at.window_first] + lane + 1]
    for i in range(above(x, p[at.window_end], x[p[at.window_first] + lane], last, here), last):
        start = max(x[p[at.window_start] + i], here)
        if start + work > there:
            break
        if start + work <= x[p[at.window_end] + i]:
            return start, start + work
    return -1, -1


@compiled
def _pausing(x: Ints, p: Places, lane: int, span: Fit, work: int) -> Fit:
    """Over windows that no blocked time separates, inside the span."""
    here, there = span
    last = x[p[at.window_first] + lane + 1]
    i = above(x, p[at.window_end], x[p[at.window_first] + lane], last, here)
    while i < last:
        start = max(x[p[at.window_start] + i], here)
        if start >= there:
            break
        goal = x[p[at.window_worked] + i] - (x[p[at.window_end] + i] - start) + work
        j = above(x, p[at.window_worked], i, x[p[at.window_last] + i] + 1, goal - 1)
        if j <= x[p[at.window_last] + i]:
            end = x[p[at.window_end] + j] - (x[p[at.window_worked] + j] - goal)
            return (start, end) if end <= there else (-1, -1)
        i = x[p[at.window_last] + i] + 1
    return -1, -1


@compiled
def inside(x: Ints, p: Places, lane: int, span: Fit, step: Fit) -> Fit:
    """In one window, or over several where the work may pause; ``step`` is (work, pauses)."""
    work, pauses = step
    if pauses:
        return _pausing(x, p, lane, span, work)
    return _plain(x, p, lane, span, work)


@compiled
def free(x: Ints, p: Places, lane: int, need: Need) -> Fit:
    """The earliest fit among the gaps of a lane without changeovers."""
    ready, work, latest, pauses = need
    gap = x[p[at.gap] + x[p[at.lane_resource] + lane]]
    k, last = x[p[at.works_first] + lane], x[p[at.works_first] + lane] + x[p[at.works_count] + lane]
    k = above(x, p[at.ends], k, last, ready - gap)
    here = ready
    while True:
        there = latest
        if k < last and x[p[at.starts] + k] - gap < latest:
            there = x[p[at.starts] + k] - gap
        if there - here >= work:
            found = inside(x, p, lane, (here, there), (work, pauses))
            if found[0] >= 0:
                return found
        if there == latest:
            return -1, -1
        here = max(here, x[p[at.ends] + k] + gap)
        k += 1
