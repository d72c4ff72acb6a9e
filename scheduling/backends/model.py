"""The CP-SAT model of a problem: its variables, each with a hint from a plan in hand.

Constraint modules add the rules; an objective module adds the expression. Every variable is made
through ``flag`` or ``number`` so that the hint is complete: CP-SAT uses a hint of all variables at
once and is of little help with half a one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ortools.sat.python import cp_model

from scheduling.backends.kernel import FOREVER
from scheduling.backends.plan import Plan
from scheduling.problem import Assignment, Problem
from scheduling.schedule import Schedule


@dataclass(slots=True)
class Choice:
    """An operation on one lane: the literal that says so."""

    job: int
    operation: int
    resource: int
    lane: int
    work: int
    cost: int
    literal: Any
    pinned: bool = False


class Model:
    """Variables of all jobs. ``start``, ``span``, ``end`` and ``choices`` are by (job, operation).

    ``present[j]`` is 1 when job ``j`` is done; an absent job's times mean nothing.
    """

    def __init__(self, problem: Problem, hint: Schedule | None = None) -> None:
        self.problem = problem
        self.cp = cp_model.CpModel()
        self.plan = Plan(problem)
        self.hint = {} if hint is None else hint.by_job
        self.hinted = hint is not None
        self.hints: dict[int, int] = {}
        self.far = problem.horizon + max((job.release for job in problem.jobs), default=0) + 1
        self.present: list[Any] = []
        self.start: dict[tuple[int, int], Any] = {}
        self.span: dict[tuple[int, int], Any] = {}
        self.end: dict[tuple[int, int], Any] = {}
        self.choices: dict[tuple[int, int], list[Choice]] = {}
        self.travel_costs: dict[int, list[Any]] = {}
        self._completion: dict[int, Any] = {}
        self._tardiness: dict[int, Any] = {}
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

    def hint_of(self, job: int, operation: int) -> Assignment | None:
        """Where the plan in hand has an operation."""
        found = (item for item in self.hint.get(job, ()) if item.operation == operation)
        return next(found, None)

    def _job(self, job: int) -> None:
        must = self.problem.must_place[job]
        self.present.append(1 if must else self.flag(job in self.hint))
        for operation in range(len(self.problem.jobs[job].operations)):
            pin = self.problem.pins.get((job, operation))
            if pin is not None:
                self._pinned(pin)
            else:
                self._operation(job, operation)

    def _pinned(self, pin: Assignment) -> None:
        key = (pin.job, pin.operation)
        choice = self.problem.jobs[pin.job].operations[pin.operation].on(pin.resource)
        self.start[key], self.span[key], self.end[key] = pin.start, pin.end - pin.start, pin.end
        cost = choice.cost if choice else 0
        self.choices[key] = [
            Choice(*key, pin.resource, pin.lane, pin.end - pin.start, cost, 1, True)
        ]

    def _operation(self, job: int, operation: int) -> None:
        key, at = (job, operation), self.hint_of(job, operation)
        release = self.problem.jobs[job].release
        start = at.start if at else release
        span = at.end - at.start if at else 1
        self.start[key] = self.number(release, self.far, start)
        self.span[key] = self.number(1, self.far, span)
        self.end[key] = self.number(release, 2 * self.far, start + span)
        self.cp.add(self.start[key] + self.span[key] == self.end[key])
        self.choices[key] = []
        for resource, work, cost, lanes in self.plan.routes[job].options[operation]:
            for lane, _book in lanes:
                here = at is not None and (at.resource, at.lane) == (resource, lane)
                choice = Choice(job, operation, resource, lane, work, cost, self.flag(here))
                self.choices[key].append(choice)
        self.cp.add(sum(c.literal for c in self.choices[key]) == self.present[job])

    @cached_property
    def lanes(self) -> dict[tuple[int, int], list[Choice]]:
        """All choices on each lane that has any."""
        lanes: dict[tuple[int, int], list[Choice]] = {}
        for choices in self.choices.values():
            for choice in choices:
                lanes.setdefault((choice.resource, choice.lane), []).append(choice)
        return lanes

    def latest(self, ends: list[Any]) -> Any:
        """A variable equal to the greatest of some ends."""
        if len(ends) == 1:
            return ends[0]
        latest = self.number(0, 2 * self.far, max((self._known(end) for end in ends), default=0))
        self.cp.add_max_equality(latest, [*ends, 0])
        return latest

    def _known(self, end: Any) -> int:
        return end if isinstance(end, int) else self.hints.get(end.index, 0)

    def completion(self, job: int) -> Any:
        """When a job ends."""
        if job not in self._completion:
            routes = self.plan.routes[job]
            last = [self.end[job, o] for o in routes.order if not routes.successors[o]]
            if self.problem.pinned:
                last = [self.end[job, o] for o in routes.order]
            self._completion[job] = self.latest(last)
        return self._completion[job]

    def tardiness(self, job: int) -> Any:
        """Ticks past the due date, at least; 0 for an absent job or one without a due date."""
        if job not in self._tardiness:
            completion, due = self.completion(job), self.problem.jobs[job].due
            if due is None:
                return 0
            known = max(0, self._known(completion) - due) if job in self.hint else 0
            late = self.number(0, 2 * self.far, known)
            self.when(late >= completion - due, self.present[job])
            self._tardiness[job] = late
        return self._tardiness[job]

    def cost(self, job: int) -> Any:
        """What a job's operations and transport cost."""
        operations = range(len(self.problem.jobs[job].operations))
        steps = [c.cost * c.literal for o in operations for c in self.choices[job, o] if c.cost]
        return sum(steps) + sum(self.travel_costs.get(job, ()))

    def when(self, constraint: Any, *literals: Any) -> None:
        """Add a constraint that holds when all the literals do; 1 stands for always."""
        if isinstance(constraint, bool):
            constraint = self.cp.add_bool_or([]) if not constraint else None
            if constraint is None:
                return
        else:
            constraint = self.cp.add(constraint)
        real = [literal for literal in literals if not isinstance(literal, int)]
        if real:
            constraint.only_enforce_if(real)

    def within(self, expression: Any, domain: Any, *literals: Any) -> None:
        """Keep an expression in a domain when all the literals hold."""
        self.when(cp_model.BoundedLinearExpression(expression, domain), *literals)

    def deadline(self, job: int, operation: int) -> int:
        """The last end of an operation that leaves its successors time."""
        return min(self.plan.routes[job].latest[operation], FOREVER)
