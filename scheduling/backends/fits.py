"""Earliest fits, compiled: where on a lane so much work can lie, not before ``ready``, ending by
``latest``, among what is already in the book.

All answers are ``(start, end)`` in ticks, ``(-1, -1)`` where there is none. ``x`` is the memory of
whole numbers, ``p`` says what lies where in it (`memory.py`).
"""

from __future__ import annotations

from scheduling.backends import at
from scheduling.backends.gaps import Fit, Need, above, free, inside, pool_of, run_of, works_of
from scheduling.backends.memory import FOREVER, Ints, Places
from scheduling.compiled import compiled


@compiled
def first_changeover(x: Ints, p: Places, resource: int, family: int) -> int:
    """Ticks of changeover before the first work on a lane; row ``families`` of the table."""
    if family < 0 or x[p[at.families] + resource] == 0:
        return 0
    size = x[p[at.families] + resource]
    return x[p[at.setups] + x[p[at.setup_first] + resource] + size * size + family]


@compiled
def changeover(x: Ints, p: Places, resource: int, before: int, after: int) -> int:
    """Ticks of changeover between two families; -1 is no family."""
    if before < 0 or after < 0 or x[p[at.families] + resource] == 0:
        return 0
    table = p[at.setups] + x[p[at.setup_first] + resource]
    return x[table + x[p[at.families] + resource] * before + after]


@compiled
def _lead(x: Ints, p: Places, lane: int, index: int, operation: int) -> int:
    """The changeover of an operation that would be the ``at``-th in the book."""
    resource = x[p[at.lane_resource] + lane]
    if index == x[p[at.works_first] + lane]:
        return first_changeover(x, p, resource, x[p[at.family] + operation])
    before = x[p[at.family] + x[p[at.tasks] + index - 1]]
    return changeover(x, p, resource, before, x[p[at.family] + operation])


@compiled
def _room(x: Ints, p: Places, lane: int, start: int, setup: int, operation: int) -> int:
    """The first start, not before ``start``, whose changeover avoids blocked time."""
    if setup == 0:
        return start
    resource = x[p[at.lane_resource] + lane]
    before = x[p[at.before] + resource]
    if x[p[at.after_release] + resource]:
        start = max(start, x[p[at.release] + x[p[at.job] + operation]] + setup + before)
    low, high = run_of(x, p[at.blocked_first], lane)
    for i in range(low, high):
        a, b = x[p[at.blocked_start] + i], x[p[at.blocked_end] + i]
        if a < start - before and start - before - setup < b:
            start = b + before + setup
    return start


@compiled
def stands(x: Ints, p: Places, lane: int, index: int, lead: Fit) -> bool:
    """Whether the ``at``-th work has room for a changeover of so long after ``free_from``."""
    setup, free_from = lead
    start, operation = x[p[at.starts] + index], x[p[at.tasks] + index]
    if free_from + x[p[at.gap] + x[p[at.lane_resource] + lane]] + setup > start:
        return False
    return x[p[at.pinned] + operation] == 1 or start == _room(x, p, lane, start, setup, operation)


@compiled
def _with_lead(
    x: Ints, p: Places, lane: int, span: Fit, lead: Fit, step: Fit
) -> Fit:
    """The earliest fit inside the span whose changeover avoids blocked time."""
    here, there = span
    setup, operation = lead
    while there - here >= step[0]:
        here = _room(x, p, lane, here, setup, operation)
        found = inside(x, p, lane, (here, there), step)
        if found[0] < 0:
            break
        here = _room(x, p, lane, found[0], setup, operation)
        if here == found[0]:
            return found
    return -1, -1


@compiled
def _changing(x: Ints, p: Places, lane: int, operation: int, need: Need) -> Fit:
    """The earliest fit that also leaves the next work its changeover."""
    ready, work, latest, pauses = need
    resource = x[p[at.lane_resource] + lane]
    gap = x[p[at.gap] + resource]
    first, last = works_of(x, p, lane)
    for index in range(above(x, p[at.ends], first, last, ready - gap), last + 1):
        setup = _lead(x, p, lane, index, operation)
        here, there = ready, latest
        if index > first:
            here = max(ready, x[p[at.ends] + index - 1] + gap + setup)
        if index < last:
            families = x[p[at.family] + operation], x[p[at.family] + x[p[at.tasks] + index]]
            following = changeover(x, p, resource, families[0], families[1])
            there = min(latest, x[p[at.starts] + index] - gap - following)
        lead, step = (setup, operation), (work, pauses)
        found = _with_lead(x, p, lane, (max(here, 0), there), lead, step)
        if found[0] >= 0:
            if index == last or stands(x, p, lane, index, (following, found[1])):
                return found
        elif here + work > latest:
            break
    return -1, -1


