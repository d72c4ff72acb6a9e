"""Tabu search in a job shop: of all moves of a critical path the best that is not forbidden.

An operation that was moved off a machine, or within its order, may not come back to that machine
for a while, unless that makes a plan better than any of this round. A round ends when nothing has
been better for a long time; its best plan goes into a pool, and the next begins with a dispatched
plan or one between two of the pool. Tabu search after Nowicki and Smutnicki (1996), Management
Science 42, and Mastrolilli and Gambardella (2000); rounds after Peng, Lü and Cheng (2015).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduling.backends.shop_graph import Ints, Plan, Shop, copy_plan, empty_plan, evaluate, link
from scheduling.backends.shop_moves import (
    Randoms,
    Rest,
    below,
    critical_path,
    places,
    put_back,
    room,
    take_out,
)
from scheduling.backends.shop_pool import SIZE, Pool, between, empty_pool, forget, keep
from scheduling.backends.shop_start import RULES, dispatch, work_behind
from scheduling.compiled import compiled

STEP, SINCE, ROUND, STALE = 0, 1, 2, 3
TENURE = 8
PATIENCE = 700
MOST_STALE = 30
FAR = 1 << 60


class Memory(NamedTuple):
    """What the search keeps besides the best plan of all.

    ``forbidden`` is until which step each choice is; ``counters`` are steps, steps since the round
    got better, rounds since the pool was begun, and rounds in a row that gave it nothing;
    ``behind`` is the least work from the start of each operation to the end of its job. ``plan``
    is where the search stands, ``local`` the best plan of the round.
    """

    forbidden: Ints
    counters: Ints
    behind: Ints
    random: Randoms
    rest: Rest
    pool: Pool
    plan: Plan
    local: Plan


def memory_of(shop: Shop, seed: int) -> Memory:
    """A memory with nothing in it."""
    return Memory(
        np.zeros(len(shop.machine), dtype=np.int64),
        np.zeros(4, dtype=np.int64),
        work_behind(shop),
        np.random.SeedSequence(seed).generate_state(1, np.uint64) | np.uint64(1),
        room(shop),
        empty_pool(shop),
        empty_plan(shop),
        empty_plan(shop),
    )


@compiled
def search(shop: Shop, best: Plan, memory: Memory, units: int) -> int:
    """Go on until so many operations were timed anew; how many there really were."""
    used, counters, plan, local = 0, memory.counters, memory.plan, memory.local
    while used < units:
        counters[STEP] += 1
        counters[SINCE] += 1
        used += step(shop, plan, local.makespan[0], memory)
        if plan.makespan[0] < local.makespan[0]:
            copy_plan(plan, local)
            counters[SINCE] = 0
        elif counters[SINCE] >= PATIENCE:
            used += next_round(shop, memory)
        if local.makespan[0] < best.makespan[0]:
            copy_plan(local, best)
    return used


@compiled
def next_round(shop: Shop, memory: Memory) -> int:
    """Keep the best plan of the round and begin another; the work done."""
    counters, pool, plan = memory.counters, memory.pool, memory.plan
    counters[STALE] = 0 if keep(pool, memory.local) else counters[STALE] + 1
    if counters[STALE] > MOST_STALE:
        forget(pool)
        counters[STALE] = counters[ROUND] = 0
    counters[ROUND] += 1
    if counters[ROUND] < SIZE or pool.size[0] < 2:
        dispatch(shop, plan, memory.random, memory.behind, below(memory.random, RULES))
    else:
        between(shop, plan, pool, memory.random)
    evaluate(shop, plan)
    copy_plan(plan, memory.local)
    memory.forbidden[:] = 0
    counters[SINCE] = 0
    return 10 * len(plan.head)


@compiled
def step(shop: Shop, plan: Plan, goal: int, memory: Memory) -> int:
    """Make the best move that is allowed, or would be better than ``goal``; the work done."""
    rest, random = memory.rest, memory.random
    length = critical_path(shop, plan, random, rest.path)
    chosen, value, ties = (-1, -1, -1), (FAR, FAR), 0
    for at in range(length):
        op = rest.path[at]
        left = plan.left[op]
        low = take_out(shop, plan, rest, op)
        for place in range(places(shop, plan, rest, op, left)):
            through = rest.through[place]
            one = (max(low, through), through)
            choice = rest.choice[place]
            if one > value or (memory.forbidden[choice] > memory.counters[STEP] and one[0] >= goal):
                continue
            ties = ties + 1 if one == value else 1
            if below(random, ties) == 0:
                chosen, value = (op, choice, rest.left[place]), one
        put_back(shop, plan, op, left)
    if chosen[0] >= 0:
        until = memory.counters[STEP] + length + TENURE + below(random, TENURE)
        memory.forbidden[plan.choice[chosen[0]]] = until
        _move(shop, plan, rest, chosen)
    return (length + 1) * len(plan.head)


@compiled
def _move(shop: Shop, plan: Plan, rest: Rest, chosen: tuple[int, int, int]) -> None:
    op, choice, left = chosen
    take_out(shop, plan, rest, op)
    link(shop, plan, op, choice, left)
    evaluate(shop, plan)
