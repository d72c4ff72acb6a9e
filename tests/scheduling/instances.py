"""Tiny problems for the scheduling tests, by hand and at random, and their exhaustive optimum."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from random import Random

from scheduling.builder import ProblemBuilder, merged
from scheduling.check import violations
from scheduling.problem import (
    Alternative,
    Assignment,
    Crew,
    Job,
    Lane,
    Operation,
    Problem,
    Resource,
    Span,
)
from scheduling.registry import Objective
from scheduling.schedule import Schedule

UNARY = {
    "not_eligible",
    "wrong_duration",
    "outside_window",
    "blocked",
    "before_release",
    "after_deadline",
}
LAST = 30
MOST = 8_000

FJS = """3 3
2 2 1 3 2 5 1 3 2
2 1 1 4 2 2 3 3 4
3 1 2 1 1 3 6 2 1 2 2 2
"""


def one_machine(*durations: int, **fields: int) -> Problem:
    """One machine open from 0 to 100 and a job of one operation for each duration."""
    builder = ProblemBuilder()
    builder.resource("mill", [(0, 100)])
    for number, duration in enumerate(durations):
        builder.job(f"job-{number}", value=100, **fields).operation({"mill": duration})
    return builder.build()


def plant() -> Problem:
    """Two sites, two machines of which one has two lanes, a crew, a pausing operation."""
    builder = ProblemBuilder()
    builder.crew("day", [(0, 40, 2)])
    builder.resource("saw", [(0, 8), (12, 20)], site="A", buffer_after=1)
    builder.resource("mill", [(0, 8), (12, 30)], lanes=2, site="B")
    builder.transport("A", "B", ticks=2, cost=10)
    for number in range(4):
        job = builder.job(f"job-{number}", value=100, due=14, tardiness_weight=1, deadline=30)
        job.operation({"saw": (2, 5), "mill": (4, 4)}, crew="day")
        job.operation({"mill": (5, 20)}, may_pause=True)
    return builder.build()


def random_problem(seed: int) -> Problem:
    """A problem with a random choice of every feature, small enough to be searched through."""
    random = Random(seed)
    families = 2 if random.random() < 0.3 else 0
    crew = random.random() < 0.4
    resources = tuple(_resource(random, families) for _ in range(random.randint(1, 3)))
    jobs = tuple(_job(random, len(resources), families, crew) for _ in range(random.randint(1, 3)))
    parts = tuple((a, b, random.randint(0, 2)) for a, b in _spans(random, 4))
    ticks = ((0, random.randint(0, 3)), (random.randint(0, 3), 0))
    cost = ((0, random.randint(0, 9)), (random.randint(0, 9), 0))
    pinned: tuple[Assignment, ...] = ()
    if random.random() < 0.3:
        start = random.randint(-2, 10)
        where = random.randrange(len(resources))
        pinned = (Assignment(0, 0, where, 0, start, start + random.randint(1, 5)),)
    return Problem(resources, jobs, (Crew(parts),) if crew else (), ticks, cost, pinned)


def _spans(random: Random, count: int) -> tuple[Span, ...]:
    starts = [random.randint(0, 20) for _ in range(count)]
    return merged((start, start + random.randint(1, 6)) for start in starts)


def _resource(random: Random, families: int) -> Resource:
    lanes = tuple(
        Lane(_spans(random, random.randint(1, 4)), _spans(random, random.randint(0, 2)))
        for _ in range(random.randint(1, 2))
    )
    size = range(families)
    return Resource(
        lanes,
        site=random.randint(0, 1),
        buffer_before=random.choice([0, 0, 1]),
        buffer_after=random.choice([0, 0, 2]),
        setups=tuple(tuple(random.randint(0, 3) for _ in size) for _ in size),
        initial_setups=tuple(random.randint(0, 2) for _ in size),
        setup_after_release=random.random() < 0.5,
    )


def _job(random: Random, resources: int, families: int, crew: bool) -> Job:
    operations = []
    for index in range(random.randint(1, 2)):
        where = random.sample(range(resources), random.randint(1, resources))
        operations.append(
            Operation(
                tuple(Alternative(m, random.randint(1, 5), random.randint(0, 20)) for m in where),
                tuple(before for before in range(index) if random.random() < 0.7),
                may_pause=random.random() < 0.3,
                crew=0 if crew and random.random() < 0.5 else None,
                family=random.choice([None, 0, 1]) if families else None,
            )
        )
    release = random.randint(0, 8)
    return Job(
        tuple(operations),
        release=release,
        due=random.choice([None, release + random.randint(0, 10)]),
        deadline=random.choice([None, release + random.randint(1, 22)]),
        value=random.randint(0, 80),
        mandatory=random.random() < 0.2,
        tardiness_weight=random.randint(0, 4),
    )


def exhaustive(problem: Problem, objective: Objective) -> tuple[bool, int | None]:
    """``(tried, optimum)``: whether all schedules could be tried, and the best value of any."""
    if objective.REQUIRES_ALL:
        problem = problem.all_mandatory()
    routes = [_routes(problem, job) for job in range(len(problem.jobs))]
    if math.prod(len(one) for one in routes) > MOST:
        return False, None
    best = max if objective.SENSE == "max" else min
    values = []
    for combination in itertools.product(*routes):
        schedule = Schedule.of(item for route in combination for item in route)
        if not violations(problem, schedule):
            values.append(objective.measure(problem, schedule))
    return True, best(values, default=None)


def _routes(problem: Problem, job: int) -> list[tuple[Assignment, ...]]:
    places = [_places(problem, job, o) for o in range(len(problem.jobs[job].operations))]
    if math.prod(len(one) for one in places) > MOST:
        return [()] * (MOST + 1)
    return list(itertools.product(*places)) + ([] if problem.must_place[job] else [()])


def _places(problem: Problem, job: int, index: int) -> list[Assignment]:
    """Every assignment of an operation that is no violation by itself."""
    if (job, index) in problem.pins:
        return [problem.pins[job, index]]
    operation, bare, found = problem.jobs[job].operations[index], replace(problem, pinned=()), []
    for choice in operation.alternatives:
        for lane in range(len(problem.resources[choice.resource].lanes)):
            for start in range(LAST):
                last = LAST if operation.may_pause else start + choice.duration
                for end in range(start + choice.duration, last + 1):
                    item = Assignment(job, index, choice.resource, lane, start, end)
                    kinds = {v.kind for v in violations(bare, Schedule((item,)))}
                    if not kinds & UNARY:
                        found.append(item)
    return found
