"""A few good and different plans of a job shop, and new ones halfway between two of them.

Where two plans agree on the order of two operations, so does every plan between them: it appends
the operations in the order of a weighted mean of their heads. Path relinking after Peng, Lü and
Cheng (2015), Computers & Operations Research 53, in one stride.
"""

from __future__ import annotations

from random import Random

import numpy as np

from scheduling.backends.shop_graph import Plan, Shop, copy_plan, empty_plan
from scheduling.backends.shop_start import append_all

SIZE = 6
ALIKE = 0.95
PARTS = 64


class Pool:
    """At most ``SIZE`` plans of a shop."""

    def __init__(self, shop: Shop, random: Random) -> None:
        self.shop = shop
        self.random = random
        self.plans: list[Plan] = []

    def keep(self, plan: Plan) -> bool:
        """Take a copy in if it is better than the one most like it, or than the worst.

        Plans that agree in 95 of 100 operations are the same as far as the pool is concerned.
        """
        rival = next((other for other in self.plans if alike(plan, other)), None)
        if rival is None and len(self.plans) < SIZE:
            rival = empty_plan(self.shop)
            self.plans.append(rival)
        else:
            rival = rival or max(self.plans, key=_makespan)
            if rival.makespan[0] <= plan.makespan[0]:
                return False
        copy_plan(plan, rival)
        return True

    def forget(self) -> None:
        """Keep nothing but the best plan."""
        self.plans = [min(self.plans, key=_makespan)]

    def between(self, plan: Plan) -> None:
        """Fill a plan with orders between those of two of the pool; there must be two."""
        one, two = self.random.sample(self.plans, 2)
        weight = self.random.randint(PARTS // 4, 3 * PARTS // 4)
        draw = np.array([self.random.randrange(PARTS) for _ in one.head])
        choice = np.where(draw < weight, two.choice, one.choice)
        keys = (PARTS - weight) * one.head + weight * two.head
        append_all(self.shop, plan, keys, choice)


def alike(one: Plan, two: Plan) -> bool:
    """Whether nearly all operations are at the same place and time in both plans."""
    same = (one.choice == two.choice) & (one.head == two.head)
    return bool(same.mean() >= ALIKE)


def _makespan(plan: Plan) -> int:
    return int(plan.makespan[0])
