"""What each job could reach with the place to itself: relaxations of one job at a time.

Buffers, blocked time, crews, windows, transport and deadlines are kept, changeovers and other jobs
forgotten.
"""

from __future__ import annotations

from dataclasses import replace

from scheduling.backends.kernel import FOREVER
from scheduling.backends.plan import Plan, Route
from scheduling.problem import Problem

Ends = list[dict[int, int]]


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
                    ends[operation][resource] = min(end, ends[operation].get(resource, end))
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
            pin = self.problem.pins.get((job, index))
            held = pin and operation.chosen(pin)
            choices = [c for c in operation.alternatives if c.resource in ends[index]]
            if pin:
                choices = [held] if held else []
            total += min((c.cost for c in choices), default=0)
            if self.problem.transport_cost:
                for before in set(operation.predecessors):
                    total += min(
                        self.problem.travel(a, b)[1] for a in ends[before] for b in ends[index]
                    )
        return total
