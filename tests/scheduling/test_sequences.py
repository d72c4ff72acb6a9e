"""The search over sequences against plain Python: its times, its changes, its answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations, product
from random import Random
from typing import Any

import pytest

from scheduling.backends import sequences
from scheduling.backends.sequences_anneal import count_up, judge, propose
from scheduling.backends.sequences_facts import lanes_of
from scheduling.backends.sequences_walk import WORTHLESS, commit
from scheduling.check import violations
from scheduling.goals import Goal
from scheduling.problem import (
    Alternative,
    Assignment,
    Crew,
    Job,
    Lane,
    Operation,
    Problem,
    Resource,
)
from scheduling.schedule import Schedule

OBJECTIVES = ("welfare", "makespan", "weighted_tardiness", "earliest_completion", "booked")
MINIMISED = ("makespan", "weighted_tardiness", "earliest_completion")
Orders = list[list[int]]


def random_problem(seed: int, jobs: int, tight: bool = True) -> Problem:
    """Jobs of one operation, some of them mandatory, on one to three lanes with changeovers."""
    random = Random(seed)
    resources = tuple(_resource(random) for _ in range(random.randint(1, 2)))
    made = tuple(_job(random, len(resources), 4 * jobs if tight else 900) for _ in range(jobs))
    return Problem(resources, made)


def _resource(random: Random) -> Resource:
    size = range(3)
    return Resource(
        tuple(Lane(((random.randint(0, 3), 1000),)) for _ in range(random.randint(1, 2))),
        buffer_before=random.choice([0, 0, 2]),
        buffer_after=random.choice([0, 0, 1]),
        setups=tuple(tuple(random.randint(0, 5) for _ in size) for _ in size),
        initial_setups=random.choice([(), (0, 3, 1)]),
        setup_after_release=random.random() < 0.5,
    )


def _job(random: Random, resources: int, spread: int) -> Job:
    where = random.sample(range(resources), random.randint(1, resources))
    choices = tuple(Alternative(r, random.randint(1, 6), random.randint(0, 9)) for r in where)
    release = random.randint(0, 15)
    return Job(
        (Operation(choices, family=random.choice([None, 0, 1, 2])),),
        release=release,
        due=random.choice([None, release + random.randint(3, 15)]),
        deadline=random.choice([None, release + random.randint(12, 12 + spread)]),
        value=random.randint(0, 60),
        mandatory=random.random() < 0.2,
        tardiness_weight=random.randint(0, 4),
    )


def timed(problem: Problem, orders: Orders) -> Schedule:
    """Every job as early as the order on its lane allows, by the rules as they are worded."""
    items = []
    for (number, lane), order in zip(lanes_of(problem), orders, strict=True):
        resource, before, free = problem.resources[number], None, None
        for job in order:
            operation = problem.jobs[job].operations[0]
            release, family = problem.jobs[job].release, operation.family
            start = max(release, resource.lanes[lane].windows[0][0])
            setup = resource.first_setup(family)
            if free is not None:
                setup = resource.setup(before, family)
                start = max(start, free + setup + resource.buffer_before)
            if setup and resource.setup_after_release:
                start = max(start, release + setup + resource.buffer_before)
            choice = operation.on(number)
            end = start + (choice.duration if choice else 1)
            items.append(Assignment(job, 0, number, lane, start, end))
            before, free = family, end + resource.buffer_after
    return Schedule.of(items)


def all_orders(jobs: int, lanes: int) -> Iterator[Orders]:
    """Every way to order the jobs on the lanes, and to leave some out."""
    for where in product(range(lanes + 1), repeat=jobs):
        parts = [[job for job in range(jobs) if where[job] == lane] for lane in range(lanes)]
        for orders in product(*(permutations(part) for part in parts)):
            yield [list(order) for order in orders]


def orders_in(engine: sequences.Sequences) -> Orders:
    """The sequences an engine is at."""
    state = engine.state
    return [list(map(int, row[:n])) for row, n in zip(state.order, state.counts, strict=True)]


def asked(problem: Problem, objective: str) -> Problem:
    """The problem as the checker has to see it for an objective."""
    return problem.all_mandatory() if objective in MINIMISED else problem


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_answers_are_valid_and_worth_what_is_claimed(objective: str) -> None:
    """The checker has no objection, and the measured value is the engine's."""
    for seed in range(12):
        problem = asked(random_problem(seed, 12, objective == "welfare"), objective)
        assert sequences.suits(problem, objective)
        engine = sequences.start(problem, objective, seed, None)
        engine.work(4_000)
        plan = engine.best()
        kinds = {one.kind for one in violations(problem, plan)}
        if engine.value is None:
            assert kinds == {"mandatory_missing"}
        else:
            assert kinds == set()
            assert Goal.of(objective, problem).levels[0].measure(problem, plan) == engine.value


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_tiny_problems_are_solved_to_the_optimum(objective: str) -> None:
    """No order of the jobs on the lanes gives a better valid plan."""
    solved = 0
    for seed in range(6):
        problem = asked(random_problem(seed, 4), objective)
        level = Goal.of(objective, problem).levels[0]
        plans = (timed(problem, orders) for orders in all_orders(4, len(lanes_of(problem))))
        costs = [
            level.sign * level.measure(problem, plan)
            for plan in plans
            if not violations(problem, plan)
        ]
        engine = sequences.start(problem, objective, 1, None)
        engine.work(100_000)
        best = min(costs, default=None)
        assert engine.value == (None if best is None else level.sign * best)
        solved += best is not None
    assert solved >= 2


