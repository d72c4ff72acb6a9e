"""Tiny problems for the scheduling tests, by hand and at random, and their exhaustive optimum."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from random import Random

from scheduling.builder import ProblemBuilder, merged
from scheduling.check import violations
from scheduling.lots import routes
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
LASTING = {"overlap", "precedence", "transport", "min_lag", "max_lag", "capacity", "crew"}
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


def random_problem(seed: int, features: bool = False) -> Problem:
    """A problem with a random choice of every feature, small enough to be searched through.

    Without ``features`` it has no further resources, stores, lags, lots or earlier plan.
    """
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
    problem = Problem(resources, jobs, (Crew(parts),) if crew else (), ticks, cost, pinned)
    return enriched(problem, random) if features else problem


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


def enriched(problem: Problem, random: Random) -> Problem:
    """The problem with further resources, a store, lags, lots and an earlier plan, by chance."""
    resources = [replace(one, supplier=random.randint(0, 1)) for one in problem.resources]
    if random.random() < 0.3:
        where = random.randrange(len(resources))
        lanes = resources[where].lanes[:1]
        size, supplier = random.randint(1, 3), random.randint(0, 1)
        resources[where] = Resource(
            lanes, site=resources[where].site, capacity=size, supplier=supplier
        )
    held = {pin.job for pin in problem.pinned}
    jobs = []
    for number, job in enumerate(problem.jobs):
        whole = number in held or random.random() < 0.7
        lots = {} if whole else {"pieces": random.randint(2, 4), "max_lots": 2}
        steps = tuple(_enriched_step(step, resources, random) for step in job.operations)
        prices = {"priority": random.randint(0, 1), "move_price": random.randint(0, 30)}
        jobs.append(replace(job, operations=steps, **prices, **lots))
    pinned = tuple(_enriched_pin(pin, len(resources), random) for pin in problem.pinned)
    problem = replace(problem, resources=tuple(resources), jobs=tuple(jobs), pinned=pinned)
    if random.random() < 0.5:
        problem = replace(problem, earlier=tuple(_earlier(problem, random)))
    return problem


def _enriched_step(step: Operation, resources: list[Resource], random: Random) -> Operation:
    choices = []
    for choice in step.alternatives:
        others = [r for r in range(len(resources)) if r != choice.resource]
        also = random.sample(others, min(len(others), random.choice([0, 0, 0, 1, 1, 2])))
        most = max(1, resources[choice.resource].capacity)
        choices.append(replace(choice, also=tuple(also), amount=random.randint(1, most)))
        if also and random.random() < 0.3:
            choices.append(replace(choice, duration=choice.duration + 1, cost=3))
    lags: tuple[tuple[int, int | None], ...] = ()
    if random.random() < 0.5:
        least = [random.randint(0, 3) for _ in step.predecessors]
        lags = tuple((low, random.choice([None, low + random.randint(0, 5)])) for low in least)
    people = 1 if step.crew is None else random.randint(1, 2)
    return replace(step, alternatives=tuple(choices), lags=lags, people=people)


def _enriched_pin(pin: Assignment, resources: int, random: Random) -> Assignment:
    other = random.randrange(resources)
    if other == pin.resource or random.random() < 0.5:
        return pin
    return replace(pin, also=((other, 0),))


def _earlier(problem: Problem, random: Random) -> Iterator[Assignment]:
    """One job (or more) at the beginning of windows."""
    for number, job in enumerate(problem.jobs):
        if number and random.random() < 0.5:
            continue
        lots = random.randint(1, job.max_lots)
        for index, step in enumerate(routes(job, lots)):
            choice = random.choice(step.alternatives)
            window = random.choice(problem.resources[choice.resource].lanes[0].windows)
            start = max(window[0], job.release)
            also = tuple((resource, 0) for resource in choice.also)
            lot, operation = divmod(index, len(job.operations))
            span = (start, start + choice.duration)
            yield Assignment(number, operation, choice.resource, 0, *span, also, lot)


def exhaustive(problem: Problem, objective: Objective) -> tuple[bool, int | None]:
    """``(tried, optimum)``: whether all schedules could be tried, and the best value of any."""
    if objective.REQUIRES_ALL:
        problem = problem.all_mandatory()
    ways = [_ways(problem, job) for job in range(len(problem.jobs))]
    if math.prod(len(one) for one in ways) > MOST:
        return False, None
    best = max if objective.SENSE == "max" else min
    values = []
    for combination in itertools.product(*ways):
        schedule = Schedule.of(item for way in combination for item in way)
        if not violations(problem, schedule):
            values.append(objective.measure(problem, schedule))
    return True, best(values, default=None)


def _ways(problem: Problem, job: int) -> list[tuple[Assignment, ...]]:
    """Everything that may be done with a job, more than MOST if there is too much."""
    found: list[tuple[Assignment, ...]] = [] if problem.must_place[job] else [()]
    for lots in range(1, problem.jobs[job].max_lots + 1):
        found += _in_lots(problem, job, lots)
    return found


def _in_lots(problem: Problem, job: int, lots: int) -> list[tuple[Assignment, ...]]:
    """Every way to do a job in so many lots that breaks no rule which more work could not mend."""
    one = problem.jobs[job]
    flat = replace(one, operations=routes(one, lots), pieces=1, max_lots=1)
    jobs = tuple(flat if index == job else other for index, other in enumerate(problem.jobs))
    bare = replace(problem, jobs=jobs, pinned=(), earlier=())
    held = {index for number, index in problem.pins if number == job}
    found: list[tuple[Assignment, ...]] = [()]
    for step in range(len(flat.operations)):
        places = [problem.pins[job, step]] if step in held else _places(bare, job, step)
        if len(found) * len(places) > MOST:
            return [()] * (MOST + 1)
        found = [(*way, item) for way in found for item in places]
        if not held:
            found = [way for way in found if not _kinds(bare, way) & LASTING]
    size = len(one.operations)
    return [
        tuple(replace(i, operation=i.operation % size, lot=i.operation // size) for i in way)
        for way in found
    ]


def _kinds(problem: Problem, items: tuple[Assignment, ...]) -> set[str]:
    return {violation.kind for violation in violations(problem, Schedule(items))}


def _places(problem: Problem, job: int, index: int) -> list[Assignment]:
    """Every assignment of an operation that is no violation by itself."""
    operation, found = problem.jobs[job].operations[index], []
    for choice in operation.alternatives:
        resources = (choice.resource, *choice.also)
        lanes = [[(r, n) for n in range(len(problem.resources[r].lanes))] for r in resources]
        for own, *others in itertools.product(*lanes):
            for start in range(LAST):
                last = LAST if operation.may_pause else start + choice.duration
                for end in range(start + choice.duration, last + 1):
                    item = Assignment(job, index, *own, start, end, tuple(others))
                    if not _kinds(problem, (item,)) & UNARY:
                        found.append(item)
    return found
