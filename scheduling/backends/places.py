"""Putting operations into the book and taking them out, compiled; and what a job comes to."""

from __future__ import annotations

from scheduling.backends import at
from scheduling.backends.fits import also_from, changeover, first_changeover, stands
from scheduling.backends.gaps import above, pool_of, run_of, works_of
from scheduling.backends.memory import FOREVER, Ints, Places
from scheduling.compiled import compiled

Where = tuple[int, int, int]
NOT_IN_IT, NOT_LIKE_IT = -1, -2


@compiled
def _shift(x: Ints, p: Places, here: int, there: int) -> None:
    """Move a work within the list of its lane."""
    x[p[at.starts] + there] = x[p[at.starts] + here]
    x[p[at.ends] + there] = x[p[at.ends] + here]
    x[p[at.tasks] + there] = x[p[at.tasks] + here]


@compiled
def _write(x: Ints, p: Places, lane: int, operation: int, span: tuple[int, int]) -> None:
    """A work into a lane, in order of time."""
    first = x[p[at.works_first] + lane]
    index = first + x[p[at.works_count] + lane]
    while index > first and x[p[at.starts] + index - 1] > span[0]:
        _shift(x, p, index - 1, index)
        index -= 1
    x[p[at.starts] + index], x[p[at.ends] + index] = span
    x[p[at.tasks] + index] = operation
    x[p[at.works_count] + lane] += 1


@compiled
def _wipe(x: Ints, p: Places, lane: int, operation: int) -> int:
    """A work out of a lane; the index where it was."""
    first, last = works_of(x, p, lane)
    index = above(x, p[at.starts], first, last, x[p[at.start] + operation] - 1)
    while x[p[at.tasks] + index] != operation:
        index += 1
    for i in range(index, last - 1):
        _shift(x, p, i + 1, i)
    x[p[at.works_count] + lane] -= 1
    return index


@compiled
def _cut(x: Ints, p: Places, pool: int, tick: int) -> int:
    """The index of the step that begins at a tick, made when it is not there."""
    first, last = pool_of(x, p, pool)
    index = above(x, p[at.pool_times], first, last, tick - 1)
    if index < last and x[p[at.pool_times] + index] == tick:
        return index
    for i in range(last, index, -1):
        x[p[at.pool_times] + i] = x[p[at.pool_times] + i - 1]
        x[p[at.pool_free] + i] = x[p[at.pool_free] + i - 1]
    x[p[at.pool_times] + index], x[p[at.pool_free] + index] = tick, x[p[at.pool_free] + index - 1]
    x[p[at.pool_count] + pool] += 1
    return index


@compiled
def _heal(x: Ints, p: Places, pool: int, index: int) -> None:
    """Forget a step that changes nothing."""
    if x[p[at.pool_free] + index] != x[p[at.pool_free] + index - 1]:
        return
    for i in range(index, x[p[at.pool_first] + pool] + x[p[at.pool_count] + pool] - 1):
        x[p[at.pool_times] + i] = x[p[at.pool_times] + i + 1]
        x[p[at.pool_free] + i] = x[p[at.pool_free] + i + 1]
    x[p[at.pool_count] + pool] -= 1


@compiled
def change(x: Ints, p: Places, pool: int, span: tuple[int, int], amount: int) -> None:
    """Give back (or with a negative amount take) something of a pool for a span."""
    first = _cut(x, p, pool, span[0])
    last = _cut(x, p, pool, span[1])
    for i in range(first, last):
        x[p[at.pool_free] + i] += amount
    _heal(x, p, pool, last)
    _heal(x, p, pool, first)


@compiled
def _crew(x: Ints, p: Places, operation: int, sign: int) -> None:
    """The crew of an operation to work (-1) or free again (1), for the time it really works."""
    crew, people = x[p[at.crew] + operation], sign * x[p[at.people] + operation]
    start, end = x[p[at.start] + operation], x[p[at.end] + operation]
    if x[p[at.pauses] + operation] == 0:
        change(x, p, crew, (start, end), people)
        return
    lane = x[p[at.lane] + operation]
    first, last = run_of(x, p[at.open_first], lane)
    for i in range(above(x, p[at.open_end], first, last, start), last):
        if x[p[at.open_start] + i] >= end:
            break
        part = max(start, x[p[at.open_start] + i]), min(end, x[p[at.open_end] + i])
        change(x, p, crew, part, people)


@compiled
def _others(x: Ints, p: Places, operation: int, sign: int) -> None:
    """Crew, store and further resources of a placed operation taken (-1) or given back (1)."""
    span = (x[p[at.start] + operation], x[p[at.end] + operation])
    if x[p[at.crew] + operation] >= 0:
        _crew(x, p, operation, sign)
    number = x[p[at.choice] + operation]
    pool = x[p[at.pool_of] + x[p[at.lane_resource] + x[p[at.lane] + operation]]]
    if pool >= 0:
        change(x, p, pool, span, sign * (x[p[at.amount] + number] if number >= 0 else 1))
    for k in range(p[at.width]):
        lane = x[p[at.beside] + operation * p[at.width] + k]
        if lane < 0:
            break
        pool = x[p[at.pool_of] + x[p[at.lane_resource] + lane]]
        if pool >= 0:
            change(x, p, pool, span, sign)
        elif sign < 0:
            _write(x, p, lane, operation, span)


@compiled
def restore(x: Ints, p: Places, operation: int) -> None:
    """Put an operation back where its ``lane``, ``choice``, ``start``, ``end``, ``beside`` say."""
    lane = x[p[at.lane] + operation]
    if x[p[at.pool_of] + x[p[at.lane_resource] + lane]] < 0:
        _write(x, p, lane, operation, (x[p[at.start] + operation], x[p[at.end] + operation]))
    _others(x, p, operation, -1)


