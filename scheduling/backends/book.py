"""The book of a plan under construction: works on lanes in order of time, crews' free people, and
where every operation lies. Arrays that the compiled kernel writes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduling.backends.facts import Facts
from scheduling.backends.memory import FOREVER, Ints
from scheduling.problem import Problem


class Book(NamedTuple):
    """Lane ``l`` has ``works_count[l]`` works from ``works_first[l]`` on; likewise pools.

    A pool is a crew or what a cumulative resource holds: from ``pool_times[i]`` on there is
    ``pool_free[i]``. By operation: ``lane`` (-1: not placed), ``choice``, ``start``, ``end`` and
    the lanes of further resources. By job: ``variant`` (-1: not in the plan), ``completion``,
    ``paid``, ``worked`` and ``moved``. ``stranded`` is a list, its length first: jobs that lost
    their place because something beside them was taken out.
    """

    works_first: Ints
    works_count: Ints
    starts: Ints
    ends: Ints
    tasks: Ints
    pool_first: Ints
    pool_count: Ints
    pool_times: Ints
    pool_free: Ints
    lane: Ints
    choice: Ints
    start: Ints
    end: Ints
    beside: Ints
    variant: Ints
    completion: Ints
    paid: Ints
    worked: Ints
    moved: Ints
    stranded: Ints


def empty(problem: Problem, facts: Facts) -> Book:
    """A book with nothing in it, pools at full strength."""
    first = _room(facts)
    pool_first, count, times, free = _pools(problem, facts)
    operations, jobs = len(facts.job), len(problem.jobs)
    most = int(np.diff(facts.also_first).max(initial=0))

    def zeros(size: int) -> Ints:
        return np.zeros(size, dtype=np.int64)

    return Book(
        first, zeros(len(first) - 1), zeros(first[-1]), zeros(first[-1]), zeros(first[-1]),
        pool_first, count, times, free,
        zeros(operations) - 1, zeros(operations) - 1, zeros(operations), zeros(operations),
        np.zeros((operations, max(1, most)), dtype=np.int64) - 1,
        zeros(jobs) - 1, zeros(jobs), zeros(jobs), zeros(jobs), zeros(jobs),
        zeros(2 * operations + 1),
    )


def _room(facts: Facts) -> Ints:
    """Where each lane's works begin: a lane holds at most what could be done on it."""
    uses = np.zeros(len(facts.lane_first) - 1, dtype=np.int64)
    np.add.at(uses, facts.resource, 1)
    np.add.at(uses, facts.also, 1)
    room = uses[facts.lane_resource] + 1
    held = facts.pinned.nonzero()[0]
    return np.concatenate(([0], np.cumsum(room + len(held)))).astype(np.int64)


def _pools(problem: Problem, facts: Facts) -> tuple[Ints, Ints, Ints, Ints]:
    """Steps of crews, then of cumulative resources, with room for two more a work and window."""
    steps: list[list[tuple[int, int]]] = [_steps(crew.capacity) for crew in problem.crews]
    steps += [
        [(-FOREVER, resource.capacity)] for resource in problem.resources if resource.capacity
    ]
    works = 2 * (len(facts.job) + len(facts.also)) + 4
    pauses = 2 * len(facts.window_start) if bool((facts.pauses * (facts.crew >= 0)).any()) else 0
    first, count, times, free = [0], [], [], []
    for one in steps:
        size = len(one) + works + pauses
        times.append(np.array([a for a, _ in one] + [0] * (size - len(one)), dtype=np.int64))
        free.append(np.array([n for _, n in one] + [0] * (size - len(one)), dtype=np.int64))
        first.append(first[-1] + size)
        count.append(len(one))
    nothing = np.zeros(1, dtype=np.int64)
    return (
        np.array(first, dtype=np.int64),
        np.array(count, dtype=np.int64),
        np.concatenate(times) if times else nothing,
        np.concatenate(free) if free else nothing,
    )


def _steps(capacity: tuple[tuple[int, int, int], ...]) -> list[tuple[int, int]]:
    """A crew's strength as ``(from, people)`` steps."""
    changes: dict[int, int] = {}
    for start, end, people in capacity:
        changes[start] = changes.get(start, 0) + people
        changes[end] = changes.get(end, 0) - people
    steps, now = [(-FOREVER, 0)], 0
    for tick in sorted(changes):
        now += changes[tick]
        steps.append((tick, now))
    return steps
