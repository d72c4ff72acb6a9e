"""The cheapest and the soonest place for one new job in a full book, everything else fixed.

Operations are placed one after the other, predecessors first. What has been placed so far is a
label: what it costs and when its last operations end; of labels at the same sites only those
remain that no other beats at everything (Pareto labels, as in shortest paths with two measures).
Each operation lies at its earliest fit on each lane. That is exact since ending earlier is never
worse where nothing but time and place of its own predecessors holds an operation. What breaks
that, or needs more than a lane, is refused by name: see `NotCovered`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from scheduling.backends.calendar import LaneCalendar
from scheduling.problem import Alternative, Assignment, Job, Lane, Operation, Problem, Span
from scheduling.schedule import Schedule
from scheduling.validate import check_job, topological

Place = tuple[int, int]


class NotCovered(ValueError):
    """A job that cannot be placed exactly here; ``feature`` says because of what."""

    def __init__(self, feature: str) -> None:
        super().__init__(f"placing a single job does not cover {feature}")
        self.feature = feature


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one job goes; ``cost`` is work, transport and lateness, ``completion`` its end."""

    assignments: tuple[Assignment, ...]
    cost: int
    completion: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Both kinds of best placement; among equals the soonest and the cheapest."""

    cheapest: Placement
    soonest: Placement


class Label(NamedTuple):
    """Some operations placed.

    ``ends`` and ``resources`` are those of placed operations with successors still to come,
    ``rests`` lanes the job must itself leave alone until a tick, for the sake of its buffers.
    """

    cost: int
    finish: int
    ends: tuple[int, ...] = ()
    resources: tuple[int, ...] = ()
    rests: tuple[tuple[Place, int], ...] = ()
    trail: tuple[Assignment, ...] = ()


class Book:
    """A plan kept ready for questions: free time of every lane, and the jobs that hold the rest."""

    def __init__(self, problem: Problem, schedule: Schedule) -> None:
        self.problem = problem
        self.jobs: dict[int, tuple[Assignment, ...]] = {}
        self.free: dict[Place, LaneCalendar] = {}
        self._held: dict[Place, list[Span]] = {
            (number, lane): []
            for number, resource in enumerate(problem.resources)
            for lane in range(len(resource.lanes))
        }
        for item in sorted({*schedule.assignments, *problem.pinned}):
            self.jobs[item.job] = (*self.jobs.get(item.job, ()), item)
            self._hold(item)
        self._open(self._held)

    def place(self, job: Job | int) -> Answer | None:
        """Where a new job (given the next free index), or the job of an index, would go.

        None if there is no place; the value of the job is not asked. Raises NotCovered,
        ProblemError for a new job that makes no sense, ValueError for a job in the book.
        """
        number, asked = self._asked(job)
        refuse(self.problem, asked)
        found = _Search(self, asked, number).placements()
        if not found:
            return None
        cheapest = min(found, key=lambda one: (one.cost, one.completion))
        return Answer(cheapest, min(found, key=lambda one: (one.completion, one.cost)))

    def take(self, placement: Placement) -> None:
        """Enter a placement. Raises ValueError when its job is there or its time has gone."""
        number = self._absent(placement.assignments[0].job)
        if any(map(self._clashes, placement.assignments)):
            raise ValueError(f"job {number} would lie where other work is by now")
        self.jobs[number] = placement.assignments
        for item in placement.assignments:
            self._hold(item)
        self._open({item.places[0] for item in placement.assignments})

    def release(self, job: int) -> None:
        """Take a job out, pinned or not. Raises ValueError when it is not in the book."""
        if job not in self.jobs:
            raise ValueError(f"job {job} is not in the book")
        items = self.jobs.pop(job)
        for item in items:
            for place in item.places:
                self._held[place].remove(self._span(place, item))
        self._open({place for item in items for place in item.places})

    def _absent(self, number: int) -> int:
        if number in self.jobs:
            raise ValueError(f"job {number} is in the book")
        return number

    def _asked(self, job: Job | int) -> tuple[int, Job]:
        """The index and the job that is asked for."""
        if isinstance(job, int):
            return self._absent(job), self.problem.jobs[job]
        check_job(self.problem, job)
        return max(len(self.problem.jobs), 1 + max(self.jobs, default=-1)), job

    def _span(self, place: Place, item: Assignment) -> Span:
        """The time of a work with its buffers."""
        resource = self.problem.resources[place[0]]
        return item.start - resource.buffer_before, item.end + resource.buffer_after

    def _hold(self, item: Assignment) -> None:
        for place in item.places:
            self._held[place].append(self._span(place, item))

    def _clashes(self, item: Assignment) -> bool:
        start, end = self._span(item.places[0], item)
        return any(a < end and start < b for a, b in self._held[item.places[0]])

    def _open(self, places: Iterable[Place]) -> None:
        """Find the free time of lanes anew: work in the book is blocked like any other's."""
        for number, index in places:
            resource = self.problem.resources[number]
            lane = resource.lanes[index]
            taken = tuple(sorted([*lane.blocked, *self._held[number, index]]))
            self.free[number, index] = LaneCalendar(resource, Lane(lane.windows, taken))


