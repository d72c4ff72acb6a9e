"""Free time of all lanes as arrays."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from scheduling.backends.calendar import subtract
from scheduling.backends.prices_arrays import Ints, Lanes
from scheduling.problem import Assignment, Problem, Span


def ints(values: object) -> Ints:
    """An array of 64-bit whole numbers."""
    return np.array(values, dtype=np.int64)


def free_time(problem: Problem, resource: int, lane: int) -> tuple[list[Span], list[Span]]:
    """Windows in which work may lie on a lane, and the widened spans that are taken."""
    owner = problem.resources[resource]
    before, after = owner.buffer_before, owner.buffer_after
    taken = [(a - after, b + before) for a, b in owner.lanes[lane].blocked]
    for pin in problem.pinned:
        if (resource, lane) in pin.places and not owner.capacity:
            taken.append((pin.start - after - before, pin.end + after + before))
    taken.sort()
    return subtract(owner.lanes[lane].windows, taken), taken


def stored(problem: Problem, pin: Assignment, resource: int) -> int:
    """What a pinned work takes of a cumulative resource."""
    if pin.resource != resource:
        return sum(resource == other for other, _lane in pin.also)
    choice = problem.jobs[pin.job].operations[pin.operation].chosen(pin)
    return choice.amount if choice else 1


class LaneReader:
    """Numbers the lanes and lists their free time."""

    def __init__(self, problem: Problem) -> None:
        self.number: dict[tuple[int, int], int] = {}
        self.problem = problem
        self.windows: list[list[Span]] = []
        self.walls: list[list[Span]] = []
        for r, resource in enumerate(problem.resources):
            for lane in range(len(resource.lanes)):
                self.number[r, lane] = len(self.windows)
                free, taken = free_time(problem, r, lane)
                self.windows.append(free)
                self.walls.append(taken)
        self.horizon = max([1, *(w[-1][1] for w in self.windows if w)])

    def capacity(self) -> Ints:
        """How much may be worked at once on each lane at each tick."""
        capacity = np.zeros((len(self.windows), self.horizon), np.int64)
        for (r, _lane), number in self.number.items():
            for start, end in self.windows[number]:
                capacity[number, start:end] = self.problem.resources[r].capacity or 1
        for pin in self.problem.pinned:
            for place in pin.places:
                if self.problem.resources[place[0]].capacity:
                    row = capacity[self.number[place], max(0, pin.start) : max(0, pin.end)]
                    np.maximum(row - stored(self.problem, pin, place[0]), 0, out=row)
        return capacity

    def arrays(self, pad: int, pausing: bool) -> Lanes:
        """The free time as arrays; open ticks only where work may pause."""
        capacity = self.capacity()
        opens: list[Ints] = []
        stretches: list[list[Span]] = []
        for number, walls in enumerate(self.walls):
            ticks = np.flatnonzero(capacity[number]) if pausing else ints([])
            opens.append(ticks)
            stretches.append(_stretches(ticks, walls))
        flat = [span for windows in self.windows for span in windows]
        parts = [span for some in stretches for span in some]
        return Lanes(
            capacity,
            starts([len(w) for w in self.windows]),
            ints([a for a, _ in flat]),
            ints([b for _, b in flat]),
            starts([len(t) for t in opens]),
            np.concatenate([ints([]), *opens]),
            starts([len(s) for s in stretches]),
            ints([a for a, _ in parts]),
            ints([b for _, b in parts]),
            pad,
        )


def starts(sizes: list[int]) -> Ints:
    """Where each of several runs begins in their concatenation, and where the last ends."""
    return np.cumsum(ints([0, *sizes]))


def _stretches(ticks: Ints, walls: list[Span]) -> list[Span]:
    """Ranges of indices of open ticks with no taken span between them."""
    cuts = [int(np.searchsorted(ticks, a)) for a, _ in walls]
    edges = sorted({0, len(ticks), *cuts})
    return [(a, b) for a, b in pairwise(edges) if a < b]
