"""The search for prices: its bounds are true, exact, and close where the optimum is known."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.backends import prices
from scheduling.bounds import evaluate
from scheduling.builder import ProblemBuilder
from scheduling.check import violations
from scheduling.problem import Problem
from scheduling.registry import objective_named
from scheduling.slot_prices import NoBound
from scheduling.solve import solve
from tests.scheduling.instances import exhaustive, one_machine, plant, random_problem
from tests.scheduling.test_bounds import SUMS, chains

SEEDS = st.integers(0, 10**6)


def _run(problem: Problem, name: str, passes: int, seed: int = 0) -> prices.Prices:
    search = prices.start(problem, name, seed)
    for _ in range(passes):
        search.work(len(problem.jobs))
    return search


@pytest.mark.parametrize("name", SUMS)
@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_no_plan_beats_the_bound(name: str, seed: int) -> None:
    """However long the search, trying everything finds nothing better, nor does its certificate."""
    problem, goal = random_problem(seed, features=seed % 2 == 0), objective_named(name)
    if not prices.suits(problem, name):
        return
    search = _run(problem, name, 1 + seed % 40)
    tried, optimum = exhaustive(problem, goal)
    if not tried or optimum is None:
        return
    assert search.bound is not None
    sign = 1 if goal.SENSE == "max" else -1
    assert sign * search.bound >= sign * optimum
    proven = evaluate(problem, name, search.certificate()).value
    assert proven is not None
    assert sign * proven >= sign * optimum


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_the_certificate_proves_exactly_the_bound(seed: int) -> None:
    """On chains the independent evaluator comes to the same whole number."""
    problem = chains(seed)
    for passes in (1, 7, 40):
        search = _run(problem, "welfare", passes)
        assert evaluate(problem, "welfare", search.certificate()).value == search.bound


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_pausing_buffers_pins_stores_and_lots_are_priced_exactly(seed: int) -> None:
    """With single operations the search and the evaluator see the same in every feature."""
    problem = random_problem(seed, features=seed % 2 == 0)
    jobs = tuple(replace(job, operations=job.operations[:1]) for job in problem.jobs)
    problem = replace(problem, jobs=jobs, earlier=())
    search = _run(problem, "welfare", 25)
    if search.bound is not None:
        assert evaluate(problem, "welfare", search.certificate()).value == search.bound


def test_the_bound_never_gets_worse() -> None:
    """Over two hundred steps towards a target out of reach it only falls."""
    search = prices.start(market(2), "welfare")
    search.target, bounds = 1, []
    for _ in range(200):
        search.work(18)
        assert search.bound is not None
        bounds.append(search.bound)
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[-1] < bounds[0]


def test_scarce_time_gets_a_price_and_plenty_none() -> None:
    """Three jobs want the one hour of a machine: the bound comes down from 300 to about 100."""
    builder = ProblemBuilder()
    builder.resource("mill", [(0, 4)])
    builder.resource("saw", [(0, 4)])
    for name in "abc":
        builder.job(name, value=100).operation({"mill": 4})
    search = _run(builder.build(), "welfare", 300)
    assert search.bound is not None
    assert 100 <= search.bound <= 101
    assert search.certificate()["prices"].keys() == {"0"}


def market(seed: int) -> Problem:
    """Eighteen jobs on four machines at two sites, more work than time."""
    random, builder = Random(seed), ProblemBuilder()
    for name in "abcd":
        start = random.randint(0, 6)
        builder.resource(name, [(start, start + 12), (start + 20, 44)], site=random.choice("AB"))
    builder.transport("A", "B", ticks=2, cost=20)
    for number in range(18):
        release = random.randint(0, 20)
        job = builder.job(
            f"job-{number}", value=random.randint(150, 500), release=release, deadline=release + 24
        )
        for _ in range(random.choice([1, 1, 2])):
            names = random.sample("abcd", 2)
            job.operation({n: (random.randint(3, 8), random.randint(20, 60)) for n in names})
    return builder.build()


def test_on_a_small_market_the_bound_is_close_to_the_optimum() -> None:
    """At most five per cent above what CP-SAT proves to be best."""
    problem = market(3)
    found = solve(problem, time_limit=30)
    assert found.status == "optimal"
    assert not violations(problem, found.schedule)
    search = prices.start(problem, "welfare")
    search.target = found.objective
    while search.work(18):
        pass
    assert found.objective is not None
    assert search.bound is not None
    assert found.objective <= search.bound <= 1.05 * found.objective


def test_the_same_seed_gives_the_same_prices() -> None:
    """Slices of another size change nothing, another seed does."""
    first, second, other = (prices.start(market(1), "welfare", seed) for seed in (7, 7, 8))
    for _ in range(40):
        first.work(18)
        other.work(18)
        for _ in range(3):
            second.work(6)
    assert first.certificate() == second.certificate()
    assert first.certificate() != other.certificate()


def test_a_job_that_fits_only_in_two_lots_counts() -> None:
    """Eight ticks for two pieces, two machines open for four: each makes one, and 60 remain."""
    builder = ProblemBuilder()
    builder.resource("a", [(0, 4)])
    builder.resource("b", [(0, 4)])
    builder.job("pair", value=100).operation({"a": (8, 40), "b": (8, 40)})
    problem = builder.build()
    assert _run(problem, "welfare", 1).bound == 0
    jobs = (replace(problem.jobs[0], pieces=2, max_lots=2),)
    search = _run(replace(problem, jobs=jobs), "welfare", 60)
    assert search.bound == 60
    assert evaluate(search.problem, "welfare", search.certificate()).value == 60


def test_it_stops_when_the_target_is_proven() -> None:
    """A target equal to the bound leaves nothing to do, whenever it is set."""
    search = prices.start(one_machine(5, 5), "welfare")
    assert search.work(2) == 2
    search.target = 200
    assert search.work(2) == 0


def test_a_job_that_must_and_cannot_be_done_leaves_no_bound() -> None:
    """It is named, and the search ends."""
    search = prices.start(one_machine(5, 200, mandatory=True), "welfare")
    search.work(2)
    assert (search.bound, search.impossible, search.work(2)) == (None, (1,), 0)


def test_a_makespan_has_no_prices() -> None:
    """The reason is said, and the module does not offer itself."""
    with pytest.raises(NoBound, match="not a sum over jobs"):
        prices.start(plant(), "makespan")
    assert not prices.suits(plant(), "makespan")


def test_without_jobs_the_bound_is_nothing() -> None:
    """An empty problem is bounded by zero after one slice."""
    search = prices.start(replace(one_machine(5), jobs=()), "welfare")
    search.work(1)
    assert search.bound == 0
    assert evaluate(search.problem, "welfare", search.certificate()).value == 0
