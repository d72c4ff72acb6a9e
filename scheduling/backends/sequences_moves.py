"""Compiled: the moves. Each writes one or two splices and says how many; 0 is "no move here".

Insertion, exchange, or-opt and 2-opt within a sequence and between sequences, and the moves that
take a job in or leave it out.
"""

from __future__ import annotations

from scheduling.backends.sequences_facts import DURATION, LATEST, READY, Facts, Ints
from scheduling.backends.sequences_walk import AFTER, FIRST, MACHINE, SIZE, State
from scheduling.compiled import compiled

REACH = 12
LONGEST = 3
TURNED = 8


@compiled
def chance(random: Ints) -> float:
    """A number from 0 up to but not 1 (xorshift, Marsaglia 2003)."""
    x = random[0]
    x ^= x << 13
    x ^= (x >> 7) & ((1 << 57) - 1)
    x ^= x << 17
    random[0] = x
    return float((x >> 11) & ((1 << 52) - 1)) / float(1 << 52)


@compiled
def draw(random: Ints, below: int) -> int:
    """A whole number from 0 to ``below`` - 1."""
    return int(chance(random) * below)


@compiled
def begin(state: State, side: int, machine: int, first: int, after: int) -> None:
    """Begin a change of positions ``first`` to ``after`` of a machine."""
    state.splice[side, MACHINE] = machine
    state.splice[side, FIRST] = first
    state.splice[side, AFTER] = after
    state.splice[side, SIZE] = 0


@compiled
def put(state: State, side: int, job: int) -> None:
    """Add a job to a splice."""
    size = state.splice[side, SIZE]
    state.middle[side, size] = job
    state.splice[side, SIZE] = size + 1


@compiled
def put_range(state: State, side: int, machine: int, first: int, after: int) -> None:
    """Add the jobs at positions ``first`` to ``after`` of a machine to a splice."""
    size = state.splice[side, SIZE]
    for i in range(first, after):
        state.middle[side, size + i - first] = state.order[machine, i]
    state.splice[side, SIZE] = size + after - first


@compiled
def shift(state: State, random: Ints, job: int) -> int:
    """A few neighbours go earlier or later (or-opt)."""
    machine, i = state.where[job], state.spot[job]
    count = state.counts[machine]
    j = min(count, i + 1 + draw(random, LONGEST))
    far = 1 + draw(random, REACH)
    if draw(random, 2) == 0:
        first = max(0, i - far)
        begin(state, 0, machine, first, j)
        put_range(state, 0, machine, i, j)
        put_range(state, 0, machine, first, i)
        return int(first < i)
    after = min(count, j + far)
    begin(state, 0, machine, i, after)
    put_range(state, 0, machine, j, after)
    put_range(state, 0, machine, i, j)
    return int(j < after)


@compiled
def swap(state: State, random: Ints, job: int) -> int:
    """Two jobs of a machine change places."""
    machine, i = state.where[job], state.spot[job]
    j = i + 1 + draw(random, REACH)
    if j >= state.counts[machine]:
        return 0
    begin(state, 0, machine, i, j + 1)
    put(state, 0, state.order[machine, j])
    put_range(state, 0, machine, i + 1, j)
    put(state, 0, job)
    return 1


@compiled
def turn(state: State, random: Ints, job: int) -> int:
    """Some neighbours in the opposite order (2-opt)."""
    machine, i = state.where[job], state.spot[job]
    j = min(state.counts[machine], i + 3 + draw(random, TURNED - 2))
    begin(state, 0, machine, i, j)
    for k in range(j - 1, i - 1, -1):
        put(state, 0, state.order[machine, k])
    return int(j - i > 1)


@compiled
def position_at(state: State, machine: int, tick: int) -> int:
    """The first position whose job ends after a tick."""
    low, high = 0, state.counts[machine]
    while low < high:
        half = (low + high) >> 1
        if state.end[state.order[machine, half]] > tick:
            high = half
        else:
            low = half + 1
    return low


@compiled
def somewhere(facts: Facts, state: State, random: Ints, machine: int, job: int) -> int:
    """A position where a job could begin between its release and its latest start."""
    way = facts.way
    first = min(way[machine, job, READY], state.last[machine])
    latest = way[machine, job, LATEST] - way[machine, job, DURATION]
    last = min(latest, state.last[machine])
    return position_at(state, machine, first + draw(random, max(1, last - first + 1)))


@compiled
def some_machine(facts: Facts, random: Ints, job: int) -> int:
    """A machine that can do a job."""
    return int(facts.able[job, draw(random, facts.ables[job])])


@compiled
def take(facts: Facts, state: State, random: Ints, job: int) -> int:
    """A job that was left out comes in."""
    machine = some_machine(facts, random, job)
    at = somewhere(facts, state, random, machine, job)
    begin(state, 0, machine, at, at)
    put(state, 0, job)
    return 1


@compiled
def replace(facts: Facts, state: State, random: Ints, job: int) -> int:
    """A job that was left out comes in, one there or near by goes."""
    machine = some_machine(facts, random, job)
    last = state.counts[machine] - 1
    if last < 0:
        return 0
    at = min(last, somewhere(facts, state, random, machine, job))
    far = draw(random, 2) * draw(random, REACH)
    if draw(random, 2) == 0:
        gone = min(last, at + far)
        begin(state, 0, machine, at, gone + 1)
        put(state, 0, job)
        put_range(state, 0, machine, at, gone)
        return 1
    gone = max(0, at - far)
    begin(state, 0, machine, gone, at + 1)
    put_range(state, 0, machine, gone + 1, at + 1)
    put(state, 0, job)
    return 1


@compiled
def drop(state: State, job: int) -> int:
    """A job is left out."""
    begin(state, 0, state.where[job], state.spot[job], state.spot[job] + 1)
    return 1


@compiled
def transfer(facts: Facts, state: State, random: Ints, job: int) -> int:
    """A job, or it and its neighbour, go to another machine: to the same time or anywhere."""
    machine, i = state.where[job], state.spot[job]
    other = some_machine(facts, random, job)
    if other == machine:
        return 0
    j = min(state.counts[machine], i + 1 + int(draw(random, 4) == 0))
    if draw(random, 2) == 0:
        at = position_at(state, other, state.end[job] - facts.way[machine, job, DURATION])
    else:
        at = somewhere(facts, state, random, other, job)
    begin(state, 0, machine, i, j)
    begin(state, 1, other, at, at)
    put_range(state, 1, machine, i, j)
    return 2


@compiled
def exchange(facts: Facts, state: State, random: Ints, job: int) -> int:
    """Two jobs of two machines change places: ones at the same time or any."""
    machine, i = state.where[job], state.spot[job]
    other = some_machine(facts, random, job)
    if other == machine or state.counts[other] == 0:
        return 0
    at = draw(random, state.counts[other])
    if draw(random, 2) == 0:
        at = position_at(state, other, state.end[job] - facts.way[machine, job, DURATION])
        at = min(at, state.counts[other] - 1)
    begin(state, 0, machine, i, i + 1)
    put(state, 0, state.order[other, at])
    begin(state, 1, other, at, at + 1)
    put(state, 1, job)
    return 2