@compiled
def on_lane(x: Ints, p: Places, lane: int, operation: int, need: Need) -> Fit:
    """The earliest fit on a lane, crews and further resources not asked."""
    ready, work, latest, pauses = need
    if ready + work > latest:
        return -1, -1
    resource = x[p[at.lane_resource] + lane]
    if x[p[at.pool_of] + resource] >= 0:
        return inside(x, p, lane, (ready, latest), (work, pauses))
    if x[p[at.families] + resource] > 0:
        return _changing(x, p, lane, operation, need)
    return free(x, p, lane, need)


@compiled
def clash(x: Ints, p: Places, pool: int, amount: int, span: Fit) -> int:
    """The end of the last moment of a span with less than ``amount`` free, -1 for none."""
    start, end = span
    low, last = pool_of(x, p, pool)
    i = above(x, p[at.pool_times], low, last, end - 1) - 1
    while i >= low:
        if x[p[at.pool_free] + i] < amount:
            return x[p[at.pool_times] + i + 1] if i + 1 < last else FOREVER
        if x[p[at.pool_times] + i] <= start:
            break
        i -= 1
    return -1


@compiled
def crew_clash(x: Ints, p: Places, lane: int, operation: int, span: Fit) -> int:
    """As ``clash``, for the crew of an operation while it works; -1 without one."""
    crew = x[p[at.crew] + operation]
    if crew < 0:
        return -1
    if x[p[at.pauses] + operation] == 0:
        return clash(x, p, crew, x[p[at.people] + operation], span)
    start, end = span
    last = x[p[at.open_first] + lane + 1]
    worst = -1
    for i in range(above(x, p[at.open_end], x[p[at.open_first] + lane], last, start), last):
        if x[p[at.open_start] + i] >= end:
            break
        part = (max(start, x[p[at.open_start] + i]), min(end, x[p[at.open_end] + i]))
        worst = max(worst, clash(x, p, crew, x[p[at.people] + operation], part))
    return worst


@compiled
def also_from(x: Ints, p: Places, resource: int, operation: int, span: Fit) -> Fit:
    """``(start, lane)``: where and when a further resource has room for a whole span."""
    start, end = span
    best, where = FOREVER, -1
    low, high = run_of(x, p[at.lane_first], resource)
    for lane in range(low, high):
        found = on_lane(x, p, lane, operation, (start, end - start, FOREVER, 0))
        if found[0] >= 0 and x[p[at.pool_of] + resource] >= 0:
            later = clash(x, p, x[p[at.pool_of] + resource], 1, found)
            found = found if later < 0 else (later, later)
        if found[0] >= 0 and found[0] < best:
            best, where = found[0], lane
    return best, where


@compiled
def hindrance(x: Ints, p: Places, lane: int, choice: Fit, span: Fit) -> int:
    """From when on to try again since a crew, a store or a further resource is taken; else -1."""
    operation, number = choice
    later = crew_clash(x, p, lane, operation, span)
    pool = x[p[at.pool_of] + x[p[at.lane_resource] + lane]]
    if pool >= 0:
        later = max(later, clash(x, p, pool, x[p[at.amount] + number], span))
    low, high = run_of(x, p[at.also_first], number)
    for i in range(low, high):
        start = also_from(x, p, x[p[at.also] + i], operation, span)[0]
        if start > span[0]:
            later = max(later, start)
    return later


@compiled
def fit(x: Ints, p: Places, lane: int, choice: Fit, between: Fit) -> Fit:
    """The earliest fit of ``(operation, alternative)`` on a lane with all it needs beside it."""
    ready, latest = between
    operation, number = choice
    while True:
        need = ready, x[p[at.work] + number], latest, x[p[at.pauses] + operation]
        found = on_lane(x, p, lane, operation, need)
        if found[0] < 0:
            return found
        later = hindrance(x, p, lane, choice, found)
        if later < 0:
            return found
        if later >= latest:
            return -1, -1
        ready = max(later, found[0] + 1)