class _Search:
    """Labels of one job, operation by operation."""

    def __init__(self, book: Book, job: Job, number: int) -> None:
        self.book, self.problem, self.job, self.number = book, book.problem, job, number
        self.order = topological(job)
        self.latest = book.problem.horizon if job.deadline is None else job.deadline

    def placements(self) -> list[Placement]:
        """One placement for each label that remains at the end."""
        labels = [Label(0, self.job.release)]
        opened: tuple[int, ...] = ()
        for step in range(len(self.order)):
            left = self._opened(step)
            found = (one for label in labels for one in self._on(label, opened, step, left))
            labels, opened = self._frontier(found), left
        weight, late = self.job.tardiness_weight, self.job.tardiness
        return [
            Placement(tuple(sorted(one.trail)), one.cost + weight * late(one.finish), one.finish)
            for one in labels
        ]

    def _opened(self, step: int) -> tuple[int, ...]:
        """Operations placed after a step that others still wait for."""
        coming = self.order[step + 1 :]
        waited = {p for index in coming for p in self.job.operations[index].predecessors}
        return tuple(index for index in self.order[: step + 1] if index in waited)

    def _on(
        self, label: Label, opened: tuple[int, ...], step: int, left: tuple[int, ...]
    ) -> Iterator[Label]:
        """A label with one more operation, on every lane it can go to."""
        index = self.order[step]
        operation = self.job.operations[index]
        where = dict(zip(opened, zip(label.ends, label.resources, strict=True), strict=True))
        rests = dict(label.rests)
        for choice in operation.alternatives:
            ready, cost = self._ready(operation, choice, where)
            for lane in range(len(self.problem.resources[choice.resource].lanes)):
                place = choice.resource, lane
                start = max(ready, rests.get(place, 0))
                span = fit(self.book.free[place], start, choice.duration, operation.may_pause)
                if span is not None and span[1] <= self.latest:
                    item = Assignment(self.number, index, *place, *span)
                    then = where | {index: (span[1], choice.resource)}
                    yield self._label(label, item, label.cost + cost, [then[i] for i in left], step)

    def _ready(
        self, operation: Operation, choice: Alternative, where: dict[int, tuple[int, int]]
    ) -> tuple[int, int]:
        """From when on an alternative could be done, and what it costs with the way there."""
        ready, cost = self.job.release, choice.cost
        for before, lag, _most in operation.waits():
            end, resource = where[before]
            ticks, fare = self.problem.travel(resource, choice.resource)
            ready, cost = max(ready, end + max(ticks, lag)), cost + fare
        return ready, cost

    def _label(
        self, label: Label, item: Assignment, cost: int, waiting: list[tuple[int, int]], step: int
    ) -> Label:
        ends = tuple(end for end, _resource in waiting)
        resources = tuple(resource for _end, resource in waiting)
        rests = self._rests(label, item, step, min(ends, default=None))
        finish = max(label.finish, item.end)
        return Label(cost, finish, ends, resources, rests, (*label.trail, item))

    def _rests(
        self, label: Label, item: Assignment, step: int, first: int | None
    ) -> tuple[tuple[Place, int], ...]:
        """Lanes with buffers that a later operation of the job may want too early."""
        resource = self.problem.resources[item.resource]
        gap = resource.buffer_before + resource.buffer_after
        if first is None or (not gap and not label.rests):
            return ()
        coming = self.order[step + 1 :]
        wanted = {c.resource for i in coming for c in self.job.operations[i].alternatives}
        rests = dict(label.rests) | {(item.resource, item.lane): item.end + gap}
        return tuple((p, t) for p, t in rests.items() if p[0] in wanted and t > first)

    def _frontier(self, labels: Iterable[Label]) -> list[Label]:
        """The labels that no other beats."""
        groups: dict[tuple[int, ...], list[Label]] = {}
        for label in sorted(labels, key=lambda one: one[:3]):
            sites = tuple(self.problem.resources[r].site for r in label.resources)
            kept = groups.setdefault(sites, [])
            if not any(beats(other, label) for other in kept):
                kept.append(label)
        return [label for kept in groups.values() for label in kept]


