"""A problem as flat arrays for the compiled kernel: what never changes while a plan is made.

Lanes of all resources are numbered through, and so are windows, operations and alternatives. The
items that belong to number ``i`` are ``first[i]`` up to ``first[i + 1]`` of their arrays. A job has
one *variant* for every number of lots it may be split into; a variant is a route of operations in
an order in which predecessors come first.
"""

from __future__ import annotations

from typing import NamedTuple

from scheduling.backends.memory import Ints


class Facts(NamedTuple):
    """All arrays are of int64; ``*_first`` arrays are one longer than what they index.

    ``window_*`` are the free windows of a lane (open, and outside blocked time with the buffers),
    ``open_*`` those it is given. By resource: from ``site`` to ``pool_of``; by job: from
    ``variant_first`` to ``simple``; by operation: from ``job`` to ``pin_worked``; by alternative:
    from ``resource`` to ``also_first``.
    """

    lane_resource: Ints
    window_first: Ints
    window_start: Ints
    window_end: Ints
    window_worked: Ints
    window_last: Ints
    open_first: Ints
    open_start: Ints
    open_end: Ints
    blocked_first: Ints
    blocked_start: Ints
    blocked_end: Ints
    lane_first: Ints
    site: Ints
    before: Ints
    gap: Ints
    families: Ints
    setup_first: Ints
    after_release: Ints
    setups: Ints
    pool_of: Ints
    variant_first: Ints
    release: Ints
    due: Ints
    simple: Ints
    operation_first: Ints
    job: Ints
    family: Ints
    pauses: Ints
    crew: Ints
    people: Ints
    latest: Ints
    pinned: Ints
    pin_worked: Ints
    choice_first: Ints
    resource: Ints
    work: Ints
    cost: Ints
    amount: Ints
    also_first: Ints
    also: Ints
    pred_first: Ints
    pred: Ints
    pred_min: Ints
    pred_max: Ints
    succ_first: Ints
    succ: Ints
    travel_ticks: Ints
    travel_cost: Ints
