"""What the order of a job's operations says about each of them, before any plan is made."""

from __future__ import annotations

from scheduling.problem import Assignment, Operation, Problem


class Route:
    """Earliest starts, latest ends, and which predecessor each operation follows exactly.

    ``leader[o]`` is one predecessor of ``o``, chosen such that nobody leads two: the leaders cut
    any order into chains. ``lag[o]`` is the least lag after the leader. ``last`` is an operation
    that the job cannot end before, None when all is pinned.
    """

    def __init__(self, problem: Problem, number: int, operations: tuple[Operation, ...]) -> None:
        job = problem.jobs[number]
        self.problem, self.operations = problem, operations
        found = {index: problem.pins.get((number, index)) for index in range(len(operations))}
        self.pins = {index: pin for index, pin in found.items() if pin}
        self.order = _order(operations)
        deadline = problem.horizon if job.deadline is None else job.deadline
        self.head = [job.release] * len(operations)
        self.latest = [deadline] * len(operations)
        self.leader: dict[int, int] = {}
        self.lag: dict[int, int] = {}
        for index in self.order:
            self._forward(index)
        for index in reversed(self.order):
            self._backward(index)
        free = [index for index in self.order if index not in self.pins]
        ends = [index for index in free if index not in self.leader.values()]
        self.last = max(ends, key=lambda index: self.head[index], default=None)

    def _forward(self, index: int) -> None:
        """Earliest start and leader of an operation, from its predecessors."""
        for before, lag, _most in self.operations[index].waits():
            pin = self.pins.get(before)
            ready = pin.end if pin else self.head[before] + self._shortest(before)
            self.head[index] = max(self.head[index], ready + lag)
        if index in self.pins:
            return
        taken = {*self.leader.values(), *self.pins}
        for before, lag, _most in self.operations[index].waits():
            if before not in taken:
                self.leader[index], self.lag[index] = before, lag

    def _backward(self, index: int) -> None:
        """Latest ends of the predecessors of an operation."""
        pin = self.pins.get(index)
        until = pin.start if pin else self.latest[index] - self._shortest(index)
        for before, lag, _most in self.operations[index].waits():
            self.latest[before] = min(self.latest[before], until - lag)

    def _shortest(self, index: int) -> int:
        return min((c.duration for c in self.operations[index].alternatives), default=0)

    def least_fare(self, before: int, index: int) -> int:
        """The least that carrying between two operations can cost."""
        return min(
            (
                self.problem.travel(here, there)[1]
                for here in self._resources(before)
                for there in self._resources(index)
            ),
            default=0,
        )

    def _resources(self, index: int) -> list[int]:
        pin: Assignment | None = self.pins.get(index)
        return [pin.resource] if pin else [c.resource for c in self.operations[index].alternatives]


def _order(operations: tuple[Operation, ...]) -> list[int]:
    """Predecessors first."""
    order: list[int] = []
    while len(order) < len(operations):
        done = set(order)
        order += [
            index
            for index, operation in enumerate(operations)
            if index not in done and done.issuperset(operation.predecessors)
        ]
    return order