def beats(one: Label, other: Label) -> bool:
    """Whether a label of no greater cost can stand in for another whatever is still to come."""
    if one.finish > other.finish or any(a > b for a, b in zip(one.ends, other.ends, strict=True)):
        return False
    rests, first = dict(other.rests), min(other.ends, default=0)
    return all(until <= max(first, rests.get(place, 0)) for place, until in one.rests)


def fit(free: LaneCalendar, ready: int, work: int, pauses: bool) -> Span | None:
    """The earliest ``(start, end)`` of so much work in free time, not before ``ready``."""
    index = bisect_right(free.ends, ready)
    while index < len(free.starts):
        start, last = max(free.starts[index], ready), index
        if pauses:
            goal = free.before(index) + start - free.starts[index] + work
            last = free.last[index]
            if goal <= free.worked[last]:
                last = bisect_left(free.worked, goal, index, last + 1)
                return start, free.ends[last] - (free.worked[last] - goal)
        elif start + work <= free.ends[index]:
            return start, start + work
        index = last + 1
    return None


def refuse(problem: Problem, job: Job) -> None:
    """Raise NotCovered when a job has a feature that is not placed exactly."""
    if job.max_lots > 1:
        raise NotCovered("lots")
    for operation in job.operations:
        if operation.crew is not None:
            raise NotCovered("crews")
        if any(most is not None for _least, most in operation.lags):
            raise NotCovered("greatest lags")
        for choice in operation.alternatives:
            _refuse_choice(problem, choice)
    _refuse_order(job)


def _refuse_choice(problem: Problem, choice: Alternative) -> None:
    if choice.also:
        raise NotCovered("further resources")
    if problem.resources[choice.resource].capacity:
        raise NotCovered("stores")
    if problem.resources[choice.resource].has_setups:
        raise NotCovered("changeovers")


def _refuse_order(job: Job) -> None:
    """Operations that may use the same resource have to follow one another."""
    before: dict[int, set[int]] = {}
    for index in topological(job):
        operation = job.operations[index]
        above = {p for one in operation.predecessors for p in (one, *before[one])}
        wanted = {choice.resource for choice in operation.alternatives}
        for other in before.keys() - above:
            if any(choice.resource in wanted for choice in job.operations[other].alternatives):
                raise NotCovered("operations in any order on one resource")
        before[index] = above
