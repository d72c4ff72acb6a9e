"""The placement kernel: lanes and crews as sorted lists, earliest fits by bisection.

All questions are of one kind: the earliest ``(start, end)`` for so much work on this lane, not
before ``ready`` and ending by ``latest``. Everything placed can be taken out again.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort

from scheduling.backends.calendar import LaneCalendar
from scheduling.problem import Crew, Lane, Problem, Resource, Span

FOREVER = 1 << 60


class Task:
    """What the kernel needs to know of an operation."""

    __slots__ = ("crew", "family", "job", "may_pause", "pinned", "release")

    def __init__(self, problem: Problem, job: int, operation: int) -> None:
        step = problem.jobs[job].operations[operation]
        self.job = job
        self.may_pause = step.may_pause
        self.crew = step.crew
        self.family = step.family
        self.release = problem.jobs[job].release
        self.pinned = (job, operation) in problem.pins


class LaneBook:
    """One lane with the work placed on it so far."""

    __slots__ = ("calendar", "ends", "gap", "resource", "starts", "tasks")

    def __init__(self, resource: Resource, lane: Lane) -> None:
        self.calendar = LaneCalendar(resource, lane)
        self.gap = resource.buffer_before + resource.buffer_after
        self.resource = resource
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.tasks: list[Task] = []

    def add(self, start: int, end: int, task: Task) -> None:
        """Place work."""
        at = bisect_left(self.starts, start)
        self.starts.insert(at, start)
        self.ends.insert(at, end)
        self.tasks.insert(at, task)

    def remove(self, start: int) -> tuple[int, ...]:
        """Take the work starting at ``start`` out; the jobs that cannot stay without it."""
        at = bisect_left(self.starts, start)
        del self.starts[at], self.ends[at], self.tasks[at]
        return ()

    def earliest(self, ready: int, work: int, task: Task, latest: int) -> Span | None:
        """The earliest fit among the gaps, or None."""
        cal = self.calendar
        if work > (cal.longest_segment if task.may_pause else cal.longest):
            return None
        fit = _pausing if task.may_pause else _plain
        starts, ends, gap = self.starts, self.ends, self.gap
        size = len(starts)
        k = bisect_right(ends, ready - gap)
        here = ready
        while True:
            there = latest
            if k < size and starts[k] - gap < latest:
                there = starts[k] - gap
            if there - here >= work:
                found = fit(cal, here, there, work)
                if found is not None:
                    return found
            if there == latest:
                return None
            if ends[k] + gap > here:  # noqa: PLR1730 - the hottest lines; max() costs a call
                here = ends[k] + gap
            k += 1


def _plain(cal: LaneCalendar, here: int, there: int, work: int) -> Span | None:
    starts, ends = cal.starts, cal.ends
    for i in range(bisect_right(ends, here), len(ends)):
        start = starts[i]
        if start < here:  # noqa: PLR1730 - as above
            start = here
        end = start + work
        if end > there:
            return None
        if end <= ends[i]:
            return start, end
    return None


def _pausing(cal: LaneCalendar, here: int, there: int, work: int) -> Span | None:
    starts, ends, worked = cal.starts, cal.ends, cal.worked
    i = bisect_right(ends, here)
    while i < len(ends):
        start = max(starts[i], here)
        goal = worked[i] - (ends[i] - start) + work
        j = bisect_left(worked, goal, i)
        if j <= cal.last[i]:
            end = ends[j] - (worked[j] - goal)
            return (start, end) if end <= there else None
        i = cal.last[i] + 1
        if i < len(ends) and starts[i] >= there:
            return None
    return None


def working(cal: LaneCalendar, start: int, end: int) -> list[Span]:
    """The open parts of a placed pausing operation."""
    parts = []
    for i in range(bisect_right(cal.ends, start), len(cal.ends)):
        if cal.starts[i] >= end:
            break
        parts.append((max(start, cal.starts[i]), min(end, cal.ends[i])))
    return parts


class SetupLane(LaneBook):
    """A lane on which the order of works costs changeover time."""

    __slots__ = ()

    def remove(self, start: int) -> tuple[int, ...]:
        """Take work out; the next work may no longer have room for its changeover."""
        at = bisect_left(self.starts, start)
        del self.starts[at], self.ends[at], self.tasks[at]
        if at == len(self.starts):
            return ()
        free_from = self.ends[at - 1] if at else -FOREVER
        if self._stands(at, self._setup(at - 1, self.tasks[at]), free_from):
            return ()
        return tuple(t.job for t in self.tasks[max(0, at - 1) : at + 1] if not t.pinned)

    def _setup(self, before: int, task: Task) -> int:
        if before < 0:
            return self.resource.first_setup(task.family)
        return self.resource.setup(self.tasks[before].family, task.family)

    def _stands(self, at: int, setup: int, free_from: int) -> bool:
        """Whether the work at an index has room for a changeover after ``free_from``."""
        start, task = self.starts[at], self.tasks[at]
        if free_from + self.gap + setup > start:
            return False
        return task.pinned or start == self._room(start, setup, task)

    def _room(self, start: int, setup: int, task: Task) -> int:
        """The first start, not before ``start``, whose changeover avoids blocked time."""
        before = self.resource.buffer_before
        if setup and self.resource.setup_after_release:
            start = max(start, task.release + setup + before)
        if setup:
            for a, b in self.calendar.blocked:
                if a < start - before and start - before - setup < b:
                    start = b + before + setup
        return start

    def earliest(self, ready: int, work: int, task: Task, latest: int) -> Span | None:
        """The earliest fit that also leaves the next work its changeover."""
        k = bisect_right(self.ends, ready - self.gap)
        for at in range(k, len(self.starts) + 1):
            setup = self._setup(at - 1, task)
            here = max(ready, self.ends[at - 1] + self.gap + setup if at else ready)
            there = self._until(at, task, latest)
            found = self._fit(max(here, 0), there, work, (setup, task))
            if found and (at == len(self.starts) or self._next_stands(at, found[1], task)):
                return found
            if here + work > latest:
                return None
        return None

    def _until(self, at: int, task: Task, latest: int) -> int:
        if at == len(self.starts):
            return latest
        setup = self.resource.setup(task.family, self.tasks[at].family)
        return min(latest, self.starts[at] - self.gap - setup)

    def _next_stands(self, at: int, end: int, task: Task) -> bool:
        return self._stands(at, self.resource.setup(task.family, self.tasks[at].family), end)

    def _fit(self, here: int, there: int, work: int, lead: tuple[int, Task]) -> Span | None:
        setup, task = lead
        fit = _pausing if task.may_pause else _plain
        while there - here >= work:
            here = self._room(here, setup, task)
            found = fit(self.calendar, here, there, work)
            if found is None:
                return None
            here = self._room(found[0], setup, task)
            if here == found[0]:
                return found
        return None


class CrewBook:
    """Free people of a crew over time, as steps: ``free[i]`` from ``times[i]`` on."""

    __slots__ = ("free", "times")

    def __init__(self, crew: Crew) -> None:
        self.times = [-FOREVER]
        self.free = [0]
        for start, end, count in crew.capacity:
            self.change(start, end, count)

    def _cut(self, tick: int) -> int:
        at = bisect_left(self.times, tick)
        if at == len(self.times) or self.times[at] != tick:
            insort(self.times, tick)
            self.free.insert(at, self.free[at - 1])
        return at

    def _heal(self, at: int) -> None:
        if self.free[at] == self.free[at - 1]:
            del self.times[at], self.free[at]

    def change(self, start: int, end: int, count: int) -> None:
        """Add people to (or with a negative count take them from) a span."""
        first = self._cut(start)
        last = self._cut(end)
        for i in range(first, last):
            self.free[i] += count
        self._heal(last)
        self._heal(first)

    def clash(self, parts: list[Span]) -> int | None:
        """The end of the last moment without a free person, or None when there is none."""
        free, times = self.free, self.times
        for start, end in reversed(parts):
            for i in range(bisect_left(times, end) - 1, bisect_right(times, start) - 2, -1):
                if free[i] <= 0:
                    return times[i + 1] if i + 1 < len(times) else FOREVER
        return None
