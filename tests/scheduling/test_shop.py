"""The job shop search against plain Python: its graph, its moves, its answers."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from scheduling.backends import shop
from scheduling.backends.shop_graph import (
    Plan,
    Shop,
    copy_plan,
    empty_plan,
    evaluate,
    link,
    shop_of,
)
from scheduling.backends.shop_moves import places, put_back, room, take_out
from scheduling.backends.shop_pool import SIZE, Pool
from scheduling.backends.shop_start import dispatch, plan_of, work_behind
from scheduling.backends.shop_tabu import memory_of, step
from scheduling.check import violations
from scheduling.objectives import makespan
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
from scheduling.readers import fjsp
from scheduling.schedule import Schedule
from tests.scheduling.instances import FJS

SEEDS = range(8)


def random_shop(seed: int, jobs: int = 5, most: int = 4, machines: int = 3) -> Problem:
    """A flexible job shop with releases, whose jobs are any acyclic graphs."""
    random = Random(seed)
    made = tuple(_job(random, random.randint(1, most), machines) for _ in range(jobs))
    lane = Lane(((0, 10_000),))
    return Problem(tuple(Resource((lane,)) for _ in range(machines)), made)


def _job(random: Random, size: int, machines: int) -> Job:
    operations = []
    for index in range(size):
        where = random.sample(range(machines), random.randint(1, machines))
        choices = tuple(Alternative(m, random.randint(1, 9)) for m in where)
        before = tuple(other for other in range(index) if random.random() < 0.6)
        operations.append(Operation(choices, before))
    return Job(tuple(operations), release=random.choice([0, 0, 5]), mandatory=True)


def some_plan(facts: Shop, seed: int) -> Plan:
    """A dispatched plan after some random moves."""
    plan, memory = empty_plan(facts), memory_of(facts, seed)
    dispatch(facts, plan, memory.random, work_behind(facts), 5)
    assert evaluate(facts, plan) > 0
    for _ in range(10):
        step(facts, plan, 0, memory)
    return plan


def neighbours(facts: Shop, plan: Plan, op: int, *, forward: bool) -> list[int]:
    """What stands directly before or after an operation, in its job and on its machine."""
    at, ops = (facts.before_at, facts.before) if forward else (facts.after_at, facts.after)
    near = int(plan.left[op] if forward else plan.right[op])
    return [*ops[at[op] : at[op + 1]].tolist(), *([near] if near >= 0 else [])]


def longest(facts: Shop, plan: Plan, op: int, *, forward: bool) -> int:
    """The head or the tail of an operation by recursion."""
    ways = [
        longest(facts, plan, other, forward=forward) + int(plan.ticks[other])
        for other in neighbours(facts, plan, op, forward=forward)
    ]
    return max([int(facts.release[op]) if forward else 0, *ways])


def optimum(problem: Problem) -> int:
    """The least makespan, by trying every order of appending operations to machines."""

    def rest(ends: dict[tuple[int, int], int], free: tuple[int, ...]) -> int:
        found = []
        for number, job in enumerate(problem.jobs):
            for index, operation in enumerate(job.operations):
                before = [(number, other) for other in operation.predecessors]
                if (number, index) in ends or not all(key in ends for key in before):
                    continue
                ready = max([job.release, *(ends[key] for key in before)])
                for choice in operation.alternatives:
                    end = max(ready, free[choice.resource]) + choice.duration
                    then = list(free)
                    then[choice.resource] = end
                    found.append(rest({**ends, (number, index): end}, tuple(then)))
        return min(found) if found else max(ends.values())

    return rest({}, (0,) * len(problem.resources))


def searched(problem: Problem, seed: int = 0, units: int = 300_000) -> shop.ShopSearch:
    """A search that has worked for so many units."""
    engine = shop.start(problem, "makespan", seed, None)
    engine.work(units)
    return engine


@pytest.mark.parametrize("seed", SEEDS)
def test_heads_and_tails_are_the_longest_ways(seed: int) -> None:
    """Heads, tails and makespan are what a recursion over the same graph gives."""
    facts = shop_of(random_shop(seed))
    plan = some_plan(facts, seed)
    for op in range(len(plan.head)):
        assert plan.head[op] == longest(facts, plan, op, forward=True)
        assert plan.tail[op] == longest(facts, plan, op, forward=False)
    assert plan.makespan[0] == (plan.head + plan.ticks).max()


def test_orders_in_a_circle_are_noticed() -> None:
    """Two jobs that wait for each other have no plan."""
    there = Job((Operation((Alternative(0, 1),)), Operation((Alternative(1, 1),), (0,))))
    back = Job((Operation((Alternative(1, 1),)), Operation((Alternative(0, 1),), (0,))))
    facts = shop_of(Problem((Resource((Lane(((0, 10),)),)),) * 2, (there, back)))
    waiting, right = empty_plan(facts), empty_plan(facts)
    for op, left in ((3, -1), (0, 3), (1, -1), (2, 1)):
        link(facts, waiting, op, op, left)
    for op, left in ((0, -1), (3, 0), (2, -1), (1, 2)):
        link(facts, right, op, op, left)
    assert evaluate(facts, waiting) == -1
    assert evaluate(facts, right) == 2


def all_places(facts: Shop, plan: Plan, op: int) -> dict[tuple[int, int], int]:
    """Makespans after moving an operation to any place where no circle comes about."""
    found = {}
    for choice in range(facts.choice_at[op], facts.choice_at[op + 1]):
        machine = facts.machine[choice]
        on_it = [o for o in range(len(plan.head)) if facts.machine[plan.choice[o]] == machine]
        for left in [-1, *(o for o in on_it if o != op)]:
            trial = empty_plan(facts)
            copy_plan(plan, trial)
            take_out(facts, trial, room(facts), op)
            link(facts, trial, op, choice, left)
            value = evaluate(facts, trial)
            if value >= 0:
                found[int(choice), int(left)] = value
    return found


@pytest.mark.parametrize("seed", range(24))
def test_what_a_place_promises_is_what_comes_of_it(seed: int) -> None:
    """Each listed place gives exactly the makespan said, and the best of all is among them."""
    facts = shop_of(random_shop(seed, jobs=7, machines=2 + seed % 3))
    plan, rest = some_plan(facts, seed), room(facts)
    for op in range(len(plan.head)):
        left = int(plan.left[op])
        truth = all_places(facts, plan, op)
        low = take_out(facts, plan, rest, op)
        count = places(facts, plan, rest, op, left)
        put_back(facts, plan, op, left)
        keys = zip(rest.choice[:count].tolist(), rest.left[:count].tolist(), strict=True)
        said = {key: max(low, way) for key, way in zip(keys, rest.through.tolist(), strict=False)}
        assert said.items() <= truth.items()
        here = (int(plan.choice[op]), left)
        assert min([*said.values(), truth[here]]) == min(truth.values())


def test_taking_out_and_putting_back_changes_nothing() -> None:
    """A plan is the same after every operation was out for a while."""
    facts = shop_of(random_shop(3))
    plan, same = some_plan(facts, 3), empty_plan(facts)
    copy_plan(plan, same)
    for op in range(len(plan.head)):
        left = int(plan.left[op])
        take_out(facts, plan, room(facts), op)
        put_back(facts, plan, op, left)
    for one, other in zip(plan[:-3], same[:-3], strict=True):
        assert np.array_equal(one, other)


def two_on_two() -> Shop:
    """Two jobs of three ticks on either of two machines."""
    choices = (Alternative(0, 3), Alternative(1, 3))
    lanes = (Resource((Lane(((0, 10),)),)),) * 2
    return shop_of(Problem(lanes, (Job((Operation(choices),)),) * 2))


def test_a_step_finds_a_better_plan_where_one_move_does() -> None:
    """Two jobs of three ticks on one of two machines: the first step moves one of them."""
    facts = two_on_two()
    plan = empty_plan(facts)
    link(facts, plan, 0, 0, -1)
    link(facts, plan, 1, 2, 0)
    assert evaluate(facts, plan) == 6
    step(facts, plan, 6, memory_of(facts, 0))
    assert plan.makespan[0] == 3


def test_a_forbidden_move_is_made_only_for_a_plan_better_than_any() -> None:
    """With the other machine forbidden, two jobs stay on one, unless three ticks are a record."""
    facts = two_on_two()
    for goal, expected in ((3, 6), (4, 3)):
        plan, memory = empty_plan(facts), memory_of(facts, 0)
        link(facts, plan, 0, 0, -1)
        link(facts, plan, 1, 2, 0)
        evaluate(facts, plan)
        memory.forbidden[:] = 9
        step(facts, plan, goal, memory)
        assert plan.makespan[0] == expected


def before(plan: Plan) -> set[tuple[int, int]]:
    """Pairs of operations of which the first stands somewhere before the second on a machine."""
    pairs = set()
    for op in range(len(plan.head)):
        other = int(plan.right[op])
        while other >= 0:
            pairs.add((op, other))
            other = int(plan.right[other])
    return pairs


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_between_two_has_what_they_share(seed: int) -> None:
    """Choices and orders in which two plans agree are those of every plan between them."""
    facts = shop_of(random_shop(seed, jobs=8))
    pool, one, two = Pool(facts, Random(seed)), some_plan(facts, seed), some_plan(facts, seed + 50)
    assert pool.keep(one) and pool.keep(two)
    for _ in range(10):
        child = empty_plan(facts)
        pool.between(child)
        assert evaluate(facts, child) > 0
        agreed = before(one) & before(two)
        same = {op for op in range(len(one.head)) if one.choice[op] == two.choice[op]}
        assert before(child) >= {pair for pair in agreed if set(pair) <= same}
        assert all((child.choice == one.choice) | (child.choice == two.choice))


def test_the_pool_prefers_better_plans_and_refuses_likes() -> None:
    """A plan like one in it, or no better than the worst, stays out; forgetting keeps one."""
    facts = shop_of(random_shop(0, jobs=8))
    pool, plans = Pool(facts, Random(0)), [some_plan(facts, seed) for seed in range(SIZE + 1)]
    for value, plan in enumerate(plans):
        plan.makespan[0] = 50 + value
    assert all(pool.keep(plan) for plan in plans[:SIZE])
    assert not pool.keep(plans[0])
    assert not pool.keep(plans[SIZE])
    plans[SIZE].makespan[0] = 1
    assert pool.keep(plans[SIZE])
    assert [int(plan.makespan[0]) for plan in pool.plans] == [*range(50, 49 + SIZE), 1]
    pool.forget()
    assert len(pool.plans) == 1
    assert np.array_equal(pool.plans[0].head, plans[SIZE].head)


def test_many_rounds_go_through_the_pool() -> None:
    """A long search fills the pool with sound plans no worse than the answer's makespan."""
    engine = searched(random_shop(4, jobs=20, machines=6), units=60_000_000)
    assert engine.rounds > SIZE
    assert len(engine.pool.plans) > 1
    for plan in engine.pool.plans:
        assert evaluate(engine.shop, plan) >= engine.makespan


