"""Refuses problems that make no sense, naming the path of the first bad field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from scheduling.problem import (
    Alternative,
    Assignment,
    Crew,
    Job,
    Operation,
    Problem,
    ProblemError,
    Resource,
)

LIMIT = 10**12


def validate(problem: Problem) -> None:
    """Check every field of a problem; raise ProblemError at the first that is wrong."""
    _transport(problem)
    for index, resource in enumerate(problem.resources):
        _resource(problem, resource, f"resources[{index}]")
    for index, crew in enumerate(problem.crews):
        _crew(crew, f"crews[{index}]")
    for index, job in enumerate(problem.jobs):
        _job(problem, job, f"jobs[{index}]")
    _pinned(problem)
    _earlier(problem)


def _integer(value: Any, path: str, low: int = 0, high: int = LIMIT) -> None:
    if type(value) is not int:
        raise ProblemError(path, "must be a whole number")
    if not low <= value <= high:
        raise ProblemError(path, f"must lie between {low} and {high}, is {value}")


def _flag(value: Any, path: str) -> None:
    if type(value) is not bool:
        raise ProblemError(path, "must be true or false")


def _index(value: Any, size: int, path: str, what: str) -> None:
    if type(value) is not int:
        raise ProblemError(path, "must be a whole number")
    if not 0 <= value < size:
        raise ProblemError(path, f"there is no {what} {value}")


def _spans(spans: Iterable[Sequence[int]], path: str, low: int) -> None:
    last = low
    for index, span in enumerate(spans):
        here = f"{path}[{index}]"
        _integer(span[0], f"{here}[0]", -LIMIT)
        _integer(span[1], f"{here}[1]", -LIMIT)
        if span[0] >= span[1]:
            raise ProblemError(here, "must end after it starts")
        if span[0] < last:
            raise ProblemError(here, "must start where the one before it ends or later")
        last = span[1]


def _square(matrix: Sequence[Sequence[int]], size: int, path: str) -> None:
    if len(matrix) != size:
        raise ProblemError(path, f"must have {size} rows, has {len(matrix)}")
    for i, row in enumerate(matrix):
        if len(row) != size:
            raise ProblemError(f"{path}[{i}]", f"must have {size} columns, has {len(row)}")
        for j, value in enumerate(row):
            _integer(value, f"{path}[{i}][{j}]")


def _transport(problem: Problem) -> None:
    sites = len(problem.transport_ticks)
    _square(problem.transport_ticks, sites, "transport_ticks")
    if problem.transport_cost:
        _square(problem.transport_cost, sites, "transport_cost")


def _resource(problem: Problem, resource: Resource, path: str) -> None:
    if not resource.lanes:
        raise ProblemError(f"{path}.lanes", "a resource needs at least one lane")
    for index, lane in enumerate(resource.lanes):
        _spans(lane.windows, f"{path}.lanes[{index}].windows", 0)
        _spans(lane.blocked, f"{path}.lanes[{index}].blocked", -LIMIT)
    _index(resource.site, max(1, len(problem.transport_ticks)), f"{path}.site", "site")
    _integer(resource.buffer_before, f"{path}.buffer_before")
    _integer(resource.buffer_after, f"{path}.buffer_after")
    _flag(resource.setup_after_release, f"{path}.setup_after_release")
    _square(resource.setups, len(resource.setups), f"{path}.setups")
    for index, value in enumerate(resource.initial_setups):
        _integer(value, f"{path}.initial_setups[{index}]")
    _integer(resource.capacity, f"{path}.capacity")
    _integer(resource.supplier, f"{path}.supplier")
    if resource.capacity:
        _cumulative(resource, path)


def _cumulative(resource: Resource, path: str) -> None:
    if len(resource.lanes) != 1:
        raise ProblemError(f"{path}.lanes", "a resource with a capacity has exactly one lane")
    for name in ("buffer_before", "buffer_after", "setups", "initial_setups"):
        if getattr(resource, name):
            raise ProblemError(f"{path}.{name}", "a resource with a capacity has none")


def _crew(crew: Crew, path: str) -> None:
    _spans([part[:2] for part in crew.capacity], f"{path}.capacity", -LIMIT)
    for index, part in enumerate(crew.capacity):
        _integer(part[2], f"{path}.capacity[{index}][2]")


def check_job(problem: Problem, job: Job) -> None:
    """Raise ProblemError when a job that is not in the problem would not make sense in it."""
    _job(problem, job, "job")


def _job(problem: Problem, job: Job, path: str) -> None:
    if not job.operations:
        raise ProblemError(f"{path}.operations", "a job needs at least one operation")
    _integer(job.release, f"{path}.release")
    _integer(job.value, f"{path}.value", -LIMIT)
    _integer(job.tardiness_weight, f"{path}.tardiness_weight")
    _flag(job.mandatory, f"{path}.mandatory")
    for name in ("due", "deadline"):
        if getattr(job, name) is not None:
            _integer(getattr(job, name), f"{path}.{name}")
    _integer(job.pieces, f"{path}.pieces", 1)
    _integer(job.max_lots, f"{path}.max_lots", 1, job.pieces)
    _integer(job.priority, f"{path}.priority")
    _integer(job.move_price, f"{path}.move_price")
    for index, operation in enumerate(job.operations):
        _operation(problem, operation, len(job.operations), f"{path}.operations[{index}]")
    if len(topological(job)) < len(job.operations):
        raise ProblemError(f"{path}.operations", "the predecessors run in a circle")


def _operation(problem: Problem, operation: Operation, size: int, path: str) -> None:
    seen: set[tuple[int, tuple[int, ...]]] = set()
    for index, choice in enumerate(operation.alternatives):
        here = f"{path}.alternatives[{index}]"
        _choice(problem, choice, here)
        if (choice.resource, choice.also) in seen:
            raise ProblemError(f"{here}.resource", "is named twice")
        seen.add((choice.resource, choice.also))
        for resource in (choice.resource, *choice.also):
            _family(operation, problem.resources[resource], f"{path}.family")
    for index, before in enumerate(operation.predecessors):
        _index(before, size, f"{path}.predecessors[{index}]", "operation")
        if before in operation.predecessors[:index]:
            raise ProblemError(f"{path}.predecessors[{index}]", "is named twice")
    _lags(operation, f"{path}.lags")
    _flag(operation.may_pause, f"{path}.may_pause")
    _integer(operation.people, f"{path}.people", 1)
    if operation.crew is not None:
        _index(operation.crew, len(problem.crews), f"{path}.crew", "crew")
    elif operation.people != 1:
        raise ProblemError(f"{path}.people", "there is no crew they belong to")


def _choice(problem: Problem, choice: Alternative, path: str) -> None:
    _index(choice.resource, len(problem.resources), f"{path}.resource", "resource")
    _integer(choice.duration, f"{path}.duration", 1)
    _integer(choice.cost, f"{path}.cost")
    most = max(1, problem.resources[choice.resource].capacity)
    _integer(choice.amount, f"{path}.amount", 1, most)
    for index, resource in enumerate(choice.also):
        here = f"{path}.also[{index}]"
        _index(resource, len(problem.resources), here, "resource")
        if resource in (choice.resource, *choice.also[:index]):
            raise ProblemError(here, "is named twice")


def _lags(operation: Operation, path: str) -> None:
    if not operation.lags:
        return
    if len(operation.lags) != len(operation.predecessors):
        raise ProblemError(path, f"must have {len(operation.predecessors)} entries")
    for index, (least, greatest) in enumerate(operation.lags):
        _integer(least, f"{path}[{index}][0]")
        if greatest is not None:
            _integer(greatest, f"{path}[{index}][1]", least)


def _family(operation: Operation, resource: Resource, path: str) -> None:
    if operation.family is None:
        return
    sizes = [len(table) for table in (resource.setups, resource.initial_setups) if table]
    _index(operation.family, min(sizes, default=LIMIT), path, "family")


def _pinned(problem: Problem) -> None:
    seen: set[tuple[int, int]] = set()
    lanes: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for index, pin in enumerate(problem.pinned):
        path = f"pinned[{index}]"
        _assignment(problem, pin, path)
        if problem.jobs[pin.job].max_lots > 1:
            raise ProblemError(f"{path}.job", "a job with pinned work must have max_lots 1")
        operation = problem.jobs[pin.job].operations[pin.operation]
        if (pin.job, pin.operation) in seen:
            raise ProblemError(path, "this operation is pinned twice")
        seen.add((pin.job, pin.operation))
        for resource, lane in pin.places:
            _family(operation, problem.resources[resource], f"{path}.operation")
            others = lanes.setdefault((resource, lane), [])
            apart = not any(pin.start < end and start < pin.end for start, end in others)
            if not apart and not problem.resources[resource].capacity:
                raise ProblemError(path, "overlaps another pinned assignment on its lane")
            others.append((pin.start, pin.end))


def _earlier(problem: Problem) -> None:
    seen: set[tuple[int, int, int]] = set()
    for index, item in enumerate(problem.earlier):
        _assignment(problem, item, f"earlier[{index}]")
        if (item.job, item.operation, item.lot) in seen:
            raise ProblemError(f"earlier[{index}]", "this operation is there twice")
        seen.add((item.job, item.operation, item.lot))


def _assignment(problem: Problem, item: Assignment, path: str) -> None:
    _index(item.job, len(problem.jobs), f"{path}.job", "job")
    job = problem.jobs[item.job]
    _index(item.operation, len(job.operations), f"{path}.operation", "operation")
    _index(item.lot, job.max_lots, f"{path}.lot", "lot")
    _place(problem, (item.resource, item.lane), (f"{path}.resource", f"{path}.lane"))
    for index, place in enumerate(item.also):
        _place(problem, place, (f"{path}.also[{index}][0]", f"{path}.also[{index}][1]"))
        if place[0] in (item.resource, *(resource for resource, _ in item.also[:index])):
            raise ProblemError(f"{path}.also[{index}][0]", "is named twice")
    _integer(item.start, f"{path}.start", -LIMIT)
    _integer(item.end, f"{path}.end", item.start + 1)


def _place(problem: Problem, place: tuple[int, int], paths: tuple[str, str]) -> None:
    _index(place[0], len(problem.resources), paths[0], "resource")
    _index(place[1], len(problem.resources[place[0]].lanes), paths[1], "lane")


def topological(job: Job) -> tuple[int, ...]:
    """Operations in an order in which predecessors come first; shorter if there is a circle."""
    order: list[int] = []
    done: set[int] = set()
    waiting = list(range(len(job.operations)))
    while waiting:
        ready = [o for o in waiting if done.issuperset(job.operations[o].predecessors)]
        if not ready:
            break
        order.extend(ready)
        done.update(ready)
        waiting = [o for o in waiting if o not in done]
    return tuple(order)
