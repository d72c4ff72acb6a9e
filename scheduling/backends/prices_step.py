"""One step of the prices towards a smaller bound: a deflected subgradient, Polyak's length.

Prices rise where lanes are wanted by more work than they can do and fall where by less. The
direction remembers earlier ones, which keeps it from swinging (Camerini, Fratta, Maffioli 1975;
step length: Polyak 1969).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.backends.prices_arrays import Ints
from scheduling.compiled import compiled


class Field(NamedTuple):
    """By lane and tick: capacity, usage, prices in whole numbers, and where the steps have led.

    ``exact`` are the prices before they are rounded up, ``direction`` what is added next.
    """

    capacity: Ints
    usage: Ints
    prices: Ints
    exact: NDArray[np.float64]
    direction: NDArray[np.float64]


@compiled
def turn(f: Field, memory: float) -> float:
    """Mix the subgradient into the direction; the square of its length."""
    square = 0.0
    for lane in range(f.capacity.shape[0]):
        for tick in range(f.capacity.shape[1]):
            if f.capacity[lane, tick] == 0:
                continue
            excess = f.usage[lane, tick] - f.capacity[lane, tick]
            pull = memory * f.direction[lane, tick] + (1.0 - memory) * excess
            if f.exact[lane, tick] <= 0.0 and pull < 0.0:
                pull = 0.0
            f.direction[lane, tick] = pull
            square += pull * pull
    return square


@compiled
def move(f: Field, length: float, highest: int) -> None:
    """Take the step; prices stay between 0 and what no job would pay."""
    for lane in range(f.capacity.shape[0]):
        for tick in range(f.capacity.shape[1]):
            if f.capacity[lane, tick] == 0:
                continue
            price = f.exact[lane, tick] + length * f.direction[lane, tick]
            price = min(max(price, 0.0), float(highest))
            f.exact[lane, tick] = price
            f.prices[lane, tick] = int(np.ceil(price))
