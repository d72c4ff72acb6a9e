"""All arrays of the compiled kernel in two: ``x`` for whole numbers and ``y`` for real ones.

Compiled functions are handed ``x``, ``y`` and ``p``, which says where in them each array begins:
what other code would write as ``release[job]`` is ``x[p[at.release] + job]`` here. Handing over
eighty arrays would cost more than most of these functions do.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from scheduling.backends import at

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
FOREVER = 1 << 60
Places = Ints


class Memory:
    """Arrays by name laid one after the other; views on them for code that is not compiled."""

    def __init__(
        self, whole: Mapping[str, Ints], real: Mapping[str, Floats], sizes: Mapping[str, int]
    ) -> None:
        self.x, places, self.whole = _lay(whole, np.dtype(np.int64))
        self.y, real_places, self.real = _lay(real, np.dtype(np.float64))
        numbers = {**places, **real_places, **sizes}
        self.p = np.zeros(len(numbers), dtype=np.int64)
        for name, number in numbers.items():
            self.p[getattr(at, name)] = number


def _lay(
    arrays: Mapping[str, NDArray], kind: np.dtype
) -> tuple[NDArray, dict[str, int], dict[str, NDArray]]:
    """One array with all of them, where each begins, and a view of each."""
    places, begin = {}, 0
    for name, array in arrays.items():
        places[name] = begin
        begin += array.size
    memory = np.zeros(begin + 1, dtype=kind)
    views = {}
    for name, array in arrays.items():
        first = places[name]
        views[name] = memory[first : first + array.size].reshape(array.shape)
        views[name][...] = array
    return memory, places, views
