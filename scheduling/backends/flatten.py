"""Writes a problem down as the flat arrays of `facts.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from scheduling.backends.calendar import LaneCalendar
from scheduling.backends.facts import Facts
from scheduling.backends.memory import FOREVER, Ints
from scheduling.lots import routes
from scheduling.problem import Job, Operation, Problem, Resource
from scheduling.terms import worked
from scheduling.validate import topological

Name = tuple[int, int, int]


def array(values: Iterable[int]) -> Ints:
    """Whole numbers as an array."""
    return np.array(list(values), dtype=np.int64)


class Table:
    """Rows of unequal number laid one after the other."""

    def __init__(self, columns: int) -> None:
        self.first = [0]
        self.columns: list[list[int]] = [[] for _ in range(columns)]

    def add(self, rows: Iterable[Sequence[int]]) -> None:
        """The rows of the next number."""
        for row in rows:
            for column, value in zip(self.columns, row, strict=True):
                column.append(value)
        self.first.append(len(self.columns[0]))

    def arrays(self) -> list[Ints]:
        """``first`` and the columns."""
        return [array(self.first), *(array(column) for column in self.columns)]


class Flat:
    """A problem's facts, and which job, operation and lot every flat operation is.

    ``names[o]`` is ``(job, operation, lot)`` of flat operation ``o`` and ``number`` the way back,
    by ``(variant, operation, lot)``.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.names: list[Name] = []
        self.number: dict[Name, int] = {}
        self.held = {pin.job for pin in problem.pinned}
        self.lanes: list[tuple[int, int]] = []
        self.lane_number: dict[tuple[int, int], int] = {}
        self.facts = Facts(*self._resources(), *self._jobs(), *_travel(problem))

    def _resources(self) -> list[Ints]:
        """The fields from ``lane_resource`` to ``pool_of``."""
        windows, opening, blocked, lane_first = Table(4), Table(2), Table(2), [0]
        for number, resource in enumerate(self.problem.resources):
            for index, lane in enumerate(resource.lanes):
                self.lane_number[number, index] = len(self.lanes)
                self.lanes.append((number, index))
                calendar = LaneCalendar(resource, lane)
                at = windows.first[-1]
                last = (at + i for i in calendar.last)
                windows.add(
                    zip(calendar.starts, calendar.ends, calendar.worked, last, strict=True)
                )
                opening.add(lane.windows)
                blocked.add(lane.blocked)
            lane_first.append(len(self.lanes))
        owners = array(number for number, _ in self.lanes)
        tables = (*windows.arrays(), *opening.arrays(), *blocked.arrays())
        return [owners, *tables, array(lane_first), *self._machines()]

    def _machines(self) -> list[Ints]:
        """The fields of resources from ``site`` to ``pool_of``."""
        resources, tables, first = self.problem.resources, list[int](), list[int]()
        for resource in resources:
            first.append(len(tables))
            tables.extend(_changeovers(resource))
        pool, pools = len(self.problem.crews), []
        for resource in resources:
            pools.append(pool if resource.capacity else -1)
            pool += 1 if resource.capacity else 0
        return [
            array(r.site for r in resources),
            array(r.buffer_before for r in resources),
            array(r.buffer_before + r.buffer_after for r in resources),
            array(_families(r) for r in resources),
            array(first),
            array(int(r.setup_after_release) for r in resources),
            array(tables),
            array(pools),
        ]

    def _jobs(self) -> list[Ints]:
        """The fields from ``variant_first`` to ``succ``."""
        jobs = self.problem.jobs
        variant_first, operation_first = [0], [0]
        self.single: list[tuple[int, ...]] = []
        self.choices, self.also = Table(4), Table(1)
        self.before, self.behind = Table(3), Table(1)
        for number in range(len(jobs)):
            for operations in _variants(self.problem, number):
                self._route(number, operations, len(operation_first) - 1)
                operation_first.append(len(self.names))
            variant_first.append(len(operation_first) - 1)
        return [
            array(variant_first),
            array(job.release for job in jobs),
            array(FOREVER if job.due is None else job.due for job in jobs),
            array(self._simple(number) for number in range(len(jobs))),
            array(operation_first),
            *(array(column) for column in zip(*self.single, strict=True)),
            *self.choices.arrays(),
            *self.also.arrays(),
            *self.before.arrays(),
            *self.behind.arrays(),
        ]

    def _route(self, job: int, operations: Sequence[Operation], variant: int) -> None:
        """The operations of a variant, numbered so that predecessors come first."""
        base, size = len(self.names), len(self.problem.jobs[job].operations)
        order = topological(Job(tuple(operations)))
        place = {operation: base + i for i, operation in enumerate(order)}
        behind = _successors(operations)
        latest = self._latest(job, operations, order)
        for operation in order:
            step, original = operations[operation], operation % size
            lot = operation // size
            pin = self.problem.pins.get((job, original))
            self.names.append((job, original, lot))
            self.number[variant, original, lot] = place[operation]
            crew = -1 if step.crew is None else step.crew
            family = -1 if step.family is None else step.family
            facts = (job, family, int(step.may_pause), crew, step.people)
            limit = min(latest[operation], FOREVER)
            held = worked(self.problem, pin) if pin else 0
            self.single.append((*facts, limit, int(pin is not None), held))
            for choice in step.alternatives:
                self.also.add((one,) for one in choice.also)
            self.choices.add(
                (c.resource, c.duration, c.cost, c.amount) for c in step.alternatives
            )
            self.before.add((place[p], low, high) for p, low, high in _lags(step))
            self.behind.add((place[one],) for one in behind[operation])

    def _latest(self, job: int, operations: Sequence[Operation], order: Sequence[int]) -> list[int]:
        """Per operation the last end that leaves the rest time before the deadline and pins."""
        deadline = self.problem.jobs[job].deadline
        latest = [FOREVER if deadline is None else deadline] * len(operations)
        for index in reversed(order):
            step = operations[index]
            shortest = min((c.duration for c in step.alternatives), default=0)
            pin = self.problem.pins.get((job, index))
            limit = pin.start if pin else latest[index] - shortest
            for before, low, _high in _lags(step):
                latest[before] = min(latest[before], limit - (0 if pin else low))
        return latest

    def _simple(self, number: int) -> int:
        """Whether a job is a chain of free operations without maximum lags or changeovers."""
        job = self.problem.jobs[number]
        for index, step in enumerate(job.operations):
            chain = set(step.predecessors) == ({index - 1} if index else set())
            if not chain or any(high is not None for _low, high in step.lags):
                return 0
            for choice in step.alternatives:
                if choice.also or self.problem.resources[choice.resource].has_setups:
                    return 0
        return int(job.max_lots == 1 and number not in self.held)


