"""Placing a whole job among what is in the book, compiled.

Two ways: a chain on lanes without changeovers grows several half-finished routes at once and keeps
those that are cheap or early (a beam over the dynamic programme operation x lane x start); any
other job is placed operation by operation, each where it is best for the moment.
"""

from __future__ import annotations

from scheduling.backends import at
from scheduling.backends.fits import fit
from scheduling.backends.gaps import run_of
from scheduling.backends.luck import below, chance
from scheduling.backends.memory import FOREVER, Floats, Ints, Places
from scheduling.backends.places import put, settle, take, travel
from scheduling.compiled import compiled

BEAM = 6
MOST = 600
COLUMNS = 5
LANE, NUMBER, START, END, PARENT = range(COLUMNS)
WISH, TOLL, SKIP, LONGING = range(4)
RETRIES = 20
FAR = 1e18


@compiled
def _toll(y: Floats, p: Places, where: tuple[int, int, int]) -> float:
    """What a lane would charge for a span."""
    lane, start, end = where
    base, last = p[at.toll] + lane * p[at.blocks], p[at.blocks] - 1
    return y[base + min(last, end // p[at.grain])] - y[base + min(last, start // p[at.grain])]


@compiled
def rate(
    x: Ints, y: Floats, p: Places, choice: tuple[int, int], where: tuple[int, int, int]
) -> float:
    """What one placement adds to the badness of a route, its end left out."""
    operation, number = choice
    toll = y[p[at.mood] + TOLL] * _toll(y, p, where) if y[p[at.mood] + TOLL] > 0 else 0.0
    return y[p[at.money] + x[p[at.job] + operation]] * x[p[at.cost] + number] + toll


@compiled
def ending(x: Ints, y: Floats, p: Places, job: int, end: int) -> float:
    """What ending at a tick adds."""
    late = y[p[at.late] + job] * max(0, end - x[p[at.due] + job])
    return (y[p[at.time] + job] + y[p[at.mood] + WISH]) * end + late


@compiled
def room(x: Ints, p: Places, operation: int, lane: int) -> tuple[int, int, int, int]:
    """``(ready, latest end, latest start, transport cost)`` of an operation on a lane."""
    ready, latest = x[p[at.release] + x[p[at.job] + operation]], x[p[at.latest] + operation]
    limit, paid = FOREVER, 0
    low, high = run_of(x, p[at.pred_first], operation)
    for i in range(low, high):
        before = x[p[at.pred] + i]
        ticks, cost = travel(x, p, x[p[at.lane] + before], lane)
        ready = max(ready, x[p[at.end] + before] + max(ticks, x[p[at.pred_min] + i]))
        limit = min(limit, x[p[at.end] + before] + x[p[at.pred_max] + i])
        paid += cost
    low, high = run_of(x, p[at.succ_first], operation)
    for i in range(low, high):
        after = x[p[at.succ] + i]
        if x[p[at.lane] + after] >= 0:
            ticks, cost = travel(x, p, lane, x[p[at.lane] + after])
            latest = min(latest, x[p[at.start] + after] - ticks)
            paid += cost
    return ready, latest, limit, paid


@compiled
def _overlooked(x: Ints, y: Floats, p: Places) -> bool:
    """Whether to pass over an alternative this time."""
    return y[p[at.mood] + SKIP] > 0 and chance(x, p) < y[p[at.mood] + SKIP]


@compiled
def _best(
    x: Ints, y: Floats, p: Places, operation: int, hold: int
) -> tuple[float, int, tuple[int, int, int], int]:
    """``(badness, alternative, (lane, start, end), pull)``; pull > 0: how much too late it is."""
    best, chosen, where, pull = FAR, -1, (-1, -1, -1), 0
    job = x[p[at.job] + operation]
    first, last = run_of(x, p[at.choice_first], operation)
    for number in range(first, last):
        if last - first > 1 and _overlooked(x, y, p):
            continue
        resource = x[p[at.resource] + number]
        low, high = run_of(x, p[at.lane_first], resource)
        for lane in range(low, high):
            ready, latest, limit, paid = room(x, p, operation, lane)
            start, end = fit(x, p, lane, (operation, number), (max(ready, hold), latest))
            if start < 0:
                continue
            if start > limit:
                pull = max(pull, start - limit)
                continue
            bad = rate(x, y, p, (operation, number), (lane, start, end))
            bad += y[p[at.money] + job] * paid + ending(x, y, p, job, end)
            if bad < best:
                best, chosen, where = bad, number, (lane, start, end)
            if start == ready:
                break
    return best, chosen, where, pull


@compiled
def _withdraw(x: Ints, p: Places, first: int, last: int) -> None:
    """Take out what is placed and not pinned of a route."""
    for operation in range(first, last):
        if x[p[at.lane] + operation] >= 0 and x[p[at.pinned] + operation] == 0:
            take(x, p, operation)
    x[p[at.stranded]] = 0


@compiled
def _stepwise(x: Ints, y: Floats, p: Places, variant: int) -> int:
    """Place a route operation by operation; 0 when it is in, -1 when not.

    A positive answer says by how much an operation came too late for a maximum lag; its
    predecessors are then held back by as much and the caller tries again.
    """
    first, last = run_of(x, p[at.operation_first], variant)
    for operation in range(first, last):
        if x[p[at.pinned] + operation]:
            continue
        _bad, number, where, pull = _best(x, y, p, operation, x[p[at.hold] + operation])
        if number >= 0:
            put(x, p, (operation, number), where)
            continue
        low, high = run_of(x, p[at.pred_first], operation)
        for i in range(low, high):
            before = x[p[at.pred] + i]
            x[p[at.hold] + before] = x[p[at.start] + before] + pull
        _withdraw(x, p, first, last)
        return pull if pull > 0 else -1
    return 0


@compiled
def _by_steps(x: Ints, y: Floats, p: Places, variant: int) -> bool:
    """Place a route operation by operation, waiting where a maximum lag asks for it."""
    low, high = run_of(x, p[at.operation_first], variant)
    for operation in range(low, high):
        x[p[at.hold] + operation] = 0
    for _ in range(RETRIES):
        outcome = _stepwise(x, y, p, variant)
        if outcome <= 0:
            return outcome == 0
    return False


@compiled
def _of(x: Ints, p: Places, level: int, rank: int, column: int) -> int:
    """A column of a half-finished route."""
    return x[p[at.beam] + (level * BEAM + rank) * COLUMNS + column]


@compiled
def _extend(x: Ints, y: Floats, p: Places, operation: int, level: int) -> int:
    """All ways to go on from a half-finished route; the number of candidates then known."""
    known = 0
    first, last = run_of(x, p[at.choice_first], operation)
    job = x[p[at.job] + operation]
    for parent in range(x[p[at.beam_count] + level - 1] if level else 1):
        for number in range(first, last):
            if last - first > 1 and _overlooked(x, y, p):
                continue
            resource = x[p[at.resource] + number]
            low, high = run_of(x, p[at.lane_first], resource)
            for lane in range(low, high):
                ready, score = x[p[at.release] + job], 0.0
                if level:
                    ticks, paid = travel(x, p, _of(x, p, level - 1, parent, LANE), lane)
                    least = x[p[at.pred_min] + x[p[at.pred_first] + operation]]
                    ready = _of(x, p, level - 1, parent, END) + max(ticks, least)
                    ready = max(ready, _clear(x, p, level, parent, lane))
                    score = y[p[at.score] + (level - 1) * BEAM + parent]
                    score += y[p[at.money] + job] * paid
                spot = (operation, number, lane, ready, parent, known)
                known = _candidates(x, y, p, spot, score)
    return known


@compiled
def _clear(x: Ints, p: Places, level: int, parent: int, lane: int) -> int:
    """When the buffers of the job's own earlier work on a lane are over."""
    while level > 0:
        level -= 1
        if _of(x, p, level, parent, LANE) == lane:
            return _of(x, p, level, parent, END) + x[p[at.gap] + x[p[at.lane_resource] + lane]]
        parent = _of(x, p, level, parent, PARENT)
    return 0


@compiled
def _candidates(
    x: Ints, y: Floats, p: Places, spot: tuple[int, int, int, int, int, int], score: float
) -> int:
    """The next free places on one lane, later ones only where machine time has its price."""
    operation, number, lane, ready, parent, known = spot
    tries = 3 if y[p[at.mood] + TOLL] > 0 else 1
    while tries > 0 and known < MOST:
        start, end = fit(x, p, lane, (operation, number), (ready, x[p[at.latest] + operation]))
        if start < 0:
            break
        y[p[at.rated] + known] = score + rate(x, y, p, (operation, number), (lane, start, end))
        index = p[at.found] + known * COLUMNS
        x[index + LANE], x[index + NUMBER], x[index + PARENT] = lane, number, parent
        x[index + START], x[index + END] = start, end
        known += 1
        ready = end
        tries -= 1
    return known


@compiled
def _keep(x: Ints, y: Floats, p: Places, level: int, known: int) -> None:
    """Keep the cheapest, then those that are earlier than all that are cheaper."""
    soonest, kept = FOREVER, 0
    while kept < BEAM:
        best = -1
        for i in range(known):
            early = x[p[at.found] + i * COLUMNS + END] < soonest
            if early and (best < 0 or y[p[at.rated] + i] < y[p[at.rated] + best]):
                best = i
        if best < 0:
            break
        y[p[at.score] + level * BEAM + kept] = y[p[at.rated] + best]
        for column in range(COLUMNS):
            value = x[p[at.found] + best * COLUMNS + column]
            x[p[at.beam] + (level * BEAM + kept) * COLUMNS + column] = value
        soonest = x[p[at.found] + best * COLUMNS + END]
        kept += 1
    x[p[at.beam_count] + level] = kept


@compiled
def _by_beam(x: Ints, y: Floats, p: Places, variant: int) -> bool:
    """Place a chain by the best of several routes."""
    first, last = run_of(x, p[at.operation_first], variant)
    for operation in range(first, last):
        level = operation - first
        known = _extend(x, y, p, operation, level)
        if operation == last - 1:
            for i in range(known):
                end = x[p[at.found] + i * COLUMNS + END]
                y[p[at.rated] + i] += ending(x, y, p, x[p[at.job] + operation], end)
        _keep(x, y, p, level, known)
        if x[p[at.beam_count] + level] == 0:
            return False
    rank = 0
    for operation in range(last - 1, first - 1, -1):
        level = operation - first
        number = _of(x, p, level, rank, NUMBER)
        lane, start = _of(x, p, level, rank, LANE), _of(x, p, level, rank, START)
        put(x, p, (operation, number), (lane, start, _of(x, p, level, rank, END)))
        rank = _of(x, p, level, rank, PARENT)
    return True


@compiled
def insert(x: Ints, y: Floats, p: Places, job: int) -> bool:
    """Place a job in one of its variants; False, and nothing changed, if it will not fit."""
    first, last = run_of(x, p[at.variant_first], job)
    begin = below(x, p, last - first) if last - first > 1 else 0
    for k in range(last - first):
        variant = first + (begin + k) % (last - first)
        simple = x[p[at.simple] + job]
        if _by_beam(x, y, p, variant) if simple else _by_steps(x, y, p, variant):
            settle(x, p, job, variant)
            return True
    return False


@compiled
def remove(x: Ints, p: Places, job: int) -> None:
    """Take a job out, its pinned work excepted; whoever cannot stay joins ``stranded``."""
    variant = x[p[at.variant] + job]
    x[p[at.variant] + job] = -1
    low, high = run_of(x, p[at.operation_first], variant)
    for operation in range(low, high):
        if x[p[at.pinned] + operation] == 0:
            take(x, p, operation)
