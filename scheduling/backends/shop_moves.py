"""Moving one operation of a job shop: where it may go, and exactly what the makespan would be.

An operation is taken out, heads and tails of the others are computed without it, and every place
on every machine it may be done on that can be best is measured against them. The places are those
of Mastrolilli and Gambardella (2000), Journal of Scheduling 3: behind all that ends before the
operation can begin, before all whose tail is no longer than the operation's, anywhere among the
rest. No such place makes a circle, one of them is the best of all, and what is said about a place
is no estimate.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.backends.shop_graph import (
    Ints,
    Plan,
    Shop,
    backward,
    forward,
    link,
    longest_way,
    unlink,
)
from scheduling.compiled import compiled

Randoms = NDArray[np.uint64]


class Rest(NamedTuple):
    """What is known while one operation is out: heads and tails without it, and its places.

    ``heads`` and ``tails`` are per operation. Place ``i`` is on the machine of ``choice[i]``,
    behind ``left[i]``; the longest way through the operation there is ``through[i]``. ``path``
    is room for a list of operations.
    """

    heads: Ints
    tails: Ints
    choice: Ints
    left: Ints
    through: Ints
    path: Ints


def room(shop: Shop) -> Rest:
    """Room for the places of any operation of a shop."""
    size = len(shop.release)
    most = size + int(np.diff(shop.choice_at).max())
    return Rest(*(np.zeros(length, dtype=np.int64) for length in [size, size, *[most] * 3, size]))


@compiled
def below(random: Randoms, bound: int) -> int:
    """A random number from 0 to ``bound`` - 1, by xorshift (Marsaglia 2003)."""
    state = random[0]
    state ^= state << np.uint64(13)
    state ^= state >> np.uint64(7)
    state ^= state << np.uint64(17)
    random[0] = state
    return int(np.int64(state >> np.uint64(1)) % bound)


@compiled
def take_out(shop: Shop, plan: Plan, rest: Rest, op: int) -> int:
    """Unlink an operation, compute heads and tails without its duration; the longest way left."""
    unlink(shop, plan, op)
    ticks, rank = plan.ticks[op], plan.rank[op]
    plan.ticks[op] = 0
    rest.heads[:] = plan.head
    rest.tails[:] = plan.tail
    forward(shop, plan, rest.heads, rank)
    backward(shop, plan, rest.tails, rank)
    longest = longest_way(rest.heads, plan.ticks)
    plan.ticks[op] = ticks
    return longest


@compiled
def places(shop: Shop, plan: Plan, rest: Rest, op: int, old_left: int) -> int:
    """List the places of an operation that is out, but the one it comes from; how many."""
    count, begin, behind, ticks = 0, rest.heads[op], rest.tails[op], plan.ticks
    for choice in range(shop.choice_at[op], shop.choice_at[op + 1]):
        left, right, ready = -1, plan.first[shop.machine[choice]], np.int64(0)
        while right >= 0 and rest.heads[right] + ticks[right] <= begin:
            left, right = right, plan.right[right]
        while True:
            if left >= 0:
                ready = rest.heads[left] + ticks[left]
            after = rest.tails[right] + ticks[right] if right >= 0 else 0
            if choice != plan.choice[op] or left != old_left:
                way = max(begin, ready) + shop.duration[choice] + max(behind, after)
                rest.choice[count], rest.left[count], rest.through[count] = choice, left, way
                count += 1
            if after <= behind:
                break
            left, right = right, plan.right[right]
    return count


@compiled
def put_back(shop: Shop, plan: Plan, op: int, left: int) -> None:
    """Undo `take_out`: the plan is as it was."""
    link(shop, plan, op, plan.choice[op], left)


@compiled
def critical_path(shop: Shop, plan: Plan, random: Randoms, path: Ints) -> int:
    """Write the operations of some longest way, last one first; how many."""
    op, count = _last(plan, random), 0
    while op >= 0:
        path[count] = op
        count += 1
        found, ties = -1, 0
        for at in range(shop.before_at[op], shop.before_at[op + 1]):
            other = shop.before[at]
            if plan.head[other] + plan.ticks[other] == plan.head[op]:
                ties += 1
                found = other if below(random, ties) == 0 else found
        other = plan.left[op]
        if other >= 0 and plan.head[other] + plan.ticks[other] == plan.head[op]:
            ties += 1
            found = other if below(random, ties) == 0 else found
        op = found
    return count


@compiled
def _last(plan: Plan, random: Randoms) -> int:
    """An operation that ends at the makespan; any of them."""
    found, ties = -1, 0
    for op in range(len(plan.head)):
        if plan.head[op] + plan.ticks[op] == plan.makespan[0]:
            ties += 1
            if below(random, ties) == 0:
                found = op
    return found
