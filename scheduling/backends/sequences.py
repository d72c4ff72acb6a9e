"""Jobs of one operation on machines with sequence-dependent setups: a search over sequences.

An engine (`scheduling.engine`) around `sequences_facts`, `sequences_walk`, `sequences_moves` and
`sequences_anneal`. For order acceptance and for (unrelated) parallel machines with setups, where
a plan is nothing but an order of jobs on every machine and everything is as early as it allows.
"""

from __future__ import annotations

import numpy as np

from scheduling.backends.sequences_anneal import COOLING, HEAT, anneal, losses, new_walk
from scheduling.backends.sequences_facts import (
    DURATION,
    facts_of,
    families_of,
    lanes_of,
    must_of,
    reward,
)
from scheduling.backends.sequences_walk import NEVER, empty_state, end_after, load
from scheduling.goals import Goal, Level
from scheduling.problem import Assignment, Job, Problem, Resource
from scheduling.schedule import Schedule

NAME = "sequences"
UNITS = 1_000_000
FIRST_CYCLE = 20_000
TRIES = 2_000
HOT, COLD = 0.17, 0.003
MOST_CELLS = 2_000_000
MOST_MONEY = 1 << 57


class Sequences:
    """Annealing in cycles, each twice as long as the one before. A unit is one move tried.

    Whenever it is stopped, a cycle that took a fair share of the time has been finished.
    """

    NAME = NAME
    UNITS = UNITS

    def __init__(
        self, problem: Problem, objective: str, seed: int, schedule: Schedule | None
    ) -> None:
        self.problem = problem
        self.level = Goal.of(objective, problem).levels[0]
        self.lanes = lanes_of(problem)
        self.facts = facts_of(problem, objective)
        self.state = empty_state(self.facts)
        self.walk = new_walk(self.facts, seed)
        self.improvements = 0
        self.cycle = 0
        self.left = self.length = max(FIRST_CYCLE, 50 * len(problem.jobs))
        if schedule is not None:
            self._load(schedule)

    def _load(self, schedule: Schedule) -> None:
        order, count = np.zeros_like(self.walk.order), np.zeros_like(self.walk.counts)
        machine = {lane: number for number, lane in enumerate(self.lanes)}
        for item in sorted(schedule.assignments, key=lambda item: (item.start, item.end)):
            at = machine[item.resource, item.lane]
            order[at, count[at]] = item.job
            count[at] += 1
        load(self.facts, self.state, order, count)

    def work(self, units: int) -> int:
        """Try so many moves; the first cycle only goes downhill."""
        if not self.problem.jobs:
            return 0
        todo = units
        while todo > 0:
            now = min(todo, self.left)
            self.improvements += anneal(self.facts, self.state, self.walk, now)
            todo -= now
            self.left -= now
            if self.left == 0:
                self._next_cycle()
        return units

    def _next_cycle(self) -> None:
        """Heat up again: every second time from the best plan, and then half as hot."""
        if self.cycle == 0:
            self.loss = losses(self.facts, self.state, self.walk, TRIES)
        self.cycle += 1
        hot = HOT
        if self.cycle % 2 == 0:
            load(self.facts, self.state, self.walk.order, self.walk.counts)
            hot = HOT / 2
        self.left = self.length = 2 * self.length
        self.walk.heat[HEAT] = hot * self.loss
        self.walk.heat[COOLING] = (COLD / hot) ** (1 / self.length)

    @property
    def value(self) -> int | None:
        """Of the best plan in the sense of the objective; None while a mandatory job is out."""
        dear = reward(self.problem, self.level)
        cost = int(self.walk.cost[0]) + dear * sum(must_of(self.problem, self.level))
        return self.level.sign * cost if 2 * cost < dear else None

    def best(self) -> Schedule:
        """The best plan found so far, everything as early as its orders allow."""
        items = []
        for machine, (resource, lane) in enumerate(self.lanes):
            before, clock = -1, NEVER
            for job in self.walk.order[machine, : self.walk.counts[machine]]:
                clock, before = end_after(self.facts, machine, before, clock, job), job
                start = clock - int(self.facts.way[machine, job, DURATION])
                items.append(Assignment(int(job), 0, resource, lane, start, clock))
        return Schedule.of(items)


def start(problem: Problem, objective: str, seed: int, schedule: Schedule | None) -> Sequences:
    """A search in a problem that `suits`, from the orders of a schedule or from nothing."""
    return Sequences(problem, objective, seed, schedule)


def suits(problem: Problem, objective: str) -> bool:
    """Whether a plan is nothing but sequences, and the objective a sum of what jobs cost.

    Costs have to be regular, that is, never fall when a job ends later, and the last end may
    count too. Jobs have one operation that needs one lane and nothing else; a lane has one window
    at most and is not blocked; the tables have to fit into memory and the money into 64 bits.
    """
    levels = Goal.of(objective, problem).levels
    if len(levels) != 1 or not problem.jobs or problem.pinned or not _regular(levels[0], problem):
        return False
    if not all(map(_plain, problem.resources)) or not all(map(_single, problem.jobs)):
        return False
    lanes = len(lanes_of(problem))
    cells = max(lanes * len(problem.jobs), len(problem.resources) * (families_of(problem) + 2) ** 2)
    money = reward(problem, levels[0]) * (len(problem.jobs) + 1) * max(1, lanes)
    return cells <= MOST_CELLS and money <= MOST_MONEY


def _regular(level: Level, problem: Problem) -> bool:
    terms, sign = level.terms, level.sign
    slopes = (*terms.tardiness, *terms.completion, terms.latest)
    moves = any(terms.moved[job] for job in problem.earlier_by_job)
    return not terms.peak and not moves and all(sign * slope >= 0 for slope in slopes)


def _plain(resource: Resource) -> bool:
    lanes = resource.lanes
    return not resource.capacity and all(
        len(lane.windows) <= 1 and not lane.blocked for lane in lanes
    )


def _single(job: Job) -> bool:
    """One operation on one lane, without a crew; with one window it has nothing to pause over."""
    if len(job.operations) != 1 or (job.pieces > 1 and job.max_lots > 1):
        return False
    (operation,) = job.operations
    return operation.crew is None and not any(c.also for c in operation.alternatives)
