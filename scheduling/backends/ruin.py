"""The moves of ruin and recreate, compiled: whom to take out, in what order to put them back."""

from __future__ import annotations

from math import log

from scheduling.backends import at
from scheduling.backends.gaps import above, run_of
from scheduling.backends.insert import LONGING, SKIP, TOLL, WISH, remove
from scheduling.backends.luck import below, chance
from scheduling.backends.memo import load, reload, remember, save
from scheduling.backends.memory import Floats, Ints, Places
from scheduling.backends.walk import (
    COLDEST,
    LENGTH,
    ORDERS,
    ROUND,
    count,
    enter,
    total,
)
from scheduling.compiled import compiled

SCATTERED = 0.1
STRINGS, LONGEST = 6, 6
OFFERS = 10
HURRIED = 0.2
FULL_HEAT = 100_000
CHEAP, SPREAD = 0.5, 0.7


@compiled
def take_out(x: Ints, p: Places, job: int) -> None:
    """Take a job out, and then whoever cannot stay without it."""
    if x[p[at.variant] + job] < 0:
        return
    done = x[p[at.out]]
    x[p[at.out]] += 1
    x[p[at.out] + x[p[at.out]]] = job
    while done < x[p[at.out]]:
        done += 1
        one = x[p[at.out] + done]
        save(x, p, one, p[at.kept_variant], p[at.kept_where])
        count(x, p, one, -1)
        remove(x, p, one)
        for i in range(1, x[p[at.stranded]] + 1):
            other = x[p[at.stranded] + i]
            if x[p[at.variant] + other] >= 0 and not _listed(x, p[at.out], other):
                x[p[at.out]] += 1
                x[p[at.out] + x[p[at.out]]] = other
        x[p[at.stranded]] = 0


@compiled
def _listed(x: Ints, items: int, job: int) -> bool:
    i = x[items]
    while i > 0 and x[items + i] != job:
        i -= 1
    return i > 0


@compiled
def _spot(x: Ints, y: Floats, p: Places, job: int) -> tuple[int, int, int]:
    """``(operation, lane, tick)`` around which to take work out for the sake of a job."""
    variant = max(x[p[at.variant] + job], x[p[at.variant_first] + job])
    first, last = run_of(x, p[at.operation_first], variant)
    operation = first + below(x, p, last - first)
    if x[p[at.variant] + job] >= 0:
        return operation, x[p[at.lane] + operation], x[p[at.start] + operation]
    lane = _some_lane(x, y, p, operation)
    if lane < 0:
        return operation, -1, 0
    last_window = x[p[at.window_first] + lane + 1] - 1
    latest = x[p[at.latest] + operation]
    if last_window >= x[p[at.window_first] + lane]:
        latest = min(latest, x[p[at.window_end] + last_window])
    earliest = x[p[at.release] + job]
    return operation, lane, earliest + below(x, p, max(1, latest - earliest))


@compiled
def _some_lane(x: Ints, y: Floats, p: Places, operation: int) -> int:
    first, last = run_of(x, p[at.choice_first], operation)
    if first == last:
        return -1
    resource = x[p[at.resource] + first + below(x, p, last - first)]
    lanes = x[p[at.lane_first] + resource + 1] - x[p[at.lane_first] + resource]
    return x[p[at.lane_first] + resource] + (below(x, p, lanes) if lanes > 1 else 0)


@compiled
def _string(x: Ints, y: Floats, p: Places, spot: tuple[int, int, int]) -> None:
    """Take out up to so many neighbours in time on a lane, ``spot`` being (lane, tick, most)."""
    lane, tick, most = spot
    if lane < 0 or x[p[at.works_count] + lane] == 0:
        return
    first, count = x[p[at.works_first] + lane], x[p[at.works_count] + lane]
    size = min(count, 1 + below(x, p, most))
    index = above(x, p[at.ends], first, first + count, tick) - first
    begin = max(0, min(count - size, index - below(x, p, size)))
    for i in range(size):
        x[p[at.todo] + i + 1] = x[p[at.job] + x[p[at.tasks] + first + begin + i]]
    for i in range(size):
        take_out(x, p, x[p[at.todo] + i + 1])


@compiled
def ruin(x: Ints, y: Floats, p: Places) -> int:
    """Take out a job's neighbourhood, or a few jobs at random; a job to place first, or -1."""
    x[p[at.out]] = 0
    seed = x[p[at.movable] + below(x, p, p[at.movables])]
    if chance(x, p) < SCATTERED:
        for _ in range(1 + below(x, p, 4)):
            take_out(x, p, x[p[at.movable] + below(x, p, p[at.movables])])
        return -1
    absent = x[p[at.variant] + seed] < 0
    operation, lane, tick = _spot(x, y, p, seed)
    take_out(x, p, seed)
    strings, most = 1 + below(x, p, STRINGS), 1 + below(x, p, LONGEST)
    for _ in range(strings):
        _string(x, y, p, (lane, tick, most))
        lane = _some_lane(x, y, p, operation)
    return seed if absent else -1