@pytest.mark.parametrize("seed", SEEDS)
def test_answers_are_valid_and_worth_what_is_claimed(seed: int) -> None:
    """No rule is broken, and the makespan measured is the one the search believes in."""
    problem = random_shop(seed, jobs=8, machines=4)
    assert shop.suits(problem, "makespan")
    engine = searched(problem, seed)
    assert violations(problem, engine.best()) == ()
    assert makespan.measure(problem, engine.best()) == engine.makespan


@pytest.mark.parametrize("seed", SEEDS)
def test_tiny_shops_are_solved(seed: int) -> None:
    """The best of all plans of three small jobs is found."""
    problem = random_shop(seed, jobs=3, most=2, machines=2)
    assert searched(problem).makespan == optimum(problem)


def test_the_example_is_solved() -> None:
    """Three jobs on three machines take nine ticks."""
    assert searched(fjsp(FJS)).makespan == 9


def test_the_same_seed_gives_the_same_plan() -> None:
    """Two searches with one seed and the same slices use the same work and find the same."""
    problem = random_shop(1, jobs=10, machines=4)
    plans = []
    for _ in range(2):
        engine = shop.start(problem, "makespan", 7, None)
        used = [engine.work(20_000) for _ in range(10)]
        plans.append((used, engine.improvements, engine.best()))
    assert plans[0] == plans[1]
    assert min(plans[0][0]) >= 20_000


