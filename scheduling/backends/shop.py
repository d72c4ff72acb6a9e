"""The flexible job shop for makespan: machines always open, nothing but operations and machines.

Where a problem is that plain, moving one operation at a time on the critical path finds in
seconds what general search does not find in minutes. An engine (`scheduling.engine`) around
`shop_start`, `shop_graph`, `shop_moves`, `shop_tabu` and `shop_pool`.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from scheduling.backends.shop_graph import copy_plan, empty_plan, evaluate, shop_of
from scheduling.backends.shop_pool import SIZE, Pool
from scheduling.backends.shop_start import RULES, dispatch, first_plan, plan_of, work_behind
from scheduling.backends.shop_tabu import PATIENCE, SINCE, memory_of, search
from scheduling.problem import Alternative, Assignment, Job, Operation, Problem, Resource
from scheduling.schedule import Schedule

NAME = "shop"
UNITS = 100_000_000
MOST_STALE = 30


class ShopSearch:
    """Rounds of tabu search in one job shop. A unit is one operation timed anew.

    A round ends when nothing has been better for long; its best plan goes into a pool, and the
    next begins with a dispatched plan or with one between two of the pool.
    """

    NAME = NAME
    UNITS = UNITS

    def __init__(self, problem: Problem, seed: int, schedule: Schedule | None) -> None:
        self.problem = problem
        self.improvements = self.rounds = self.stale = 0
        self.shop = shop_of(problem)
        self.random = Random(seed)
        self.memory = memory_of(self.shop, seed)
        self.behind = work_behind(self.shop)
        self.pool = Pool(self.shop, self.random)
        given = plan_of(self.shop, problem, schedule) if schedule else None
        self.found = first_plan(self.shop, self.memory.random, self.behind, given)
        self.plan, self.local = empty_plan(self.shop), empty_plan(self.shop)
        copy_plan(self.found, self.plan)
        copy_plan(self.found, self.local)

    @property
    def makespan(self) -> int:
        """Of the best plan so far, in ticks."""
        return int(self.found.makespan[0])

    def work(self, units: int) -> int:
        """Search on; returns the operations timed anew."""
        used = 0
        while used < units:
            used += int(search(self.shop, self.plan, self.local, self.memory, units - used))
            if self.local.makespan[0] < self.makespan:
                copy_plan(self.local, self.found)
                self.improvements += 1
            if self.memory.counters[SINCE] >= PATIENCE:
                used += self._next_round()
        return used

    def _next_round(self) -> int:
        """Keep the best plan of the round and begin another; the work done, roughly."""
        self.stale = 0 if self.pool.keep(self.local) else self.stale + 1
        if self.stale > MOST_STALE:
            self.pool.forget()
            self.stale = self.rounds = 0
        self.rounds += 1
        if self.rounds < SIZE or len(self.pool.plans) < 2:
            noise = self.random.randrange(RULES)
            dispatch(self.shop, self.plan, self.memory.random, self.behind, noise)
        else:
            self.pool.between(self.plan)
        evaluate(self.shop, self.plan)
        copy_plan(self.plan, self.local)
        self.memory.forbidden[:] = 0
        self.memory.counters[SINCE] = 0
        return 10 * len(self.plan.head)

    def best(self) -> Schedule:
        """The best plan found so far, everything as early as its orders allow."""
        found, items, op = self.found, [], 0
        for number, job in enumerate(self.problem.jobs):
            for index in range(len(job.operations)):
                start, end = int(found.head[op]), int(found.head[op] + found.ticks[op])
                machine = int(self.shop.machine[found.choice[op]])
                items.append(Assignment(number, index, machine, 0, start, end))
                op += 1
        return Schedule.of(items)


def start(problem: Problem, objective: str, seed: int, schedule: Schedule | None) -> ShopSearch:
    """A search in a problem that `suits`; from a schedule it is never worse than that."""
    return ShopSearch(problem, seed, schedule)


def suits(problem: Problem, objective: str) -> bool:
    """Whether a problem is a job shop and nothing else, and its makespan asked for."""
    if objective != "makespan" or not problem.jobs:
        return False
    if problem.crews or problem.pinned or any(any(row) for row in problem.transport_ticks):
        return False
    need = max(job.release for job in problem.jobs) + sum(
        max((c.duration for c in operation.alternatives), default=0)
        for job in problem.jobs
        for operation in job.operations
    )
    return all(_machine(r, need) for r in problem.resources) and all(map(_job, problem.jobs))


def _machine(resource: Resource, need: int) -> bool:
    """One lane, open until everything could be done one after the other, without any rule."""
    bare = replace(resource, lanes=(), name="", site=0, supplier=0, setup_after_release=False)
    if bare != Resource(()) or len(resource.lanes) != 1:
        return False
    lane = resource.lanes[0]
    if lane.blocked or len(lane.windows) != 1:
        return False
    ((begin, end),) = lane.windows
    return begin <= 0 and end >= need


def _job(job: Job) -> bool:
    """Nothing that bears on the makespan but a release, and operations of the plain kind."""
    bare = replace(job, operations=(), name="", release=0, due=None, mandatory=False, pieces=1)
    bare = replace(bare, value=0, tardiness_weight=0, priority=0, move_price=0)
    return bare == Job(()) and all(map(_plain, job.operations))


def _plain(operation: Operation) -> bool:
    """Nothing but alternatives on one machine each, and predecessors."""
    choices = operation.alternatives
    return (
        bool(choices)
        and operation == Operation(choices, operation.predecessors, family=operation.family)
        and all(one == Alternative(one.resource, one.duration, one.cost) for one in choices)
    )
