"""The operations of a job as chains, and the times its order leaves each of them."""

from __future__ import annotations

from dataclasses import replace

from scheduling.problem import Operation, Problem
from scheduling.validate import topological


class Limits:
    """Per operation of a job the earliest start and latest end its order leaves it."""

    def __init__(
        self, problem: Problem, number: int, operations: tuple[Operation, ...], horizon: int
    ) -> None:
        self.problem, self.number = problem, number
        job = replace(problem.jobs[number], operations=operations)
        self.operations = operations
        self.pins = {o: problem.pins.get((number, o)) for o in range(len(job.operations))}
        self.order = topological(job)
        self.head = [job.release] * len(job.operations)
        deadline = horizon if job.deadline is None else min(horizon, job.deadline)
        self.latest = [deadline] * len(job.operations)
        for index in self.order:
            for before, lag, _most in self.operations[index].waits():
                self.head[index] = max(self.head[index], self._ready(before, index, lag))
        for index in reversed(self.order):
            for before, lag, _most in self.operations[index].waits():
                self.latest[before] = min(self.latest[before], self._until(before, index, lag))

    def _ready(self, before: int, index: int, lag: int) -> int:
        pin = self.pins[before]
        if pin:
            return pin.end + (0 if self.pins[index] else lag)
        return self.head[before] + self._least(before, index, lag, 0)

    def _until(self, before: int, index: int, lag: int) -> int:
        pin = self.pins[index]
        if pin:
            return pin.start - (0 if self.pins[before] else lag)
        return self.latest[index] - self._least(before, index, lag, 1)

    def _least(self, before: int, index: int, lag: int, which: int) -> int:
        """Least ticks from start to start (0) or from end to end (1) of two operations."""
        return min(
            (
                pair[which] + max(lag, travel)
                for *pair, travel, _cost in self.pairs(before, index)
            ),
            default=0,
        )

    def carrying(self, before: int, index: int) -> int:
        """The least that carrying the job between two operations can cost."""
        return min((cost for *_, cost in self.pairs(before, index)), default=0)

    def pairs(self, before: int, index: int) -> list[tuple[int, int, int, int]]:
        """For each pair of places the ticks of both works, and ticks and money of carrying."""
        return [
            (first, second, *self.problem.travel(here, there))
            for here, first in self._places(before)
            for there, second in self._places(index)
        ]

    def _places(self, index: int) -> list[tuple[int, int]]:
        pin = self.pins[index]
        if pin:
            return [(pin.resource, 0)]
        return [(c.resource, c.duration) for c in self.operations[index].alternatives]


def chains(limits: Limits) -> list[list[int]]:
    """The order of operations cut into chains, each link one of its precedences."""
    found: list[list[int]] = []
    ends: dict[int, list[int]] = {}
    for index in limits.order:
        if limits.pins[index]:
            continue
        open_ends = [b for b in limits.operations[index].predecessors if b in ends]
        if open_ends:
            chain = ends.pop(max(open_ends, key=lambda b: limits.head[b]))
        else:
            chain = []
            found.append(chain)
        chain.append(index)
        ends[index] = chain
    return found