def test_improvements_are_counted() -> None:
    """The counter grows exactly when the best plan got better."""
    engine = shop.start(random_shop(2, jobs=12, machines=4), "makespan", 0, None)
    for _ in range(20):
        before, count = engine.makespan, engine.improvements
        engine.work(5_000)
        assert (engine.makespan < before) == (engine.improvements > count)
        assert engine.makespan <= before
    assert engine.improvements > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_given_schedule_is_never_made_worse(seed: int) -> None:
    """Started from a good plan, the search begins with one at least as good."""
    problem = random_shop(seed, jobs=8, machines=4)
    good = searched(problem)
    again = shop.start(problem, "makespan", seed + 1, good.best())
    assert again.makespan <= good.makespan
    assert violations(problem, again.best()) == ()


def test_an_incomplete_schedule_is_no_start() -> None:
    """A schedule without some operation, or on a machine that is not eligible, is passed over."""
    problem = fjsp(FJS)
    facts, good = shop_of(problem), searched(problem).best()
    assert plan_of(facts, problem, Schedule(good.assignments[1:])) is None
    first = good.assignments[0]
    wrong = replace(first, resource=({0, 1, 2} - {c.resource for c in _choices(problem)}).pop())
    assert plan_of(facts, problem, Schedule((wrong, *good.assignments[1:]))) is None
    assert plan_of(facts, problem, good) is not None


