"""The way to the best value of a chain, found again from the tables.

All numbers are whole, so the choice that gave a value is one that gives it once more: no table of
choices has to be written while the values are computed.
"""

from __future__ import annotations

import numpy as np

from scheduling.backends.prices_arrays import Arrays, Ints, Tables
from scheduling.compiled import compiled


@compiled
def _start_of(a: Arrays, way: int, end: int) -> int:
    """The start of work on a way that ends at a tick; -1 where it cannot."""
    lane, ticks = a.ways.lane[way], a.ways.ticks[way]
    start = end - ticks
    if a.ways.pausing[way]:
        opened = a.lanes.open_tick[a.lanes.open_at[lane] : a.lanes.open_at[lane + 1]]
        rank = np.searchsorted(opened, end - 1)
        for part in range(a.lanes.stretch_at[lane], a.lanes.stretch_at[lane + 1]):
            first, beyond = a.lanes.stretch_start[part], a.lanes.stretch_end[part]
            inside = first + ticks - 1 <= rank < beyond
            if inside and opened[rank] == end - 1:
                start = opened[rank - ticks + 1]
                return start if start >= a.ways.head[way] else -1
        return -1
    for w in range(a.lanes.window_at[lane], a.lanes.window_at[lane + 1]):
        if a.lanes.window_start[w] <= start and end <= a.lanes.window_end[w]:
            return start if start >= a.ways.head[way] else -1
    return -1


@compiled
def _way_to(a: Arrays, t: Tables, step: int, found: tuple[int, int]) -> tuple[int, int, int]:
    """The way and start that gave the value of ending a step at a site and tick; what was ready."""
    jobs = a.jobs
    site, end = found
    size = jobs.high[step] - jobs.low[step] + 1
    room = jobs.room[step] + site * size - jobs.low[step]
    for way in range(jobs.way_at[step], jobs.way_at[step + 1]):
        if a.ways.place[way] != site or end > a.ways.latest[way]:
            continue
        start = _start_of(a, way, end)
        if start < 0:
            continue
        lane, pad = a.ways.lane[way], a.lanes.pad
        price = t.sums[lane, pad + end + a.ways.gap[way]]
        price -= t.sums[lane, pad + start - a.ways.lead[way]]
        ready = t.start[room + start]
        if ready + a.ways.gain[way] - a.ways.amount[way] * price == t.end[room + end]:
            return way, start, ready
    return -1, 0, 0


@compiled
def _came_from(a: Arrays, t: Tables, step: int, at: tuple[int, int, int, int]) -> tuple[int, int]:
    """Site and tick at which the step before ended, for what was ready at a site and start."""
    jobs = a.jobs
    place, start, ready, fare = at
    low, size = jobs.low[step - 1], jobs.high[step - 1] - jobs.low[step - 1] + 1
    here = jobs.site[jobs.site_at[step] + place]
    for g in range(jobs.site_at[step] - jobs.site_at[step - 1]):
        there = jobs.site[jobs.site_at[step - 1] + g]
        shift = max(jobs.lag[step], a.travel_ticks[there, here])
        add = fare * a.travel_cost[there, here]
        room = jobs.room[step - 1] + g * size
        for i in range(min(size, start - shift - low + 1)):
            if t.end[room + i] + add == ready:
                return g, low + i
    return -1, 0


@compiled
def trace(a: Arrays, t: Tables, chain: int, end: tuple[int, int, int], path: Ints) -> None:
    """Write what a chain does into ``path``: way, start and end of each of its steps."""
    site, tick, fare = end
    first = a.jobs.step_at[chain]
    for step in range(a.jobs.step_at[chain + 1] - 1, first - 1, -1):
        way, start, ready = _way_to(a, t, step, (site, tick))
        path[step, 0], path[step, 1], path[step, 2] = way, start, tick
        if step > first:
            site, tick = _came_from(a, t, step, (site, start, ready, fare))
