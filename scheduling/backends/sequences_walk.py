"""Compiled: what a changed sequence costs, and making the change.

A change (*splice*) puts other jobs in the place of positions ``first`` to ``after`` of a machine.
It is tried from ``first`` on, and no further than to where a job ends as it did before.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduling.backends.sequences_facts import (
    COST,
    DUE,
    DURATION,
    FLOW,
    HOLD,
    LATE,
    LATEST,
    READY,
    Facts,
    Ints,
)
from scheduling.compiled import compiled

MACHINE, FIRST, AFTER, SIZE, KEPT, STOP, CLOCK = range(7)
JOB, END, PRICE = range(3)
WORTHLESS = 1 << 60
NEVER = -(1 << 50)


class State(NamedTuple):
    """The sequences, and the change that is being tried.

    ``order`` (machines, jobs) and ``counts`` (machines): the jobs of each machine; ``last``
    (machines): the end of the last. ``end``, ``price``, ``where``, ``spot`` (jobs): when a job
    ends, what it costs, its machine (-1: left out) and its position there. ``deck`` (jobs): all
    jobs, the ``outs`` (1) that are left out before the others; ``rank`` (jobs): the place in it.
    ``splice`` (2, 7) and ``middle`` (2, jobs): a change on each of two machines and the jobs put
    in; ``fresh`` (2, jobs, 3): what comes of it, job, end and price of each that is timed anew.
    """

    order: Ints
    counts: Ints
    last: Ints
    end: Ints
    price: Ints
    where: Ints
    spot: Ints
    deck: Ints
    outs: Ints
    rank: Ints
    splice: Ints
    middle: Ints
    fresh: Ints


def empty_state(facts: Facts) -> State:
    """Sequences without jobs: all are left out."""
    machines, jobs = facts.way.shape[:2]
    return State(
        np.zeros((machines, jobs), np.int64),
        np.zeros(machines, np.int64),
        np.zeros(machines, np.int64),
        np.zeros(jobs, np.int64),
        np.zeros(jobs, np.int64),
        np.full(jobs, -1, np.int64),
        np.zeros(jobs, np.int64),
        np.arange(jobs, dtype=np.int64),
        np.array([jobs], np.int64),
        np.arange(jobs, dtype=np.int64),
        np.zeros((2, 7), np.int64),
        np.zeros((2, jobs), np.int64),
        np.zeros((2, jobs, 3), np.int64),
    )


@compiled
def end_after(facts: Facts, machine: int, before: int, clock: int, job: int) -> int:
    """When a job ends that follows job ``before``, which ends at ``clock`` (-1 and NEVER: none)."""
    way = facts.way
    row = facts.setup.shape[1] - 1 if before < 0 else facts.family[before]
    setup = facts.setup[facts.table[machine], row, facts.family[job]]
    start = max(way[machine, job, READY], clock + facts.gap[machine] + setup)
    if setup > 0:
        start = max(start, way[machine, job, HOLD] + setup)
    return start + way[machine, job, DURATION]


@compiled
def price_at(facts: Facts, machine: int, job: int, end: int) -> int:
    """What a job costs that ends then, against leaving it out."""
    way = facts.way
    if end > way[machine, job, LATEST]:
        return WORTHLESS
    late = max(0, end - way[machine, job, DUE])
    return way[machine, job, COST] + way[machine, job, LATE] * late + way[machine, job, FLOW] * end


@compiled
def trial(facts: Facts, state: State, side: int, limit: int) -> int:
    """Change of cost by a splice, or WORTHLESS once it is clear that it is above ``limit``.

    Jobs that would end too late, or would cost more than they bring, are left out.
    """
    splice, fresh = state.splice[side], state.fresh[side]
    machine, first, after, size = splice[MACHINE], splice[FIRST], splice[AFTER], splice[SIZE]
    count, order = state.counts[machine], state.order[machine]
    delta, kept, before, clock = 0, 0, -1, NEVER
    if first > 0:
        before = order[first - 1]
        clock = state.end[before]
    for i in range(first, after):
        delta -= state.price[order[i]]
    splice[STOP], splice[CLOCK] = count, state.last[machine]
    for i in range(size + count - after):
        follows = i >= size
        job = order[after + i - size] if follows else state.middle[side, i]
        end = end_after(facts, machine, before, clock, job)
        if follows:
            if end == state.end[job]:
                splice[KEPT], splice[STOP] = kept, after + i - size
                return delta
            delta -= state.price[job]
        price = price_at(facts, machine, job, end)
        if price < 0:
            delta += price
            fresh[kept, JOB], fresh[kept, END], fresh[kept, PRICE] = job, end, price
            kept, before, clock = kept + 1, job, end
            if follows and delta > limit and end > state.end[job]:
                return WORTHLESS
    splice[KEPT], splice[CLOCK] = kept, max(clock, 0)
    return delta


@compiled
def deal(state: State, job: int, place: int) -> None:
    """Put a job at a place of the deck, by exchange."""
    other, rank = state.deck[place], state.rank[job]
    state.deck[place], state.deck[rank] = job, other
    state.rank[job], state.rank[other] = place, rank


@compiled
def commit(state: State, sides: int) -> None:
    """Make the change that was tried on one or two machines."""
    for side in range(sides):
        machine, first = state.splice[side, MACHINE], state.splice[side, FIRST]
        for i in range(first, state.splice[side, STOP]):
            job = state.order[machine, i]
            state.where[job] = -1
            deal(state, job, state.outs[0])
            state.outs[0] += 1
    for side in range(sides):
        machine, first = state.splice[side, MACHINE], state.splice[side, FIRST]
        kept = state.splice[side, KEPT]
        move_rest(state, machine, state.splice[side, STOP], first + kept)
        for i in range(kept):
            job = state.fresh[side, i, JOB]
            state.outs[0] -= 1
            deal(state, job, state.outs[0])
            state.order[machine, first + i] = job
            state.where[job], state.spot[job] = machine, first + i
            state.end[job] = state.fresh[side, i, END]
            state.price[job] = state.fresh[side, i, PRICE]
        state.last[machine] = state.splice[side, CLOCK]


@compiled
def move_rest(state: State, machine: int, start: int, to: int) -> None:
    """Move the jobs of a machine from position ``start`` on to position ``to``."""
    shift, count = to - start, state.counts[machine]
    order = state.order[machine]
    if shift < 0:
        for i in range(start, count):
            order[i + shift] = order[i]
            state.spot[order[i]] = i + shift
    elif shift > 0:
        for i in range(count - 1, start - 1, -1):
            order[i + shift] = order[i]
            state.spot[order[i + shift]] = i + shift
    state.counts[machine] = count + shift


@compiled
def load(facts: Facts, state: State, order: Ints, count: Ints) -> None:
    """Make the sequences these, of jobs that are each in one of them at most."""
    for machine in range(count.shape[0]):
        fill(facts, state, machine, order[machine, :0])
    for machine in range(count.shape[0]):
        fill(facts, state, machine, order[machine, : count[machine]])


@compiled
def fill(facts: Facts, state: State, machine: int, jobs: Ints) -> None:
    """Make the sequence of a machine this one."""
    splice = state.splice[0]
    splice[MACHINE], splice[FIRST], splice[AFTER] = machine, 0, state.counts[machine]
    splice[SIZE] = jobs.shape[0]
    state.middle[0, : jobs.shape[0]] = jobs
    trial(facts, state, 0, WORTHLESS)
    commit(state, 1)