@pytest.mark.parametrize("objective", ["welfare", "makespan", "weighted_tardiness"])
def test_changes_cost_what_doing_them_costs(objective: str) -> None:
    """Move after move, the change on trial is the difference of two plans timed from scratch."""
    for seed in range(6):
        problem = random_problem(seed, 10)
        engine = sequences.start(problem, objective, seed, None)
        facts, state, walk = engine.facts, engine.state, engine.walk
        for _ in range(400):
            count_up(facts, state, walk)
            before = int(walk.totals[0])
            sides = propose(facts, state, walk.random)
            if sides == 0:
                continue
            judge(facts, state, walk, sides, WORTHLESS)
            commit(state, sides)
            assert int(walk.totals[2]) == _prices(engine) - before
            _agrees(engine)


def _prices(engine: sequences.Sequences) -> int:
    """The sum of the prices of the jobs that are in, from the ends alone."""
    total = 0
    for machine, order in enumerate(orders_in(engine)):
        for job in order:
            way, end = engine.facts.way[machine, job], int(engine.state.end[job])
            total += int(way[4] + way[6] * max(0, end - way[5]) + way[7] * end)
    return total


def _agrees(engine: sequences.Sequences) -> None:
    """The engine's books say what its sequences say."""
    state, orders = engine.state, orders_in(engine)
    ends = {item.job: item.end for item in timed(engine.problem, orders).assignments}
    assert {job: int(state.end[job]) for order in orders for job in order} == ends
    assert {int(job) for job in state.deck[state.outs[0] :]} == set(ends)
    for machine, order in enumerate(orders):
        assert int(state.last[machine]) == max([0, *(ends[job] for job in order)])
        assert [(int(state.where[j]), int(state.spot[j])) for j in order] == [
            (machine, spot) for spot in range(len(order))
        ]


def test_a_seed_gives_one_answer_however_the_work_is_cut() -> None:
    """Many small slices find the plan of one large one; another seed walks elsewhere."""
    problem = random_problem(3, 30)
    whole, cut, other = (sequences.start(problem, "welfare", seed, None) for seed in (1, 1, 2))
    whole.work(60_000)
    other.work(60_000)
    for _ in range(60):
        assert cut.work(1_000) == 1_000
    assert cut.best() == whole.best()
    assert list(cut.walk.random) == list(whole.walk.random)
    assert orders_in(other) != orders_in(whole)


