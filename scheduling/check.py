"""Finds everything wrong with a schedule, without using any solver code.

``violations`` is the authority: no answer leaves ``solve`` that it objects to. It reads only the
problem and the assignments and shares no calculation with the code that places operations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Any

from scheduling.problem import Assignment, Operation, Problem, Span
from scheduling.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: its kind, the job and operation it concerns, and the facts."""

    kind: str
    job: int
    operation: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        where = f"job {self.job}"
        if self.operation is not None:
            where += f", operation {self.operation}"
        facts = ", ".join(f"{key} {value}" for key, value in self.facts.items())
        return f"{self.kind}: {where}" + (f" ({facts})" if facts else "")


def violations(problem: Problem, schedule: Schedule) -> tuple[Violation, ...]:
    """Every violation of a rule of the problem; empty for a valid schedule.

    Kinds: unknown_reference, placed_twice, incomplete_job, mandatory_missing, pin_moved,
    not_eligible, wrong_duration, outside_window, blocked, before_release, after_deadline,
    precedence, transport, overlap, setup, crew.
    """
    broken = list(_references(problem, schedule))
    if broken:
        return tuple(broken)
    found: list[Violation] = []
    for rule in RULES:
        found.extend(rule(problem, schedule))
    return tuple(found)


def _references(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    seen: set[tuple[int, int]] = set()
    for item in schedule.assignments:
        if not _known(problem, item):
            yield Violation("unknown_reference", item.job, item.operation)
        elif (item.job, item.operation) in seen:
            yield Violation("placed_twice", item.job, item.operation)
        seen.add((item.job, item.operation))


def _known(problem: Problem, item: Assignment) -> bool:
    return (
        0 <= item.job < len(problem.jobs)
        and 0 <= item.operation < len(problem.jobs[item.job].operations)
        and 0 <= item.resource < len(problem.resources)
        and 0 <= item.lane < len(problem.resources[item.resource].lanes)
        and item.start < item.end
    )


def _completeness(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    placed = schedule.by_job
    for index, job in enumerate(problem.jobs):
        count = len(placed.get(index, ()))
        if 0 < count < len(job.operations):
            yield Violation("incomplete_job", index, None, {"placed": count})
        elif count == 0 and problem.must_place[index]:
            yield Violation("mandatory_missing", index)


def _pins(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    placed = {(item.job, item.operation): item for item in schedule.assignments}
    for key, pin in problem.pins.items():
        if placed.get(key) != pin:
            yield Violation("pin_moved", pin.job, pin.operation)


def _free(problem: Problem, schedule: Schedule) -> Iterator[tuple[Assignment, Operation]]:
    """Assignments that are not pinned, with their operations."""
    for item in schedule.assignments:
        if (item.job, item.operation) not in problem.pins:
            yield item, problem.jobs[item.job].operations[item.operation]


def _work(problem: Problem, item: Assignment, operation: Operation) -> list[Span]:
    """The spans in which an assignment really works."""
    if not operation.may_pause:
        return [(item.start, item.end)]
    windows = problem.resources[item.resource].lanes[item.lane].windows
    cut = [(max(a, item.start), min(b, item.end)) for a, b in windows]
    return [(a, b) for a, b in cut if a < b]


def _each(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    """Eligibility, duration, windows, blocked time, release, deadline."""
    for item, operation in _free(problem, schedule):
        choice = operation.on(item.resource)
        if choice is None:
            yield Violation("not_eligible", item.job, item.operation, {"resource": item.resource})
            continue
        worked = sum(b - a for a, b in _work(problem, item, operation))
        if worked != choice.duration:
            facts = {"worked": worked, "needed": choice.duration}
            yield Violation("wrong_duration", item.job, item.operation, facts)
        yield from _place(problem, item, operation)


def _place(problem: Problem, item: Assignment, operation: Operation) -> Iterator[Violation]:
    resource, job = problem.resources[item.resource], problem.jobs[item.job]
    lane = resource.lanes[item.lane]
    if not _open(lane.windows, item, operation.may_pause):
        yield Violation("outside_window", item.job, item.operation)
    first, last = item.start - resource.buffer_before, item.end + resource.buffer_after
    if any(a < last and first < b for a, b in lane.blocked):
        yield Violation("blocked", item.job, item.operation)
    if item.start < job.release:
        yield Violation("before_release", item.job, item.operation, {"release": job.release})
    if job.deadline is not None and item.end > job.deadline:
        yield Violation("after_deadline", item.job, item.operation, {"deadline": job.deadline})


def _open(windows: tuple[Span, ...], item: Assignment, may_pause: bool) -> bool:
    if not may_pause:
        return any(a <= item.start and item.end <= b for a, b in windows)
    starts = any(a <= item.start < b for a, b in windows)
    return starts and any(a < item.end <= b for a, b in windows)


def _order(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    """Precedence and transport; not between two pinned operations."""
    for job, items in schedule.by_job.items():
        at = {item.operation: item for item in items}
        for item in items:
            for before in problem.jobs[job].operations[item.operation].predecessors:
                if before in at and not {(job, before), (job, item.operation)} <= set(problem.pins):
                    yield from _pair(problem, at[before], item)


def _pair(problem: Problem, before: Assignment, after: Assignment) -> Iterator[Violation]:
    travel = problem.travel(before.resource, after.resource)[0]
    facts = {"after": before.operation}
    if after.start < before.end:
        yield Violation("precedence", after.job, after.operation, facts)
    elif after.start < before.end + travel:
        facts["transport"] = travel
        yield Violation("transport", after.job, after.operation, facts)


def _lanes(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    lanes: dict[tuple[int, int], list[Assignment]] = {}
    for item in schedule.assignments:
        lanes.setdefault((item.resource, item.lane), []).append(item)
    for items in lanes.values():
        items.sort(key=lambda item: (item.start, item.end))
        yield from _first_setup(problem, items[0])
        for before, after in pairwise(items):
            yield from _neighbours(problem, before, after)


def _family(problem: Problem, item: Assignment) -> int | None:
    return problem.jobs[item.job].operations[item.operation].family


def _neighbours(problem: Problem, before: Assignment, after: Assignment) -> Iterator[Violation]:
    if {(before.job, before.operation), (after.job, after.operation)} <= set(problem.pins):
        return
    resource = problem.resources[after.resource]
    gap = after.start - resource.buffer_before - before.end - resource.buffer_after
    facts = {"with_job": before.job, "with_operation": before.operation}
    setup = resource.setup(_family(problem, before), _family(problem, after))
    if gap < 0:
        yield Violation("overlap", after.job, after.operation, facts)
    elif gap < setup:
        yield Violation("setup", after.job, after.operation, {**facts, "setup": setup})
    else:
        yield from _setup_room(problem, after, setup)


def _first_setup(problem: Problem, item: Assignment) -> Iterator[Violation]:
    setup = problem.resources[item.resource].first_setup(_family(problem, item))
    yield from _setup_room(problem, item, setup)


def _setup_room(problem: Problem, item: Assignment, setup: int) -> Iterator[Violation]:
    """A changeover must avoid blocked time and, where asked, begin after the release."""
    if (item.job, item.operation) in problem.pins or setup == 0:
        return
    resource = problem.resources[item.resource]
    start = item.start - resource.buffer_before
    early = resource.setup_after_release and start - setup < problem.jobs[item.job].release
    blocked = resource.lanes[item.lane].blocked
    if early or any(a < start and start - setup < b for a, b in blocked):
        yield Violation("setup", item.job, item.operation, {"setup": setup})


def _crews(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    for index in range(len(problem.crews)):
        yield from _crew(problem, schedule, index)


Step = tuple[int, int, Assignment | None]


def _crew_steps(problem: Problem, schedule: Schedule, index: int) -> list[Step]:
    """All changes of supply and demand of a crew: (tick, change in free people, who works)."""
    steps: list[Step] = []
    for a, b, count in problem.crews[index].capacity:
        steps += [(a, count, None), (b, -count, None)]
    for item in schedule.assignments:
        operation = problem.jobs[item.job].operations[item.operation]
        if operation.crew == index:
            for a, b in _work(problem, item, operation):
                steps += [(a, -1, item), (b, 1, item)]
    return sorted(steps, key=lambda step: step[0])


def _crew(problem: Problem, schedule: Schedule, index: int) -> Iterator[Violation]:
    """Work not pinned that goes on while fewer people are there than operations at work."""
    free, working, reported = 0, set[Assignment](), set[Assignment]()
    for tick, steps in groupby(_crew_steps(problem, schedule, index), key=lambda step: step[0]):
        for _tick, change, item in steps:
            free += change
            if item is not None:
                working ^= {item}
        if free < 0:
            guilty = {w for w in working if (w.job, w.operation) not in problem.pins} - reported
            reported |= guilty
            for one in sorted(guilty):
                yield Violation("crew", one.job, one.operation, {"crew": index, "tick": tick})


Rule = Callable[[Problem, Schedule], Iterator[Violation]]
RULES: tuple[Rule, ...] = (_completeness, _pins, _each, _order, _lanes, _crews)