@compiled
def put(x: Ints, p: Places, choice: tuple[int, int], where: Where) -> None:
    """Place ``(operation, alternative)`` at ``(lane, start, end)``, which has been found free."""
    operation, number = choice
    lane, start, end = where
    x[p[at.lane] + operation], x[p[at.choice] + operation] = lane, number
    x[p[at.start] + operation], x[p[at.end] + operation] = start, end
    first = x[p[at.also_first] + number]
    for i in range(first, x[p[at.also_first] + number + 1]):
        beside = also_from(x, p, x[p[at.also] + i], operation, (start, end))[1]
        x[p[at.beside] + operation * p[at.width] + i - first] = beside
    restore(x, p, operation)


@compiled
def _strand(x: Ints, p: Places, operation: int) -> None:
    """Put the job of an operation that lost its place on the list, unless it is pinned."""
    if x[p[at.pinned] + operation] == 0:
        x[p[at.stranded]] += 1
        x[p[at.stranded] + x[p[at.stranded]]] = x[p[at.job] + operation]


@compiled
def _loosen(x: Ints, p: Places, lane: int, index: int) -> None:
    """Note whom the longer changeover across an emptied index leaves no room."""
    resource = x[p[at.lane_resource] + lane]
    first, last = works_of(x, p, lane)
    if x[p[at.families] + resource] == 0 or index == last:
        return
    family = x[p[at.family] + x[p[at.tasks] + index]]
    setup, free_from = first_changeover(x, p, resource, family), -FOREVER
    if index > first:
        setup = changeover(x, p, resource, x[p[at.family] + x[p[at.tasks] + index - 1]], family)
        free_from = x[p[at.ends] + index - 1]
    if stands(x, p, lane, index, (setup, free_from)):
        return
    _strand(x, p, x[p[at.tasks] + index])
    if index > first:
        _strand(x, p, x[p[at.tasks] + index - 1])


@compiled
def take(x: Ints, p: Places, operation: int) -> None:
    """Take an operation out; jobs that cannot stay without it join ``stranded``."""
    lane = x[p[at.lane] + operation]
    if x[p[at.pool_of] + x[p[at.lane_resource] + lane]] < 0:
        _loosen(x, p, lane, _wipe(x, p, lane, operation))
    for k in range(p[at.width]):
        beside = x[p[at.beside] + operation * p[at.width] + k]
        if beside >= 0 and x[p[at.pool_of] + x[p[at.lane_resource] + beside]] < 0:
            _loosen(x, p, beside, _wipe(x, p, beside, operation))
    _others(x, p, operation, 1)
    x[p[at.lane] + operation] = -1
    for k in range(p[at.width]):
        x[p[at.beside] + operation * p[at.width] + k] = -1


@compiled
def travel(x: Ints, p: Places, here: int, there: int) -> tuple[int, int]:
    """``(ticks, cost)`` of carrying a job from the resource of one lane to that of another."""
    a = x[p[at.site] + x[p[at.lane_resource] + here]]
    pair = a * p[at.sites] + x[p[at.site] + x[p[at.lane_resource] + there]]
    return x[p[at.travel_ticks] + pair], x[p[at.travel_cost] + pair]


@compiled
def ticks_of(x: Ints, p: Places, operation: int) -> int:
    """Ticks of open time that a placed operation works."""
    if x[p[at.pinned] + operation]:
        return x[p[at.pin_worked] + operation]
    return x[p[at.work] + x[p[at.choice] + operation]]


@compiled
def besides(x: Ints, p: Places, operation: int) -> int:
    """How many further lanes a placed operation holds."""
    k = 0
    while k < p[at.width] and x[p[at.beside] + operation * p[at.width] + k] >= 0:
        k += 1
    return k


@compiled
def settle(x: Ints, p: Places, job: int, variant: int) -> None:
    """Note when a job that has just been placed whole ends, what it costs and how long it works."""
    completion, cost, worked = 0, 0, 0
    low, high = run_of(x, p[at.operation_first], variant)
    for operation in range(low, high):
        number = x[p[at.choice] + operation]
        completion = max(completion, x[p[at.end] + operation])
        if number >= 0:
            cost += x[p[at.cost] + number]
        worked += ticks_of(x, p, operation) * (1 + besides(x, p, operation))
        low, high = run_of(x, p[at.pred_first], operation)
        for i in range(low, high):
            cost += travel(x, p, x[p[at.lane] + x[p[at.pred] + i]], x[p[at.lane] + operation])[1]
    x[p[at.variant] + job] = variant
    x[p[at.completion] + job], x[p[at.paid] + job], x[p[at.worked] + job] = completion, cost, worked
    x[p[at.moved] + job] = _moved(x, p, job, variant)


@compiled
def _moved(x: Ints, p: Places, job: int, variant: int) -> int:
    """1 when a job of the earlier plan is no longer exactly where that had it."""
    if x[p[at.was_variant] + job] == NOT_IN_IT:
        return 0
    if x[p[at.was_variant] + job] != variant:
        return 1
    low, high = run_of(x, p[at.operation_first], variant)
    for operation in range(low, high):
        was = p[at.was_where] + operation * p[at.spot]
        if x[was] != x[p[at.lane] + operation] or x[was + 2] != x[p[at.start] + operation]:
            return 1
        if x[was + 3] != x[p[at.end] + operation]:
            return 1
        for k in range(p[at.width]):
            if x[was + 4 + k] != x[p[at.beside] + operation * p[at.width] + k]:
                return 1
    return 0
