"""Each assignment by itself: an alternative, its duration, open and unblocked time, its job's."""

from __future__ import annotations

from collections.abc import Iterator

from scheduling.checks.spans import Spans, holding, meets, working
from scheduling.checks.violation import Violation
from scheduling.lots import durations
from scheduling.problem import Assignment, Job, Operation, Problem
from scheduling.schedule import Schedule, lots_of


def each(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    """Eligibility, duration, windows, blocked time, release, deadline."""
    for number, items in schedule.by_job.items():
        job, count = problem.jobs[number], lots_of(items)
        for item in items:
            if (number, item.operation) not in problem.pins:
                operation = job.operations[item.operation]
                yield from _way(problem, item, operation, count)
                yield from _places(problem, item, operation)
                yield from _times(job, item)


def _way(
    problem: Problem, item: Assignment, operation: Operation, count: int
) -> Iterator[Violation]:
    """One of the alternatives, for as long as that takes in so many lots."""
    choice = operation.chosen(item)
    if choice is None:
        resources = [resource for resource, _lane in item.places]
        yield Violation("not_eligible", item.job, item.operation, {"resources": resources})
        return
    needed = choice.duration
    if count > 1:
        needed = durations(needed, problem.jobs[item.job].pieces, count)[item.lot]
    worked = sum(b - a for a, b in working(problem, item, operation))
    if worked != needed:
        facts = {"worked": worked, "needed": needed}
        yield Violation("wrong_duration", item.job, item.operation, facts)


def _places(problem: Problem, item: Assignment, operation: Operation) -> Iterator[Violation]:
    """Open, unblocked time on its lane and on those of further resources, which do not pause."""
    may_pause = operation.may_pause
    for number, index in item.places:
        resource = problem.resources[number]
        lane = resource.lanes[index]
        if not _open(lane.windows, item, may_pause):
            yield Violation("outside_window", item.job, item.operation, {"resource": number})
        first, last = item.start - resource.buffer_before, item.end + resource.buffer_after
        if lane.blocked and meets(lane.blocked, first, last):
            yield Violation("blocked", item.job, item.operation, {"resource": number})
        may_pause = False


def _open(windows: Spans, item: Assignment, may_pause: bool) -> bool:
    first = holding(windows, item.start)
    if first is None:
        return False
    return item.end <= first[1] or (may_pause and holding(windows, item.end - 1) is not None)


def _times(job: Job, item: Assignment) -> Iterator[Violation]:
    if item.start < job.release:
        yield Violation("before_release", item.job, item.operation, {"release": job.release})
    if job.deadline is not None and item.end > job.deadline:
        yield Violation("after_deadline", item.job, item.operation, {"deadline": job.deadline})
