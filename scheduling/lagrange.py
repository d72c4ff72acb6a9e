"""The bound that given prices on machine time prove, in exact whole numbers.

No plan is better than what all free time is worth and, added to it, what each job gains on its own
when it pays for the time it uses (Lagrangian relaxation). That is computed here tick by tick, for
any prices that are not negative, without the code that made them. An operation follows one of
its predecessors exactly, as long as that has no other follower; of the rest it only knows when they
can be over at the earliest.
"""

from __future__ import annotations

import numpy as np

from scheduling.lots import routes
from scheduling.problem import Alternative, Operation, Problem
from scheduling.registry import Objective
from scheduling.route import Route
from scheduling.slot_prices import LARGEST, MOST_CELLS, UNIT, Ints, LaneTime, NoBound, read
from scheduling.terms import Terms, worked

NEVER = -(1 << 60)


def lot_counts(problem: Problem, number: int) -> range:
    """In how many lots a job may be done; one with pinned work is not split."""
    job = problem.jobs[number]
    pinned = any((number, index) in problem.pins for index in range(len(job.operations)))
    return range(1, 2 if pinned else job.max_lots + 1)


def refuse(terms: Terms, sign: int, cells: int) -> None:
    """Raise NoBound where prices on time prove nothing about an objective."""
    if terms.latest or terms.peak:
        raise NoBound("the objective is not a sum over jobs")
    if any(sign * w > 0 for w in (*terms.cost, *terms.tardiness, *terms.completion)):
        raise NoBound("the objective rewards cost or lateness")
    if cells > MOST_CELLS:
        raise NoBound("there are too many ticks of machine time to price")


class Priced:
    """A problem at given prices. Gains are thousandths of the objective's unit, more is better."""

    def __init__(self, problem: Problem, goal: Objective, certificate: object) -> None:
        self.problem = problem.all_mandatory() if goal.REQUIRES_ALL else problem
        self.terms = goal.terms(self.problem)
        self.sign = 1 if goal.SENSE == "max" else -1
        self.horizon = max(1, problem.horizon)
        charged = read(problem, certificate)
        places = [(r, x) for r, one in enumerate(problem.resources) for x in range(len(one.lanes))]
        refuse(self.terms, self.sign, self.horizon * len(places))
        self.travels, self.fares = bool(problem.transport_ticks), bool(problem.transport_cost)
        self.lanes = {place: LaneTime(problem, place, self.horizon) for place in places}
        for place, spans in charged.items():
            self.lanes[place].charge(spans)

    def total(self) -> tuple[int, tuple[int, ...]]:
        """What no plan can exceed, and the jobs that have to be done but never can be."""
        gains = [self.gain(job) for job in range(len(self.problem.jobs))]
        impossible = tuple(job for job, gain in enumerate(gains) if gain <= NEVER // 2)
        return sum(gains) + sum(lane.total for lane in self.lanes.values()), impossible

    def gain(self, number: int) -> int:
        """The most that one job brings on its own; jobs that may be left out bring at least 0."""
        job, terms, sign = self.problem.jobs[number], self.terms, self.sign
        ways = [self._route(number, routes(job, n)) for n in lot_counts(self.problem, number)]
        best = max(ways)
        best += UNIT * (sign * terms.done[number] + max(0, sign * terms.moved[number]))
        return best if self.problem.must_place[number] else max(0, best)

    def _route(self, number: int, operations: tuple[Operation, ...]) -> int:
        route = Route(self.problem, number, operations)
        total, ends = 0, dict[int, dict[int, Ints]]()
        for index in route.order:
            total += UNIT * self.sign * self._apart(number, route, index)
            if index not in route.pins:
                ends[index] = self._operation(number, route, index, ends)
                if not ends[index]:
                    return NEVER
        held = max((pin.end for pin in route.pins.values()), default=0)
        ticks = np.arange(self.horizon + 1)
        for index in ends:
            if index not in route.leader.values():
                tail = self._finale(number, np.maximum(ticks, held)) if index == route.last else 0
                total += max(int((one + tail).max()) for one in ends[index].values())
        return total if ends else total + int(self._finale(number, np.array([held]))[0])

    def _operation(
        self, number: int, route: Route, index: int, ends: dict[int, dict[int, Ints]]
    ) -> dict[int, Ints]:
        """Per site, the best gain with which the operation can end at each tick."""
        operation, best = route.operations[index], dict[int, Ints]()
        ready = dict[int, Ints]()
        for choice in operation.alternatives:
            resource = self.problem.resources[choice.resource]
            if resource.site not in ready:
                ready[resource.site] = self._ready(number, route, (index, resource.site), ends)
                best[resource.site] = np.full(self.horizon + 1, NEVER)
            at = best[resource.site]
            gain = self._choice(number, choice)
            for lane in range(len(resource.lanes)):
                time = self.lanes[choice.resource, lane]
                within = route.head[index], route.latest[index]
                starts, done = time.times(choice.duration, operation.may_pause, within)
                value = ready[resource.site][starts] + gain
                value -= time.price(starts, done) * (choice.amount if resource.capacity else 1)
                at[done] = np.maximum(at[done], value)
        return best

    def _ready(
        self, number: int, route: Route, where: tuple[int, int], ends: dict[int, dict[int, Ints]]
    ) -> Ints:
        """The best gain with which a job can be at a site by each tick, ready for an operation."""
        index, site = where
        if index not in route.leader:
            return np.zeros(self.horizon + 1, np.int64)
        best = np.full(self.horizon + 1, NEVER)
        for here, values in ends[route.leader[index]].items():
            ticks = self.problem.transport_ticks[here][site] if self.travels else 0
            ticks = min(max(ticks, route.lag[index]), self.horizon + 1)
            fare = self.problem.transport_cost[here][site] if self.fares else 0
            fare *= UNIT * self.sign * self.terms.cost[number]
            late = values[: len(values) - ticks] + fare
            best[ticks:] = np.maximum(best[ticks:], late)
        earliest: Ints = np.maximum.accumulate(best)
        return earliest

    def _choice(self, number: int, choice: Alternative) -> int:
        """What an alternative brings and costs."""
        weight = self.sign * self.terms.worked[number]
        gain = weight * choice.duration * (1 + len(choice.also))
        return UNIT * (gain + self.sign * self.terms.cost[number] * choice.cost)

    def _apart(self, number: int, route: Route, index: int) -> int:
        """What is certain about an operation: a pin, and the least carrying from other ones."""
        gain, operation = 0, route.operations[index]
        pin = route.pins.get(index)
        if pin:
            choice = operation.chosen(pin)
            gain += self.terms.cost[number] * (choice.cost if choice else 0)
            gain += self.terms.worked[number] * worked(self.problem, pin) * len(pin.places)
        for before in set(operation.predecessors):
            if route.leader.get(index) != before:
                gain += self.terms.cost[number] * route.least_fare(before, index)
        return gain

    def _finale(self, number: int, end: Ints) -> Ints:
        """What it is worth that a job ends at each of these ticks."""
        job, terms = self.problem.jobs[number], self.terms
        weight = terms.completion[number]
        largest = abs(weight) + abs(terms.tardiness[number])
        if UNIT * largest * int(np.abs(end).max()) > LARGEST:
            raise NoBound("numbers are too large to count exactly")
        late = np.zeros_like(end) if job.due is None else np.maximum(end - job.due, 0)
        return UNIT * self.sign * (weight * end + terms.tardiness[number] * late)
