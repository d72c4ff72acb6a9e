"""What no plan can beat: relaxations that treat every job as if it had the place to itself.

``job``: each job alone, at its earliest completion and its least cost, buffers and blocked time,
crews, windows, transport and deadlines kept, changeovers and other jobs forgotten.
``load`` (makespan only): the work of operations confined to the same resources must fit into
their open time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace

from scheduling.backends.kernel import FOREVER
from scheduling.backends.plan import Plan, Route
from scheduling.problem import Alternative, Job, Problem
from scheduling.registry import Objective, objective_named

Ends = list[dict[int, int]]


@dataclass(frozen=True, slots=True)
class Bound:
    """A proven bound, or None with the jobs that can never be placed."""

    value: int | None
    source: str = "relaxation"
    impossible: tuple[int, ...] = ()


class Alone:
    """Asks what each job could reach with nobody else there."""

    def __init__(self, problem: Problem) -> None:
        plain = tuple(replace(r, setups=(), initial_setups=()) for r in problem.resources)
        self.problem = problem
        self.plan = Plan(replace(problem, resources=plain, pinned=()))
        lanes = self.plan.lanes
        self.plan.routes = [Route(problem, j, lanes) for j in range(len(problem.jobs))]

    def ends(self, job: int, *, transport: bool = True, deadline: bool = True) -> Ends | None:
        """Earliest end of each operation on each resource; None when one has none.

        Predecessors are taken independently of each other, so this never overestimates.
        """
        route = self.plan.routes[job]
        ends: Ends = [{} for _ in route.order]
        for operation in route.order:
            pin = self.problem.pins.get((job, operation))
            if pin is not None:
                ends[operation] = {pin.resource: pin.end}
                continue
            latest = route.latest[operation] if deadline else FOREVER
            for resource, work, _cost, _lanes in route.options[operation]:
                ready = self._ready(job, (operation, resource), ends, transport)
                end = self.earliest(job, operation, resource, (ready, work, latest))
                if end is not None:
                    ends[operation][resource] = end
            if not ends[operation]:
                return None
        return ends

    def _ready(self, job: int, where: tuple[int, int], ends: Ends, transport: bool) -> int:
        route, (operation, resource) = self.plan.routes[job], where
        ready = route.release
        for before in route.predecessors[operation]:
            earliest = min(
                end + (self.problem.travel(place, resource)[0] if transport else 0)
                for place, end in ends[before].items()
            )
            ready = max(ready, earliest)
        return ready

    def earliest(
        self, job: int, operation: int, resource: int, need: tuple[int, int, int]
    ) -> int | None:
        """Earliest end of one operation on a resource with nothing else there."""
        task = self.plan.routes[job].tasks[operation]
        found = [self.plan.fit(lane, need, task) for lane in self.plan.lanes[resource]]
        return min((span[1] for span in found if span), default=None)

    def least_cost(self, job: int, ends: Ends) -> int:
        """No more than the operations and transport of a job must cost."""
        total = 0
        operations = self.problem.jobs[job].operations
        for index, operation in enumerate(operations):
            choices = (operation.on(resource) for resource in ends[index])
            total += min((c.cost if c else 0) for c in choices)
            if self.problem.transport_cost:
                for before in set(operation.predecessors):
                    total += min(
                        self.problem.travel(a, b)[1] for a in ends[before] for b in ends[index]
                    )
        return total


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
