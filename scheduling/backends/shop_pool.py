"""A few good and different plans of a job shop, and new ones halfway between two of them.

Where two plans agree on the order of two operations, so does every plan between them: it appends
the operations in the order of a weighted mean of their heads. Path relinking after Peng, Lü and
Cheng (2015), Computers & Operations Research 53, in one stride.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduling.backends.shop_graph import Ints, Plan, Shop
from scheduling.backends.shop_moves import Randoms, below
from scheduling.backends.shop_start import append_all
from scheduling.compiled import compiled

SIZE = 6
ALIKE = 95
PARTS = 64


class Pool(NamedTuple):
    """Choices and heads per plan and operation, the makespans, and how many plans there are."""

    choice: Ints
    head: Ints
    makespan: Ints
    size: Ints


def empty_pool(shop: Shop) -> Pool:
    """Room for the plans of a shop."""
    shape = (SIZE, len(shop.release))
    choice, head = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    return Pool(choice, head, np.zeros(SIZE, dtype=np.int64), np.zeros(1, dtype=np.int64))


@compiled
def keep(pool: Pool, plan: Plan) -> bool:
    """Take a plan in if it is better than the one most like it, or than the worst.

    Plans that agree in 95 of 100 operations are the same as far as the pool is concerned.
    """
    at = _like(pool, plan)
    if at < 0 and pool.size[0] < SIZE:
        at = int(pool.size[0])
        pool.size[0] += 1
    else:
        at = int(np.argmax(pool.makespan)) if at < 0 else at
        if pool.makespan[at] <= plan.makespan[0]:
            return False
    pool.choice[at] = plan.choice
    pool.head[at] = plan.head
    pool.makespan[at] = plan.makespan[0]
    return True


@compiled
def _like(pool: Pool, plan: Plan) -> int:
    """A plan of the pool that is nearly the same, or -1."""
    for at in range(pool.size[0]):
        same = (pool.choice[at] == plan.choice) & (pool.head[at] == plan.head)
        if same.sum() * 100 >= len(same) * ALIKE:
            return at
    return -1


@compiled
def forget(pool: Pool) -> None:
    """Keep nothing but the best plan."""
    if pool.size[0] > 1:
        best = int(np.argmin(pool.makespan[: pool.size[0]]))
        pool.choice[0] = pool.choice[best]
        pool.head[0] = pool.head[best]
        pool.makespan[0] = pool.makespan[best]
        pool.size[0] = 1


@compiled
def between(shop: Shop, plan: Plan, pool: Pool, random: Randoms) -> None:
    """Fill a plan with one between two different plans of the pool (there must be two)."""
    count = pool.size[0]
    one = below(random, count)
    two = (one + 1 + below(random, count - 1)) % count
    weight = PARTS // 4 + below(random, PARTS // 2)
    choice = pool.choice[one].copy()
    for op in range(len(choice)):
        if below(random, PARTS) < weight:
            choice[op] = pool.choice[two, op]
    append_all(shop, plan, (PARTS - weight) * pool.head[one] + weight * pool.head[two], choice)
