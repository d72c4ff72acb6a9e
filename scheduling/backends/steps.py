"""The steps of all jobs as CP-SAT variables, each with a hint from a plan in hand.

Every variable is made through ``flag`` or ``number`` so that the hint is complete: CP-SAT uses a
hint of all variables at once and is of little help with half a one.

A *step* is an operation of a lot: step ``lot * K + k`` of a job is operation ``k`` of that lot.
Keys are ``(job, step)``. Lots beyond the first are there only in plans that split the job so far;
what a step takes and costs depends on the number of lots, so there is a *way* to do it for every
alternative and number of lots.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ortools.sat.python import cp_model

from scheduling.backends.calendar import LaneCalendar
from scheduling.lots import routes
from scheduling.problem import Alternative, Assignment, Operation, Problem
from scheduling.schedule import Schedule, lots_of

Key = tuple[int, int]
Place = tuple[int, int]


@dataclass(slots=True, eq=False)
class Use:
    """A step on one lane, its own or a further one: the literal that says so.

    ``known`` is what the plan in hand says; ``amount`` is what it takes of a cumulative resource.
    """

    key: Key
    resource: int
    lane: int
    work: int
    literal: Any
    known: bool = False
    amount: int = 1
    pinned: bool = False


@dataclass(slots=True, eq=False)
class Way:
    """An alternative of a step in a job of so many lots; further resources in their order."""

    lots: int
    cost: int
    lanes: list[Use]
    further: list[list[Use]] = field(default_factory=list)


class Steps:
    """Variables of all jobs. ``start``, ``span``, ``end``, ``ways`` and ``active`` are by key.

    ``present[j]`` is 1 when job ``j`` is done, ``split[j][n - 1]`` when it is done in ``n`` lots,
    ``active[key]`` when the step is done; times of a step that is not done mean nothing.
    """

    def __init__(self, problem: Problem, hint: Schedule | None = None) -> None:
        self.problem = problem
        self.cp = cp_model.CpModel()
        self.plan_in_hand = Schedule() if hint is None else hint
        self.hint = self.plan_in_hand.by_job
        self.hinted = hint is not None
        self.hints: dict[int, int] = {}
        self.far = problem.horizon + max((job.release for job in problem.jobs), default=0) + 1
        self.present: list[Any] = []
        self.split: list[list[Any]] = []
        self.active: dict[Key, Any] = {}
        self.start: dict[Key, Any] = {}
        self.span: dict[Key, Any] = {}
        self.end: dict[Key, Any] = {}
        self.ways: dict[Key, list[Way]] = {}
        self.travel_costs: dict[int, list[Any]] = {}
        self._calendars: dict[Place, LaneCalendar] = {}
        for job in range(len(problem.jobs)):
            self._job(job)

    def flag(self, hint: bool) -> Any:
        """A new 0-1 variable."""
        variable = self.cp.new_bool_var("")
        self._hint(variable, int(hint))
        return variable

    def number(self, low: int, high: int, hint: int) -> Any:
        """A new integer variable."""
        variable = self.cp.new_int_var(low, high, "")
        self._hint(variable, hint)
        return variable

    def _hint(self, variable: Any, value: int) -> None:
        if self.hinted:
            self.cp.add_hint(variable, value)
            self.hints[variable.index] = value

    def known(self, value: Any) -> int:
        """What a variable or an expression of variables is in the plan in hand."""
        if isinstance(value, int):
            return value
        flat = cp_model.FlatIntExpr(value)
        parts = zip(flat.coeffs, flat.vars, strict=True)
        return int(flat.offset) + sum(c * self.hints.get(v.index, 0) for c, v in parts)

    def most(self, value: Any) -> int:
        """What a variable or an expression of variables can be at most."""
        if isinstance(value, int):
            return value
        flat = cp_model.FlatIntExpr(value)
        parts = zip(flat.coeffs, flat.vars, strict=True)
        return int(flat.offset) + sum(max(c * b for b in self._range(v)) for c, v in parts)

    def _range(self, variable: Any) -> tuple[int, int]:
        domain = list(self.cp.proto.variables[variable.index].domain)
        return domain[0], domain[-1]

    @cached_property
    def at(self) -> dict[Key, Assignment]:
        """The plan in hand by key."""
        operations = [len(job.operations) for job in self.problem.jobs]
        items = self.plan_in_hand.assignments
        return {(i.job, i.lot * operations[i.job] + i.operation): i for i in items}

    def operation(self, key: Key) -> Operation:
        """The operation a step is."""
        operations = self.problem.jobs[key[0]].operations
        return operations[key[1] % len(operations)]

    def steps(self, job: int) -> list[Key]:
        """All steps a job may have."""
        one = self.problem.jobs[job]
        return [(job, step) for step in range(len(one.operations) * one.max_lots)]

    def predecessors(self, key: Key) -> list[Key]:
        """The steps of the same lot that a step comes after."""
        first = key[1] - key[1] % len(self.problem.jobs[key[0]].operations)
        return [(key[0], first + before) for before in self.operation(key).predecessors]

    def before(self, key: Key) -> Iterator[tuple[Key, int, int | None]]:
        """``(step, least lag, greatest lag)`` of what a step waits for, but not pin for pin."""
        waits = self.operation(key).waits()
        for before, (_, least, greatest) in zip(self.predecessors(key), waits, strict=True):
            if before not in self.problem.pins or key not in self.problem.pins:
                yield before, least, greatest

    def _job(self, job: int) -> None:
        most, items = self.problem.jobs[job].max_lots, self.hint.get(job)
        self.present.append(1 if self.problem.must_place[job] else self.flag(bool(items)))
        lots = lots_of(items) if items else 0
        self.split.append(
            [self.flag(lots == n) for n in range(1, most + 1)] if most > 1 else self.present[-1:]
        )
        for key in self.steps(job):
            lot = key[1] // len(self.problem.jobs[job].operations)
            self.active[key] = self.flag(lot < lots) if lot else self.present[job]
            pin = self.problem.pins.get(key)
            if pin is None:
                self._step(key, lot)
            else:
                self._pinned(key, pin)

    def _pinned(self, key: Key, pin: Assignment) -> None:
        choice = self.operation(key).chosen(pin)
        work = pin.end - pin.start
        self.start[key], self.span[key], self.end[key] = pin.start, work, pin.end
        own, *others = (Use(key, *place, work, 1, True, 1, True) for place in pin.places)
        own.amount = choice.amount if choice else 1
        self.ways[key] = [Way(1, choice.cost if choice else 0, [own], [[use] for use in others])]

    def _step(self, key: Key, lot: int) -> None:
        job, at = self.problem.jobs[key[0]], self.at.get(key)
        start, span = (at.start, at.end - at.start) if at else (job.release, 1)
        self.start[key] = self.number(job.release, self.far, start)
        self.span[key] = self.number(1, self.far, span)
        self.end[key] = self.number(job.release, 2 * self.far, start + span)
        self.cp.add(self.start[key] + self.span[key] == self.end[key])
        self.ways[key] = []
        for lots in range(lot + 1, job.max_lots + 1):
            here = at if at and lots_of(self.hint[key[0]]) == lots else None
            ways = [
                self._way(key, choice, lots, here)
                for choice in routes(job, lots)[key[1]].alternatives
            ]
            self.ways[key].extend(ways)
            taken = sum(use.literal for way in ways for use in way.lanes)
            self.cp.add(taken == self.split[key[0]][lots - 1])

    def _way(self, key: Key, choice: Alternative, lots: int, at: Assignment | None) -> Way:
        also = () if at is None else tuple(resource for resource, _lane in at.also)
        chosen = at is not None and (at.resource, also) == (choice.resource, choice.also)
        held = at.places if at and chosen else ((-1, -1),) * (1 + len(choice.also))
        own, *others = (
            self._lanes(key, resource, choice.duration, place)
            for resource, place in zip((choice.resource, *choice.also), held, strict=True)
        )
        for use in own:
            use.amount = choice.amount
        return Way(lots, choice.cost, own, others)

    def _lanes(self, key: Key, resource: int, work: int, held: Place) -> list[Use]:
        uses = []
        for lane in range(len(self.problem.resources[resource].lanes)):
            known = held == (resource, lane)
            uses.append(Use(key, resource, lane, work, self.flag(known), known))
        return uses

    def uses(self, key: Key) -> Iterator[Use]:
        """The ways of a step by its own lane."""
        return (use for way in self.ways[key] for use in way.lanes)

    @cached_property
    def lanes(self) -> dict[Place, list[Use]]:
        """All uses of each lane that has any, own and further."""
        lanes: dict[Place, list[Use]] = {}
        for ways in self.ways.values():
            for way in ways:
                for use in [*way.lanes, *(use for uses in way.further for use in uses)]:
                    lanes.setdefault((use.resource, use.lane), []).append(use)
        return lanes

    def calendar(self, use: Use) -> LaneCalendar:
        """When the lane of a use is open."""
        place = (use.resource, use.lane)
        if place not in self._calendars:
            resource = self.problem.resources[use.resource]
            self._calendars[place] = LaneCalendar(resource, resource.lanes[use.lane])
        return self._calendars[place]

    def when(self, constraint: Any, *literals: Any) -> None:
        """Add a constraint that holds when all the literals do; 1 stands for always."""
        if isinstance(constraint, bool):
            if constraint:
                return
            constraint = self.cp.add_bool_or([])
        else:
            constraint = self.cp.add(constraint)
        real = [literal for literal in literals if not isinstance(literal, int)]
        if real:
            constraint.only_enforce_if(real)

    def within(self, expression: Any, domain: Any, *literals: Any) -> None:
        """Keep an expression in a domain when all the literals hold."""
        self.when(cp_model.BoundedLinearExpression(expression, domain), *literals)