def _choices(problem: Problem) -> tuple[Alternative, ...]:
    return problem.jobs[0].operations[0].alternatives


def with_resource(**fields: object) -> Problem:
    """A small shop whose first machine has something special."""
    problem = random_shop(0)
    special = replace(problem.resources[0], **fields)  # type: ignore[arg-type]
    return replace(problem, resources=(special, *problem.resources[1:]))


def with_job(**fields: object) -> Problem:
    """A small shop whose first job has something special."""
    problem = random_shop(0)
    special = replace(problem.jobs[0], **fields)  # type: ignore[arg-type]
    return replace(problem, jobs=(special, *problem.jobs[1:]))


def with_operation(**fields: object) -> Problem:
    """A small shop whose first operation has something special."""
    first, *others = random_shop(0).jobs[0].operations
    return with_job(operations=(replace(first, **fields), *others))  # type: ignore[arg-type]


OPEN = (0, 10_000)
STEP = Operation((Alternative(0, 1),))
SPECIAL = {
    "lanes": with_resource(lanes=(Lane((OPEN,)),) * 2),
    "windows": with_resource(lanes=(Lane(((0, 5), (6, 10_000))),)),
    "late": with_resource(lanes=(Lane(((1, 10_000),)),)),
    "short": with_resource(lanes=(Lane(((0, 9),)),)),
    "blocked": with_resource(lanes=(Lane((OPEN,), ((3, 4),)),)),
    "buffer": with_resource(buffer_after=1),
    "setups": with_resource(setups=((1,),)),
    "capacity": with_resource(capacity=2),
    "deadline": with_job(deadline=9_000),
    "lots": with_job(pieces=4, max_lots=2),
    "pause": with_operation(may_pause=True),
    "nowhere": with_operation(alternatives=()),
    "also": with_operation(alternatives=(Alternative(0, 1, also=(1,)),)),
    "lags": with_job(operations=(STEP, replace(STEP, predecessors=(0,), lags=((2, None),)))),
    "crew": replace(with_operation(), crews=(Crew(((0, 9, 1),)),)),
    "transport": replace(random_shop(0), transport_ticks=((1,),)),
    "pinned": replace(random_shop(0), pinned=(Assignment(0, 0, 0, 0, 3, 4),)),
}


@pytest.mark.parametrize("name", SPECIAL)
def test_what_the_graph_cannot_say_is_refused(name: str) -> None:
    """Every feature that is not in the model makes a problem unsuitable."""
    assert not shop.suits(SPECIAL[name], "makespan")


def test_names_money_and_due_dates_do_not_matter() -> None:
    """A shop remains one with what no makespan asks for; no other objective is served."""
    problem = with_job(name="a", due=3, value=5, mandatory=False, priority=1, move_price=2)
    assert shop.suits(problem, "makespan")
    assert not shop.suits(problem, "welfare")
    assert not shop.suits(replace(problem, jobs=()), "makespan")
