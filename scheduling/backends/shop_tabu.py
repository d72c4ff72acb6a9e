"""Tabu search in a job shop: of all moves of a critical path the best that is not forbidden.

An operation that was moved off a machine, or within its order, may not come back to that machine
for a while, unless that makes a plan better than any before. Tabu search after Nowicki and
Smutnicki (1996), Management Science 42, and Mastrolilli and Gambardella (2000).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduling.backends.shop_graph import Ints, Plan, Shop, copy_plan, evaluate, link
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
from scheduling.compiled import compiled

STEP, SINCE = 0, 1
TENURE = 8
PATIENCE = 700
FAR = 1 << 60


class Memory(NamedTuple):
    """Until which step each choice is forbidden; the number of steps and of those in vain."""

    forbidden: Ints
    counters: Ints
    random: Randoms
    rest: Rest


def memory_of(shop: Shop, seed: int) -> Memory:
    """A memory with nothing in it."""
    state = np.random.SeedSequence(seed).generate_state(1, np.uint64) | np.uint64(1)
    zeros = np.zeros(len(shop.machine), dtype=np.int64)
    return Memory(zeros, np.zeros(2, dtype=np.int64), state, room(shop))


@compiled
def search(shop: Shop, plan: Plan, best: Plan, memory: Memory, units: int) -> int:
    """Go on until so many operations were timed anew, or too long in vain; how many there were."""
    used, counters = 0, memory.counters
    while used < units and counters[SINCE] < PATIENCE:
        counters[STEP] += 1
        counters[SINCE] += 1
        used += step(shop, plan, best.makespan[0], memory)
        if plan.makespan[0] < best.makespan[0]:
            copy_plan(plan, best)
            counters[SINCE] = 0
    return used


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
