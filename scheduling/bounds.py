"""What no plan can beat: relaxations that treat every job as if it had the place to itself.

``job``: each job alone, at its earliest completion and its least cost, buffers and blocked time,
crews, windows, transport and deadlines kept, changeovers and other jobs forgotten.
``load`` (makespan only): the work of operations confined to the same resources must fit into
their open time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from scheduling.alone import Alone, Ends
from scheduling.problem import Alternative, Job, Problem
from scheduling.registry import Objective, objective_named


@dataclass(frozen=True, slots=True)
class Bound:
    """A proven bound, or None with the jobs that can never be placed."""

    value: int | None
    source: str = "relaxation"
    impossible: tuple[int, ...] = ()


def bound(problem: Problem, objective: str) -> Bound:
    """The best relaxation of the objective that is at hand."""
    goal = objective_named(objective)
    if goal.REQUIRES_ALL:
        problem = problem.all_mandatory()
    alone, values, impossible = Alone(problem), [], []
    for index, job in enumerate(problem.jobs):
        ends = alone.ends(index)
        if ends is not None:
            values.append(_best(goal, job, problem.must_place[index], _reach(alone, index, ends)))
        elif problem.must_place[index]:
            impossible.append(index)
    if impossible:
        return Bound(None, impossible=tuple(impossible))
    if goal.AGGREGATE == "sum":
        return Bound(sum(values))
    return Bound(max([*values, load(problem)], default=0))


def _reach(alone: Alone, job: int, ends: Ends) -> tuple[int, int]:
    return max(min(one.values()) for one in ends), alone.least_cost(job, ends)


def _best(goal: Objective, job: Job, must: bool, reach: tuple[int, int]) -> int:
    value = goal.contribution(job, *reach)
    if must:
        return value
    return max(0, value) if goal.SENSE == "max" else min(0, value)


def load(problem: Problem) -> int:
    """Makespan of the busiest group of resources: head, work over open time, tail."""
    groups: dict[frozenset[int], list[tuple[int, int, int]]] = {}
    for number, job in enumerate(problem.jobs):
        pinned = any(pin.job == number for pin in problem.pinned)
        tails = [0] * len(job.operations) if pinned else _tails(job)
        for index, operation in enumerate(job.operations):
            if (number, index) in problem.pins:
                continue
            where = frozenset(c.resource for c in operation.alternatives)
            item = (job.release, _quickest(operation.alternatives), tails[index])
            groups.setdefault(where, []).append(item)
    best = 0
    for where in sorted(groups, key=len)[:200]:
        inside = [item for other, items in groups.items() if other <= where for item in items]
        head, tail = min(i[0] for i in inside), min(i[2] for i in inside)
        end = _filled(problem, where, head, sum(i[1] for i in inside))
        best = max(best, end + tail)
    return best


def _quickest(choices: Iterable[Alternative]) -> int:
    return min((c.duration for c in choices), default=0)


def _tails(job: Job) -> list[int]:
    """Per operation the shortest work that must follow it."""
    tails = [0] * len(job.operations)
    for _ in job.operations:
        for index, operation in enumerate(job.operations):
            for before in operation.predecessors:
                longer = tails[index] + _quickest(operation.alternatives)
                tails[before] = max(tails[before], longer)
    return tails


def _filled(problem: Problem, where: frozenset[int], head: int, need: int) -> int:
    """When lanes working all their open time from ``head`` on have done ``need`` ticks."""
    steps: dict[int, int] = {}
    for resource in where:
        for lane in problem.resources[resource].lanes:
            for a, b in lane.windows:
                if b > head:
                    steps[max(a, head)] = steps.get(max(a, head), 0) + 1
                    steps[b] = steps.get(b, 0) - 1
    ticks = sorted(steps)
    done, rate, at, sums = 0, 0, head, []
    for tick in ticks:
        done += rate * (tick - at)
        rate, at = rate + steps[tick], tick
        sums.append((done, rate))
    index = bisect_left([s[0] for s in sums], need) - 1
    if index < 0 or sums[index][1] == 0:
        return ticks[0] if ticks and need <= 0 else head
    return ticks[index] + -(-(need - sums[index][0]) // sums[index][1])
