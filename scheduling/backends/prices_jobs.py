"""Jobs as arrays for the prices: chains of steps, each with its ways to be done."""

from __future__ import annotations

from itertools import pairwise

from scheduling.backends.prices_arrays import Arrays, Jobs, Ways
from scheduling.backends.prices_chains import Limits, chains
from scheduling.backends.prices_lanes import LaneReader, ints, starts
from scheduling.lagrange import lot_counts, refuse
from scheduling.lots import routes
from scheduling.problem import Alternative, Operation, Problem
from scheduling.registry import Objective
from scheduling.slot_prices import LARGEST, UNIT, NoBound
from scheduling.terms import worked

RUNS = ("form", "chain", "step", "way", "site")


class JobReader:
    """Appends job after job to the columns of the arrays."""

    def __init__(self, problem: Problem, goal: Objective, lanes: LaneReader) -> None:
        self.problem, self.lanes = problem, lanes
        self.sign = 1 if goal.SENSE == "max" else -1
        self.terms = goal.terms(problem)
        refuse(self.terms, self.sign, lanes.horizon * len(lanes.windows))
        self.jobs: dict[str, list[int]] = {name: [] for name in Jobs._fields}
        self.ways: dict[str, list[int]] = {name: [] for name in Ways._fields}
        self.impossible: list[int] = []
        self.counts: dict[str, list[int]] = {name: [] for name in RUNS}
        self.room = self.largest = 0
        self.dearest = 1

    def read(self) -> Arrays:
        """All jobs and lanes; raises NoBound where numbers grow too large."""
        for number in range(len(self.problem.jobs)):
            self._job(number)
        for name, sizes in self.counts.items():
            self.jobs[f"{name}_at"] = list(starts(sizes))
        pad = max([0, *self.ways["lead"], *self.ways["gap"]])
        lanes = self.lanes.arrays(pad, any(self.ways["pausing"]))
        most = max([1, *map(abs, self.ways["gain"]), *map(abs, self.jobs["base"])])
        self.dearest = most
        stores = max(1, *(r.capacity for r in self.problem.resources))
        if most * (self.lanes.horizon + 2 * pad) * stores > LARGEST:
            raise NoBound("numbers too large to price exactly")
        sites = max(1, len(self.problem.transport_ticks))
        ticks = self.problem.transport_ticks or ((0,) * sites,) * sites
        cost = self.problem.transport_cost or ((0,) * sites,) * sites
        return Arrays(
            lanes,
            Ways(**{name: ints(column) for name, column in self.ways.items()}),
            Jobs(**{name: ints(column) for name, column in self.jobs.items()}),
            ints(ticks),
            ints(cost),
        )

    def _job(self, number: int) -> None:
        counts = lot_counts(self.problem, number)
        self.counts["form"].append(len(counts))
        for count in counts:
            self._form(number, routes(self.problem.jobs[number], count))

    def _form(self, number: int, operations: tuple[Operation, ...]) -> None:
        problem, terms = self.problem, self.terms
        limits = Limits(problem, number, operations, self.lanes.horizon)
        found = chains(limits)
        pins = [pin for pin in limits.pins.values() if pin]
        fare = self.sign * UNIT * terms.cost[number]
        base = self.sign * UNIT * terms.done[number] + self._pinned(number, limits)
        base += UNIT * max(0, self.sign * terms.moved[number])
        base += sum(fare * cost for cost in _cut_arcs(limits, found))
        ends = [limits.head[chain[-1]] for chain in found]
        first = len(self.counts["step"])
        job = problem.jobs[number]
        row = {
            "base": base,
            "must": int(problem.must_place[number]),
            "last": first + ends.index(max(ends)) if ends else -1,
            "due": self.lanes.horizon if job.due is None else job.due,
            "late": self.sign * UNIT * terms.tardiness[number] if job.due is not None else 0,
            "finish": self.sign * UNIT * terms.completion[number],
            "fare": fare,
            "held": max((pin.end for pin in pins), default=0),
        }
        for name, value in row.items():
            self.jobs[name].append(value)
        self.counts["chain"].append(len(found))
        for chain in found:
            self._chain(number, chain, limits)

    def _pinned(self, number: int, limits: Limits) -> int:
        """What pinned work costs and brings."""
        total = 0
        for operation, pin in limits.pins.items():
            if pin:
                choice = limits.operations[operation].chosen(pin)
                total += self.terms.cost[number] * (choice.cost if choice else 0)
                total += self.terms.worked[number] * worked(self.problem, pin) * len(pin.places)
        return self.sign * UNIT * total

    def _chain(self, number: int, chain: list[int], limits: Limits) -> None:
        self.counts["step"].append(len(chain))
        self.room = 0
        for before, operation in pairwise([-1, *chain]):
            lags = {b: least for b, least, _most in limits.operations[operation].waits()}
            self.jobs["lag"].append(lags.get(before, 0))
            span = limits.head[operation], limits.latest[operation]
            self._step(number, limits.operations[operation], span)

    def _step(self, number: int, operation: Operation, span: tuple[int, int]) -> None:
        sites: list[int] = []
        before = len(self.ways["lane"])
        for choice in operation.alternatives:
            site = self.problem.resources[choice.resource].site
            if site not in sites:
                sites.append(site)
            self._ways(number, operation, choice, (*span, sites.index(site)))
        self.counts["way"].append(len(self.ways["lane"]) - before)
        self.counts["site"].append(len(sites))
        self.jobs["site"].extend(sites)
        self.jobs["low"].append(span[0])
        self.jobs["high"].append(span[1])
        self.jobs["room"].append(self.room)
        self.room += len(sites) * max(0, span[1] - span[0] + 1)
        self.largest = max(self.largest, self.room)

    def _ways(
        self, number: int, operation: Operation, choice: Alternative, at: tuple[int, int, int]
    ) -> None:
        resource = self.problem.resources[choice.resource]
        gain = self.sign * self.terms.cost[number] * choice.cost
        gain += self.sign * self.terms.worked[number] * choice.duration * (1 + len(choice.also))
        row = {
            "ticks": choice.duration,
            "gain": UNIT * gain,
            "amount": choice.amount if resource.capacity else 1,
            "lead": 0,
            "gap": resource.buffer_before + resource.buffer_after,
            "head": at[0],
            "latest": at[1],
            "place": at[2],
            "pausing": int(operation.may_pause),
        }
        for lane in range(len(resource.lanes)):
            self.ways["lane"].append(self.lanes.number[choice.resource, lane])
            for name, value in row.items():
                self.ways[name].append(value)


def _cut_arcs(limits: Limits, found: list[list[int]]) -> list[int]:
    """Least carrying cost of each precedence that is no link of a chain."""
    links = {(a, b) for chain in found for a, b in pairwise(chain)}
    return [
        limits.carrying(before, index)
        for index in limits.order
        for before in set(limits.operations[index].predecessors)
        if (before, index) not in links
    ]