def test_improvements_are_counted() -> None:
    """The count grows exactly when the value got better."""
    engine = sequences.start(random_problem(5, 30), "welfare", 1, None)
    value, count = engine.value, 0
    for _ in range(100):
        engine.work(200)
        assert (engine.improvements > count) == (engine.value != value)
        value, count = engine.value, engine.improvements
    assert count > 1


def test_a_search_goes_on_from_a_plan() -> None:
    """Started from a plan, it has its orders and, before any move, at least its value."""
    problem = random_problem(5, 20)
    first = sequences.start(problem, "welfare", 1, None)
    first.work(30_000)
    again = sequences.start(problem, "welfare", 2, first.best())
    again.work(1)
    assert first.value is not None
    assert again.value == first.value
    assert again.best() == first.best()


def test_a_job_without_a_place_leaves_the_others_a_plan() -> None:
    """A mandatory job that fits nowhere is left out, and no value is claimed."""
    lane = (Lane(((0, 10),)),)
    long, short = (Operation((Alternative(0, ticks),)) for ticks in (11, 10))
    problem = Problem((Resource(lane),), (Job((long,), mandatory=True), Job((short,), value=5)))
    engine = sequences.start(problem, "welfare", 1, None)
    engine.work(500)
    assert [item.job for item in engine.best().assignments] == [1]
    assert engine.value is None


PLAIN = Job((Operation((Alternative(0, 2),)),))
LANE = Lane(((0, 9),))
MACHINE = Resource((LANE,))
PLANT = Problem((MACHINE, MACHINE), (PLAIN, PLAIN))
HELD = Assignment(0, 0, 0, 0, 0, 2)
TWO_STEPS = Job((*PLAIN.operations, Operation((Alternative(0, 1),), (0,))))
WITH_CREW = Job((replace(PLAIN.operations[0], crew=0),))
WITH_HELPER = Job((Operation((Alternative(0, 2, also=(1,)),)),))
LATE = replace(PLAIN, due=0, tardiness_weight=10**9)
OTHERS: dict[str, dict[str, Any]] = {
    "no jobs": {"jobs": ()},
    "a route": {"jobs": (TWO_STEPS,)},
    "a crew": {"jobs": (WITH_CREW,), "crews": (Crew(((0, 9, 1),)),)},
    "a further resource": {"jobs": (WITH_HELPER,)},
    "lots": {"jobs": (replace(PLAIN, pieces=4, max_lots=2),)},
    "priority classes": {"jobs": (PLAIN, replace(PLAIN, priority=1))},
    "a price on moving": {"jobs": (replace(PLAIN, move_price=3),), "earlier": (HELD,)},
    "a pin": {"pinned": (HELD,)},
    "a store": {"resources": (replace(MACHINE, capacity=2), MACHINE)},
    "two windows": {"resources": (Resource((Lane(((0, 4), (5, 9))),)), MACHINE)},
    "blocked time": {"resources": (Resource((replace(LANE, blocked=((3, 4),)),)), MACHINE)},
    "more than 64 bits": {"resources": (Resource((Lane(((0, 10**12),)),)),), "jobs": (LATE,)},
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_plan_that_is_more_than_sequences_is_for_others(name: str) -> None:
    """Each feature that sequences do not express is told apart from the plain plant."""
    assert sequences.suits(PLANT, "welfare")
    assert not sequences.suits(replace(PLANT, **OTHERS[name]), "welfare")


def test_objectives_that_are_no_sum_over_jobs_are_for_others() -> None:
    """Several levels, balance, and what a later end can improve are not searched here."""
    assert sequences.suits(PLANT, "cost")
    assert not sequences.suits(PLANT, "balance")
    assert not sequences.suits(PLANT, "welfare,makespan")
