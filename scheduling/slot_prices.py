"""What a table of prices on machine time proves, in exact whole numbers.

A certificate is plain data: ``{"kind": "slot_prices", "unit": ..., "prices": {machine: [[start,
end, price], ...]}}``. A machine is the index of a resource, or "resource.lane" where that has
several lanes; a span is in ticks, a price is in thousandths of the smallest unit of money for one
tick. Whoever made the prices has no part in this: any that are not negative prove something.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduling.problem import Assignment, Problem, ProblemError, Span

Ints = NDArray[np.int64]
UNIT = 1000
LARGEST = 1 << 58
MOST_CELLS = 30_000_000


class NoBound(Exception):
    """Prices cannot bound this problem or objective; the text says why."""


def read(problem: Problem, certificate: object) -> dict[tuple[int, int], list[list[int]]]:
    """Price spans of each lane that has any; raises ProblemError with the path of what is wrong."""
    if not isinstance(certificate, dict) or certificate.get("kind") != "slot_prices":
        raise ProblemError("certificate.kind", "must be slot_prices")
    prices = certificate.get("prices")
    if not isinstance(prices, dict):
        raise ProblemError("certificate.prices", "must be an object")
    known = {
        str(r) if len(resource.lanes) == 1 else f"{r}.{lane}": (r, lane)
        for r, resource in enumerate(problem.resources)
        for lane in range(len(resource.lanes))
    }
    for key in prices:
        if key not in known:
            raise ProblemError(f"certificate.prices.{key}", "there is no such machine")
    return {known[key]: _spans(spans, key) for key, spans in prices.items()}


def _spans(spans: Any, key: object) -> list[list[int]]:
    path, last = f"certificate.prices.{key}", -LARGEST
    if not isinstance(spans, list):
        raise ProblemError(path, "must be a list")
    for index, span in enumerate(spans):
        here = f"{path}[{index}]"
        if not isinstance(span, list) or len(span) != 3 or any(type(n) is not int for n in span):
            raise ProblemError(here, "must be three whole numbers")
        if not last <= span[0] < span[1]:
            raise ProblemError(here, "must start after the one before it and end after it starts")
        if not 0 <= span[2] <= LARGEST:
            raise ProblemError(f"{here}[2]", "a price may not be negative or beyond counting")
        last = span[1]
    return spans


class LaneTime:
    """Free time of a lane, tick by tick, and what has to be paid for it.

    ``ticks`` are the free ones, ``until[tick]`` where its window ends, ``paid[tick]`` the price of
    all ticks before, ``total`` what all free time is worth.
    """

    def __init__(self, problem: Problem, place: tuple[int, int], horizon: int) -> None:
        resource = problem.resources[place[0]]
        before, after = resource.buffer_before, resource.buffer_after
        self.gap = before + after
        self.free = np.zeros(horizon, np.int64)
        self.until = np.zeros(horizon, np.int64)
        lane = resource.lanes[place[1]]
        for a, b in lane.windows:
            self.free[a:b], self.until[a:b] = resource.capacity or 1, b
        walls = [(a - after, b + before) for a, b in lane.blocked]
        pins = [pin for pin in problem.pinned if place in pin.places]
        if not resource.capacity:
            walls += [(pin.start - self.gap, pin.end + self.gap) for pin in pins]
        for a, b in walls:
            self.free[max(0, a) : max(0, b)] = 0
            self.until[: max(0, a)] = np.minimum(self.until[: max(0, a)], max(0, a))
        if resource.capacity:
            for pin in pins:
                self._store(pin, _amount(problem, pin, place[0]))
        self.walls = np.array(sorted(a for a, _ in walls), np.int64)
        self.ticks = np.flatnonzero(self.free)
        self.paid = np.zeros(horizon + 1, np.int64)
        self.total = 0

    def _store(self, pin: Assignment, amount: int) -> None:
        row = self.free[max(0, pin.start) : max(0, pin.end)]
        np.maximum(row - amount, 0, out=row)

    def charge(self, spans: list[list[int]]) -> None:
        """Take over prices; those of time that is not free stand for nothing."""
        prices, horizon = np.zeros(len(self.free), np.int64), len(self.free)
        for start, end, price in spans:
            prices[max(0, start) : max(0, end)] = price
        highest = int(prices.max(initial=0)) * int(self.free.max(initial=0))
        if highest * horizon > LARGEST:
            raise ProblemError("certificate.prices", "are beyond counting")
        prices[self.free == 0] = 0
        self.paid[1:] = np.cumsum(prices)
        self.total = int((prices * self.free).sum())

    def times(self, work: int, pausing: bool, within: Span) -> tuple[Ints, Ints]:
        """Starts and ends of work of so many open ticks inside a span."""
        ticks = self.ticks[np.searchsorted(self.ticks, within[0]) :]
        if pausing:
            part = np.searchsorted(self.walls, ticks, side="right")
            starts, ends = ticks[: max(0, len(ticks) - work + 1)], ticks[work - 1 :] + 1
            fits = part[: len(starts)] == part[work - 1 :]
        else:
            starts, ends = ticks, ticks + work
            fits = ends <= self.until[ticks]
        fits &= ends <= within[1]
        return starts[fits], ends[fits]

    def price(self, starts: Ints, ends: Ints) -> Ints:
        """What works pay, for the time in which nothing else can be done because of them."""
        paid = self.paid[np.minimum(ends + self.gap, len(self.paid) - 1)] - self.paid[starts]
        assert isinstance(paid, np.ndarray)
        return paid


def _amount(problem: Problem, pin: Assignment, resource: int) -> int:
    if pin.resource != resource:
        return sum(resource == other for other, _lane in pin.also)
    choice = problem.jobs[pin.job].operations[pin.operation].chosen(pin)
    return choice.amount if choice else 1