def _families(resource: Resource) -> int:
    return max(len(resource.setups), len(resource.initial_setups))


def _changeovers(resource: Resource) -> Iterator[int]:
    """The table of changeovers by family, then the row of first ones."""
    size = _families(resource)
    for row in resource.setups or ((0,) * size,) * size:
        yield from row
    yield from resource.initial_setups or (0,) * size


def _variants(problem: Problem, number: int) -> Iterator[Sequence[Operation]]:
    """The routes of a job for every number of lots; a partly pinned job stays one lot."""
    job = problem.jobs[number]
    yield job.operations
    if not any(pin.job == number for pin in problem.pinned):
        for count in range(2, job.max_lots + 1):
            yield routes(job, count)


def _lags(step: Operation) -> Iterator[tuple[int, int, int]]:
    """``(predecessor, least lag, greatest lag)``; FOREVER for none."""
    lags = step.lags or ((0, None),) * len(step.predecessors)
    for before, (low, high) in zip(step.predecessors, lags, strict=True):
        yield before, low, FOREVER if high is None else high


def _successors(operations: Sequence[Operation]) -> list[list[int]]:
    behind: list[list[int]] = [[] for _ in operations]
    for index, step in enumerate(operations):
        for before in set(step.predecessors):
            behind[before].append(index)
    return behind


def _travel(problem: Problem) -> list[Ints]:
    """Ticks and cost between sites; zeros where nothing has to travel."""
    sites = 1 + max((r.site for r in problem.resources), default=0)
    none = np.zeros((sites, sites), dtype=np.int64)
    return [
        np.array(table, dtype=np.int64) if table else none
        for table in (problem.transport_ticks, problem.transport_cost)
    ]
