"""Ruin and recreate, compiled: take some jobs out, put them back in another order, and go on from
there when the plan is better or not much worse.

Schrimpf et al. (2000), J. Comput. Phys. 159; strings of neighbours in time as in Christiaens and
Vanden Berghe (2020), Transp. Sci. 54; accepted by simulated annealing (Kirkpatrick et al. 1983)
in cycles that grow, so that neither the clock nor the limit has to be known.
"""

from __future__ import annotations

import numpy as np

from scheduling.backends import at
from scheduling.backends.insert import insert, remove
from scheduling.backends.memory import Floats, Ints, Places
from scheduling.backends.places import besides, ticks_of
from scheduling.compiled import compiled

QUANTITIES = 6
DONE, COST, TARDINESS, COMPLETION, WORKED, MOVED = range(QUANTITIES)
IMPROVED, ROUND, LENGTH = range(3)
ORDERS = 5
COLDEST = 0.004


@compiled
def worth(x: Ints, p: Places, level: int, job: int) -> int:
    """What a placed job adds to a level, against leaving it out."""
    q, step = p[at.weights] + level * QUANTITIES * p[at.jobs] + job, p[at.jobs]
    late = max(0, x[p[at.completion] + job] - x[p[at.due] + job])
    value = x[q + DONE * step] + x[q + COST * step] * x[p[at.paid] + job]
    value += x[q + TARDINESS * step] * late + x[q + WORKED * step] * x[p[at.worked] + job]
    value += x[q + COMPLETION * step] * x[p[at.completion] + job]
    return value + x[q + MOVED * step] * (x[p[at.moved] + job] - 1)


@compiled
def _greatest_load(x: Ints, p: Places) -> int:
    """The greatest of the groups' ticks of work times their factors, whole jobs counted."""
    loads = np.zeros(p[at.groups], dtype=np.int64)
    for operation in range(p[at.operations]):
        if x[p[at.lane] + operation] < 0 or x[p[at.variant] + x[p[at.job] + operation]] < 0:
            continue
        ticks = ticks_of(x, p, operation)
        loads[_group(x, p, x[p[at.lane] + operation])] += ticks
        for k in range(besides(x, p, operation)):
            lane = x[p[at.beside] + operation * p[at.width] + k]
            loads[_group(x, p, lane)] += ticks
    for group in range(p[at.groups]):
        loads[group] *= x[p[at.factor] + group]
    return loads.max()


@compiled
def _group(x: Ints, p: Places, lane: int) -> int:
    return x[p[at.group] + x[p[at.lane_resource] + lane]]


@compiled
def _plan_wide(x: Ints, p: Places, level: int) -> int:
    """Makespan and greatest load, where a level asks for them."""
    value = 0
    if x[p[at.level_latest] + level]:
        last = 0
        for job in range(p[at.jobs]):
            if x[p[at.variant] + job] >= 0:
                last = max(last, x[p[at.completion] + job])
        value += x[p[at.level_latest] + level] * last
    if x[p[at.peak] + level]:
        value += x[p[at.peak] + level] * _greatest_load(x, p)
    return value


@compiled
def total(x: Ints, p: Places) -> None:
    """Write the key: the sums over jobs and what is plan-wide."""
    x[p[at.key]] = x[p[at.sums]]
    for level in range(p[at.levels]):
        wide = _plan_wide(x, p, level)
        x[p[at.key] + level + 1] = x[p[at.sums] + level + 1] + wide


@compiled
def judge(x: Ints, p: Places) -> None:
    """Write the sums and the key of the plan as it stands."""
    for level in range(p[at.levels] + 1):
        x[p[at.sums] + level] = 0
    for job in range(p[at.jobs]):
        x[p[at.sums]] += x[p[at.must] + job]
        if x[p[at.variant] + job] >= 0:
            count(x, p, job, 1)
    total(x, p)


@compiled
def count(x: Ints, p: Places, job: int, sign: int) -> None:
    """Add a placed job to the sums (1) or take it from them (-1)."""
    x[p[at.sums]] -= sign * x[p[at.must] + job]
    for level in range(p[at.levels]):
        x[p[at.sums] + level + 1] += sign * worth(x, p, level, job)


@compiled
def welcome(x: Ints, p: Places, job: int) -> bool:
    """Whether a job that has just been placed makes the plan better."""
    if x[p[at.must] + job]:
        return True
    for level in range(p[at.levels]):
        value = worth(x, p, level, job)
        if value != 0:
            return value < 0
    return False


@compiled
def enter(x: Ints, y: Floats, p: Places, job: int) -> bool:
    """Place a job and count it, if that makes the plan better."""
    if not insert(x, y, p, job):
        return False
    if welcome(x, p, job):
        count(x, p, job, 1)
        return True
    remove(x, p, job)
    x[p[at.stranded]] = 0
    return False


@compiled
def fill(x: Ints, y: Floats, p: Places, order: Ints) -> None:
    """Place jobs in an order, as far as they fit and pay."""
    for job in order:
        if x[p[at.variant] + job] < 0:
            enter(x, y, p, job)
    total(x, p)


@compiled
def better(x: Ints, p: Places, one: int, other: int) -> bool:
    """Whether a key is smaller, the first difference deciding."""
    for i in range(p[at.levels] + 1):
        if x[one + i] != x[other + i]:
            return x[one + i] < x[other + i]
    return False
