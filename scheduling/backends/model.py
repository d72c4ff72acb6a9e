"""The CP-SAT model of a problem: its steps, and the quantities that objectives are made of.

Constraint modules add the rules (`scheduling.constraints`), an objective module the expression.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from scheduling.backends.steps import Key, Steps, Use, Way
from scheduling.problem import Assignment, Problem
from scheduling.schedule import Schedule, lots_of, moved
from scheduling.terms import worked

__all__ = ["Key", "Model", "Use", "Way"]


class Model(Steps):
    """Quantities of each job, as expressions or variables; each is made once."""

    def __init__(self, problem: Problem, hint: Schedule | None = None) -> None:
        super().__init__(problem, hint)
        self._made: dict[tuple[str, int], Any] = {}

    def _once(self, what: str, job: int, make: Callable[[int], Any]) -> Any:
        if (what, job) not in self._made:
            self._made[what, job] = make(job)
        return self._made[what, job]

    def latest(self, values: Sequence[Any]) -> Any:
        """A variable equal to the greatest of some values and 0; itself where there is one."""
        if len(values) == 1:
            return values[0]
        most = max((self.most(value) for value in values), default=0)
        latest = self.number(0, max(0, most), max([0, *map(self.known, values)]))
        self.cp.add_max_equality(latest, [*values, 0])
        return latest

    def completion(self, job: int) -> Any:
        """When a job ends."""
        return self._once("completion", job, self._completion)

    def _completion(self, job: int) -> Any:
        size = len(self.problem.jobs[job].operations)
        keys = self.steps(job)
        if not any(key in self.problem.pins for key in keys):
            waited_for = {before for key in keys for before, *_ in self.before(key)}
            keys = [key for key in keys if key not in waited_for]
        return self.latest([self.end[k] if k[1] < size else self._counted(k) for k in keys])

    def _counted(self, key: Key) -> Any:
        """The end of a step of a further lot, 0 when there is no such lot."""
        known = self.known(self.end[key]) * self.known(self.active[key])
        counted = self.number(0, 2 * self.far, known)
        self.when(counted == self.end[key], self.active[key])
        self.when(counted == 0, ~self.active[key])
        return counted

    def tardiness(self, job: int) -> Any:
        """Ticks past the due date, at least; 0 for an absent job or one without a due date."""
        return self._once("tardiness", job, self._tardiness)

    def _tardiness(self, job: int) -> Any:
        due = self.problem.jobs[job].due
        if due is None:
            return 0
        completion = self.completion(job)
        known = max(0, self.known(completion) - due) if job in self.hint else 0
        late = self.number(0, 2 * self.far, known)
        self.when(late >= completion - due, self.present[job])
        return late

    def cost(self, job: int) -> Any:
        """What a job's operations and the transport of its lots cost."""
        ways = [way for key in self.steps(job) for way in self.ways[key] if way.cost]
        steps = (way.cost * use.literal for way in ways for use in way.lanes)
        return sum(steps) + sum(self.travel_costs.get(job, ()))

    def worked(self, job: int) -> Any:
        """Ticks a job works, over all resources it holds."""
        return sum(ticks for _resource, ticks in self._work(job))

    def loads(self, groups: Sequence[int] = ()) -> dict[int, Any]:
        """Ticks worked on the resources of each group that may have any.

        ``groups`` is the group of each resource; without it, the supplier is.
        """
        groups = groups or [resource.supplier for resource in self.problem.resources]
        loads: dict[int, Any] = {}
        for job in range(len(self.problem.jobs)):
            for resource, ticks in self._work(job):
                loads[groups[resource]] = loads.get(groups[resource], 0) + ticks
        return loads

    def _work(self, job: int) -> list[tuple[int, Any]]:
        """``(resource, ticks)`` of every way to do every step."""
        found: list[tuple[int, Any]] = []
        for key in self.steps(job):
            for way in self.ways[key]:
                uses = [*way.lanes, *(use for further in way.further for use in further)]
                found += [(use.resource, self._ticks(use) * use.literal) for use in uses]
        return found

    def _ticks(self, use: Use) -> int:
        """What a use works; of a pinned one, what lies in open time."""
        if not use.pinned:
            return use.work
        return worked(self.problem, self.problem.pins[use.key])

    def moved(self, job: int) -> Any:
        """1 when a job of the earlier plan is not exactly where that had it, or is left out."""
        return self._once("moved", job, self._moved)

    def _moved(self, job: int) -> Any:
        before = self.problem.earlier_by_job.get(job, ())
        if not before:
            return 0
        size, lots = len(self.problem.jobs[job].operations), lots_of(before)
        literals = [self._same(item, item.lot * size + item.operation, lots) for item in before]
        if len(before) != size * lots or not all(literals):
            return 1
        left = self.flag(moved(self.problem, self.plan_in_hand, job))
        for item, same in zip(before, literals, strict=True):
            key = (job, item.lot * size + item.operation)
            facts = [literal == 1 for literal in same]
            for fact in [*facts, self.start[key] == item.start, self.end[key] == item.end]:
                self.when(fact, ~left)
        return left

    def _same(self, item: Assignment, step: int, lots: int) -> list[Any]:
        """The literals of a step being on the lanes of an assignment; none if it cannot be."""
        for way in self.ways[item.job, step]:
            sides = [way.lanes, *way.further]
            held = zip(sides, item.places, strict=False)
            found = [u.literal for uses, at in held for u in uses if (u.resource, u.lane) == at]
            if way.lots == lots and len(sides) == len(item.places) == len(found):
                return found
        return []

    def read(self, value: Callable[[Any], int]) -> Schedule:
        """The schedule of a solution; ``value`` gives what a variable is in it."""
        items = []
        for key, ways in self.ways.items():
            for way in ways:
                for use in way.lanes:
                    if value(use.literal):
                        items.append(self._assignment(key, use, way, value))
        return Schedule.of(items)

    def _assignment(self, key: Key, use: Use, way: Way, value: Callable[[Any], int]) -> Assignment:
        also = tuple(
            (other.resource, other.lane)
            for uses in way.further
            for other in uses
            if value(other.literal)
        )
        lot, operation = divmod(key[1], len(self.problem.jobs[key[0]].operations))
        span = value(self.start[key]), value(self.end[key])
        return Assignment(key[0], operation, use.resource, use.lane, *span, also, lot)
