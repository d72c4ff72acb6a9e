"""Chance from a state of our own, compiled: the same seed gives the same numbers everywhere."""

from __future__ import annotations

import numpy as np

from scheduling.backends import at
from scheduling.backends.memory import Ints, Places
from scheduling.compiled import compiled


@compiled
def chance(x: Ints, p: Places) -> float:
    """A number from 0 to below 1 (xorshift, Marsaglia 2003)."""
    state = np.uint64(x[p[at.random]])
    state ^= state << np.uint64(13)
    state ^= state >> np.uint64(7)
    state ^= state << np.uint64(17)
    x[p[at.random]] = np.int64(state)
    return float(state >> np.uint64(11)) / 9007199254740992.0


@compiled
def below(x: Ints, p: Places, limit: int) -> int:
    """A whole number from 0 to below ``limit``."""
    return min(limit - 1, int(chance(x, p) * limit))
