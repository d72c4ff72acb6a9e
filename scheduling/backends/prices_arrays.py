"""A problem as the prices see it: free time of lanes, and jobs as chains of operations.

Money is counted in thousandths of the smallest unit, as a gain: an objective that is minimised has
its sign turned. Where the order of operations is not a chain it is cut into chains, each held to
the earliest and latest times that the whole order leaves it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
NEVER = -(1 << 60)


class Lanes(NamedTuple):
    """Free time. ``capacity[lane, tick]`` is 0 where closed or taken; the rest by lane.

    Windows ``window_start/end`` of lane l are ``window_at[l]`` to ``window_at[l + 1]``. For work
    that may pause: the open ticks of a lane in ``open_tick`` (from ``open_at``), and stretches
    between taken spans as ranges of their indices in ``stretch_start/end``. ``pad`` ticks before
    and after the horizon make room for buffers and changeovers.
    """

    capacity: Ints
    window_at: Ints
    window_start: Ints
    window_end: Ints
    open_at: Ints
    open_tick: Ints
    stretch_at: Ints
    stretch_start: Ints
    stretch_end: Ints
    pad: int


class Ways(NamedTuple):
    """One way to do an operation on one lane; ``lead`` and ``gap`` ticks go with the work."""

    lane: Ints
    ticks: Ints
    gain: Ints
    amount: Ints
    lead: Ints
    gap: Ints
    head: Ints
    latest: Ints
    place: Ints
    pausing: Ints


class Jobs(NamedTuple):
    """Forms of each job, chains of each form, steps of each chain, ways and sites of each step.

    A form is a job in so many lots, and what it brings; only one of them is done.

    A step lives in ticks ``low`` to ``high``; ``room`` is where its tables begin in the scratch.
    ``last`` is the chain a form ends with, ``held`` the end of its pinned work.
    """

    form_at: Ints
    chain_at: Ints
    step_at: Ints
    way_at: Ints
    site_at: Ints
    site: Ints
    low: Ints
    high: Ints
    room: Ints
    lag: Ints
    base: Ints
    must: Ints
    last: Ints
    due: Ints
    late: Ints
    finish: Ints
    fare: Ints
    held: Ints


class Arrays(NamedTuple):
    """Everything compiled code needs: travel by pair of sites in ticks and money."""

    lanes: Lanes
    ways: Ways
    jobs: Jobs
    travel_ticks: Ints
    travel_cost: Ints


class Tables(NamedTuple):
    """Scratch: best values by start and by end for every step and site of a chain.

    ``sums[lane, pad + t]`` is the price of all ticks before t.
    """

    sums: Ints
    start: Ints
    end: Ints
