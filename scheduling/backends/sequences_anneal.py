"""Compiled: simulated annealing over sequences (Kirkpatrick, Gelatt, Vecchi 1983, Science 220).

A move is tried against a limit drawn beforehand, which is the same rule of acceptance and lets a
trial end as soon as it is lost.
"""

from __future__ import annotations

from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.backends.sequences_facts import COST, Facts, Ints
from scheduling.backends.sequences_moves import (
    chance,
    draw,
    drop,
    exchange,
    replace,
    shift,
    swap,
    take,
    transfer,
    turn,
)
from scheduling.backends.sequences_walk import (
    CLOCK,
    MACHINE,
    WORTHLESS,
    State,
    commit,
    trial,
)
from scheduling.compiled import compiled

HEAT, COOLING = range(2)
SUM, PEAK, CHANGE = range(3)
ENTER, TAKE = 0.35, 0.43
BETWEEN = 0.6
SHIFT, SWAP, TURN = 0.58, 0.29, 0.10


class Walk(NamedTuple):
    """Where the search stands. ``heat`` (2): temperature, and its factor from move to move.

    ``totals`` (3): sum of the prices, last end, and what the move on trial changes of the sum.
    ``random`` (1): state of the generator. ``order``, ``counts``, ``cost`` (1): the best found.
    """

    heat: NDArray[np.float64]
    totals: Ints
    random: Ints
    order: Ints
    counts: Ints
    cost: Ints


def new_walk(facts: Facts, seed: int) -> Walk:
    """A walk that has found nothing yet."""
    machines, jobs = facts.way.shape[:2]
    return Walk(
        np.zeros(2),
        np.zeros(3, np.int64),
        np.array([(2 * seed + 1) * 0x9E3779B97F4A7C1 % (1 << 62) + 1], np.int64),
        np.zeros((machines, jobs), np.int64),
        np.zeros(machines, np.int64),
        np.array([WORTHLESS], np.int64),
    )


@compiled
def pick(facts: Facts, state: State, random: Ints) -> int:
    """A job that is in; where the last end counts, every second time of the machine it is on."""
    if facts.weights[0] > 0 and draw(random, 2) == 0:
        worst = np.argmax(state.last)
        if state.counts[worst] > 0:
            return int(state.order[worst, draw(random, state.counts[worst])])
    outs = state.outs[0]
    return int(state.deck[outs + draw(random, state.deck.shape[0] - outs)])


@compiled
def propose(facts: Facts, state: State, random: Ints) -> int:
    """Write some move; the number of machines it changes."""
    outs = state.outs[0]
    empty = outs == state.deck.shape[0]
    if outs > 0 and (empty or chance(random) < ENTER):
        job = state.deck[draw(random, outs)]
        if facts.ables[job] == 0:
            return 0
        if empty or chance(random) < TAKE:
            return take(facts, state, random, job)
        return replace(facts, state, random, job)
    job = pick(facts, state, random)
    if facts.ables[job] > 1 and chance(random) < BETWEEN:
        return between(facts, state, random, job)
    return within(state, random, job)


@compiled
def between(facts: Facts, state: State, random: Ints, job: int) -> int:
    """Some move of a job and another machine."""
    if draw(random, 2) == 0:
        return transfer(facts, state, random, job)
    return exchange(facts, state, random, job)


@compiled
def within(state: State, random: Ints, job: int) -> int:
    """Some move on the machine of a job, or out of it."""
    kind = chance(random)
    if kind < SHIFT:
        return shift(state, random, job)
    if kind < SHIFT + SWAP:
        return swap(state, random, job)
    if kind < SHIFT + SWAP + TURN:
        return turn(state, random, job)
    return drop(state, job)


@compiled
def judge(facts: Facts, state: State, walk: Walk, sides: int, limit: int) -> int:
    """How much dearer a written move makes the plan, as the search sees it.

    Where the last end counts, all ends count a little, so that there is a slope to walk down.
    """
    counts = facts.weights[0] > 0
    delta = trial(facts, state, 0, limit if sides == 1 and not counts else WORTHLESS)
    if sides == 2:
        delta += trial(facts, state, 1, WORTHLESS if counts else limit - delta)
    walk.totals[CHANGE] = delta
    if not counts:
        return delta
    ends = 0
    for side in range(sides):
        ends += state.splice[side, CLOCK] - state.last[state.splice[side, MACHINE]]
    rise = peak(state, sides) - walk.totals[PEAK]
    return int(facts.weights[1] * (delta + facts.weights[0] * rise) + ends * facts.weights[0])


@compiled
def peak(state: State, sides: int) -> int:
    """The last end of all once the changes on trial are made on so many machines."""
    latest = 0
    for machine in range(state.last.shape[0]):
        last = state.last[machine]
        for side in range(sides):
            if state.splice[side, MACHINE] == machine:
                last = state.splice[side, CLOCK]
        latest = max(latest, last)
    return latest


@compiled
def count_up(facts: Facts, state: State, walk: Walk) -> bool:
    """Take stock of the sequences; whether they are the best so far, which are then kept."""
    walk.totals[SUM] = 0
    for i in range(state.outs[0], state.deck.shape[0]):
        walk.totals[SUM] += state.price[state.deck[i]]
    walk.totals[PEAK] = peak(state, 0)
    return keep(facts, state, walk)


@compiled
def keep(facts: Facts, state: State, walk: Walk) -> bool:
    """Keep the sequences if they are the best so far."""
    cost = walk.totals[SUM] + facts.weights[0] * walk.totals[PEAK]
    if cost >= walk.cost[0]:
        return False
    walk.cost[0] = cost
    walk.counts[:] = state.counts
    for machine in range(state.counts.shape[0]):
        for i in range(state.counts[machine]):
            walk.order[machine, i] = state.order[machine, i]
    return True


@compiled
def anneal(facts: Facts, state: State, walk: Walk, units: int) -> int:
    """Try so many moves; how often the best plan got better."""
    gains = int(count_up(facts, state, walk))
    for _ in range(units):
        sides = propose(facts, state, walk.random)
        limit = int(-log(1.0 - chance(walk.random)) * walk.heat[HEAT])
        walk.heat[HEAT] *= walk.heat[COOLING]
        if sides > 0 and judge(facts, state, walk, sides, limit) <= limit:
            commit(state, sides)
            walk.totals[SUM] += walk.totals[CHANGE]
            walk.totals[PEAK] = peak(state, 0)
            gains += int(keep(facts, state, walk))
    return gains


@compiled
def losses(facts: Facts, state: State, walk: Walk, tries: int) -> float:
    """What a move that makes the plan dearer costs on average, of so many; 1 without such."""
    total, found = 0.0, 0
    count_up(facts, state, walk)
    dear = -np.min(facts.way[:, :, COST])
    for _ in range(tries):
        sides = propose(facts, state, walk.random)
        if sides > 0:
            delta = judge(facts, state, walk, sides, WORTHLESS)
            if 0 < delta < dear:
                total += delta
                found += 1
    return total / found if found > 0 else 1.0
