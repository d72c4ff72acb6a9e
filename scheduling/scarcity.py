"""How scarce an hour is, on which resources and when: an indication, not a clearing price.

The prices with which a bound is proven (`scheduling.backends.prices`) are high where more jobs
want time than there is. They are no prices at which a market would clear: for jobs that are done
whole or not at all there need be none, and the search stops at one of many tables that prove about
the same. So a single tick says little. Averages over groups of resources and spans of time are
steadier, and how far they lie apart when the search is run in other ways shows how steady.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np

from scheduling.backends import prices
from scheduling.problem import Problem
from scheduling.slot_prices import UNIT, Ints


@dataclass(frozen=True, slots=True)
class Scarcity:
    """What an hour is worth in one group of resources and one span of time.

    ``price`` is the mean over the runs, ``low`` and ``high`` the least and the greatest of them,
    in whole minor units for an hour of one lane. ``free`` is the free ticks that were averaged.
    """

    group: Hashable
    start: int
    end: int
    price: int
    low: int
    high: int
    free: int


@dataclass(frozen=True, slots=True)
class Grain:
    """Over what prices are averaged: ``group_of`` a resource's index, spans of ``span`` ticks.

    ``hour`` is how many ticks make an hour.
    """

    span: int
    hour: int
    group_of: Callable[[int], Hashable] = int


def scarcity(
    problem: Problem,
    grain: Grain,
    *,
    objective: str = "welfare",
    seeds: tuple[int, ...] = (0, 1, 2),
    passes: int = 150,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[Scarcity]:
    """Scarcity of each group and span with free time, in the order of groups and time.

    One search for each seed, over at most so many passes over all jobs; ``should_stop`` ends all
    of them early, with what there is. Raises NoBound where prices mean nothing for the problem or
    objective, ValueError for an empty span or hour or no seeds.
    """
    if grain.span < 1 or grain.hour < 1 or not seeds:
        raise ValueError("span and hour must be at least one tick, and there must be a seed")
    runs = [_run(prices.start(problem, objective, seed), passes, should_stop) for seed in seeds]
    groups: dict[Hashable, list[int]] = {}
    for (resource, _lane), number in runs[0].reader.lanes.number.items():
        groups.setdefault(grain.group_of(resource), []).append(number)
    capacity = runs[0].arrays.lanes.capacity
    found: list[Scarcity] = []
    for group, lanes in groups.items():
        free = capacity[lanes].sum(axis=0)
        worth = [(run.prices[lanes] * capacity[lanes]).sum(axis=0) for run in runs]
        found += _spans(group, grain, free, worth)
    return found


def _run(search: prices.Prices, passes: int, should_stop: Callable[[], bool]) -> prices.Prices:
    jobs = len(search.problem.jobs)
    for _ in range(passes):
        left = jobs
        while left > 0 and not should_stop():
            done = search.work(min(left, search.UNITS // 20))
            left = left - done if done else 0
    return search


def _spans(group: Hashable, grain: Grain, free: Ints, worth: list[Ints]) -> list[Scarcity]:
    """One group's averages over each span of ticks with free time in it."""
    found = []
    for start in range(0, len(free), grain.span):
        part = slice(start, start + grain.span)
        ticks = int(free[part].sum())
        if ticks:
            sums = [int(np.sum(one[part])) * grain.hour for one in worth]
            hours = [_rounded(one, ticks * UNIT) for one in sums]
            mean = _rounded(sum(sums), ticks * UNIT * len(sums))
            end = start + grain.span
            found.append(Scarcity(group, start, end, mean, min(hours), max(hours), ticks))
    return found


def _rounded(value: int, by: int) -> int:
    return (2 * value + by) // (2 * by)