@compiled
def _gather(x: Ints, y: Floats, p: Places, first: int) -> None:
    """The jobs to place: those taken out, and some that could use what was freed."""
    x[p[at.todo]] = 0
    if first >= 0:
        _add(x, p, first)
    for i in range(1, x[p[at.out]] + 1):
        _add(x, p, x[p[at.out] + i])
    freed = x[p[at.out]]
    for _ in range(OFFERS):
        job = x[p[at.movable] + below(x, p, p[at.movables])]
        if freed > 0:
            job = _user(x, y, p, x[p[at.out] + 1 + below(x, p, freed)])
        if job >= 0 and x[p[at.variant] + job] < 0:
            _add(x, p, job)


@compiled
def _user(x: Ints, y: Floats, p: Places, job: int) -> int:
    """A job that could use a lane on which another one was."""
    variant = x[p[at.kept_variant] + job]
    first, last = run_of(x, p[at.operation_first], variant)
    lane = x[p[at.kept_where] + (first + below(x, p, last - first)) * p[at.spot]]
    resource = x[p[at.lane_resource] + lane]
    begin, end = run_of(x, p[at.users_first], resource)
    return x[p[at.users] + begin + below(x, p, end - begin)] if end > begin else -1


@compiled
def _add(x: Ints, p: Places, job: int) -> None:
    if not _listed(x, p[at.todo], job):
        x[p[at.todo]] += 1
        x[p[at.todo] + x[p[at.todo]]] = job


@compiled
def _sort(x: Ints, y: Floats, p: Places, fixed: int) -> None:
    """Put the pool into one of the orders, shaken; the first ``fixed`` stay in front."""
    kind = below(x, p, ORDERS + 1)
    size = x[p[at.todo]]
    for i in range(fixed + 1, size + 1):
        job = x[p[at.todo] + i]
        shake = chance(x, p)
        rank = shake
        if kind < ORDERS:
            rank = y[p[at.order] + kind * p[at.jobs] + job] * (0.75 + 0.5 * shake)
        index = i
        while index > fixed + 1 and y[p[at.rank] + index - 1] > rank:
            x[p[at.todo] + index] = x[p[at.todo] + index - 1]
            y[p[at.rank] + index] = y[p[at.rank] + index - 1]
            index -= 1
        x[p[at.todo] + index], y[p[at.rank] + index] = job, rank


@compiled
def _mood(x: Ints, y: Floats, p: Places) -> None:
    """How to look at places in this move."""
    hurried = chance(x, p) < HURRIED
    y[p[at.mood] + WISH] = y[p[at.mood] + LONGING] * chance(x, p) if hurried else 0.0
    y[p[at.mood] + TOLL] = CHEAP + SPREAD * chance(x, p) if x[p[at.tolled]] else 0.0
    y[p[at.mood] + SKIP] = 0.02 if chance(x, p) < 0.8 else 0.3


@compiled
def recreate(x: Ints, y: Floats, p: Places, first: int) -> None:
    """Put jobs back, each where it is best, if it is worth it."""
    _gather(x, y, p, first)
    _sort(x, y, p, 1 if first >= 0 else 0)
    _mood(x, y, p)
    for i in range(1, x[p[at.todo]] + 1):
        job = x[p[at.todo] + i]
        if x[p[at.variant] + job] < 0:
            enter(x, y, p, job)


@compiled
def _revert(x: Ints, p: Places) -> None:
    """Undo a move."""
    for i in range(1, x[p[at.todo]] + 1):
        if x[p[at.variant] + x[p[at.todo] + i]] >= 0:
            remove(x, p, x[p[at.todo] + i])
            x[p[at.stranded]] = 0
    for i in range(1, x[p[at.out]] + 1):
        load(x, p, x[p[at.out] + i], p[at.kept_variant], p[at.kept_where])
    for i in range(p[at.levels] + 1):
        x[p[at.key] + i] = x[p[at.key_before] + i]
        x[p[at.sums] + i] = x[p[at.sums_before] + i]


@compiled
def _accept(x: Ints, y: Floats, p: Places) -> bool:
    """Whether to go on from the new plan: better, or by chance where it is not much worse.

    A short cycle begins cold and betters the plan in hand; one of `FULL_HEAT` moves may forget it.
    """
    for i in range(p[at.levels] + 1):
        loss = x[p[at.key] + i] - x[p[at.key_before] + i]
        if loss != 0:
            share = x[p[at.counts] + ROUND] / x[p[at.counts] + LENGTH]
            grown = min(1.0, x[p[at.counts] + LENGTH] / FULL_HEAT)
            heat = y[p[at.heat] + i] * grown * COLDEST**share
            return loss < 0 or loss < -heat * log(1.0 - chance(x, p))
    return True


@compiled
def walk(x: Ints, y: Floats, p: Places, moves: int) -> None:
    """Make so many moves."""
    for _ in range(moves):
        for i in range(p[at.levels] + 1):
            x[p[at.key_before] + i] = x[p[at.key] + i]
            x[p[at.sums_before] + i] = x[p[at.sums] + i]
        first = ruin(x, y, p)
        recreate(x, y, p, first)
        total(x, p)
        if _accept(x, y, p):
            remember(x, p)
        else:
            _revert(x, p)
        x[p[at.counts] + ROUND] += 1
        if x[p[at.counts] + ROUND] >= x[p[at.counts] + LENGTH]:
            x[p[at.counts] + ROUND] = 0
            x[p[at.counts] + LENGTH] *= 2
            reload(x, p)
