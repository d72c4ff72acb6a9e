"""No plan beats a bound, prices are evaluated exactly, and bad certificates are refused."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.bounds import Bound, bound, evaluate, features
from scheduling.builder import ProblemBuilder
from scheduling.problem import Job, Problem, ProblemError
from scheduling.registry import objective_named, objectives
from tests.scheduling.instances import exhaustive, one_machine, plant, random_problem

NAMES = sorted(objectives())
SUMS = [name for name in NAMES if name not in ("balance", "makespan")]
SEEDS = st.integers(0, 10**6)


def certificate(prices: dict[str, list[list[int]]]) -> dict[str, Any]:
    """Prices in the form of the file contract."""
    return {"kind": "slot_prices", "unit": "fen per slot x 1000", "prices": prices}


def random_prices(problem: Problem, random: Random) -> dict[str, Any]:
    """Prices of any height on spans of any length, some beyond the free time."""
    table = {}
    for r, resource in enumerate(problem.resources):
        for lane in range(len(resource.lanes)):
            cuts = sorted(random.sample(range(40), 6))
            pairs = zip(cuts[::2], cuts[1::2], strict=True)
            spans = [[a, b, random.randint(0, 9_000)] for a, b in pairs]
            table[f"{r}.{lane}" if len(resource.lanes) > 1 else str(r)] = spans
    return certificate(table)


def _holds(found: Bound, problem: Problem, name: str) -> bool:
    """Whether no plan is better, as far as all of them can be tried."""
    goal = objective_named(name)
    tried, optimum = exhaustive(problem, goal)
    if not tried or optimum is None:
        return True
    sign = 1 if goal.SENSE == "max" else -1
    return found.value is not None and sign * found.value >= sign * optimum


@pytest.mark.parametrize("name", SUMS)
@given(seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_no_plan_beats_what_prices_prove(name: str, seed: int) -> None:
    """Any prices that are not negative, on any features: trying everything finds nothing better."""
    problem = random_problem(seed, features=seed % 2 == 0)
    assert _holds(evaluate(problem, name, random_prices(problem, Random(seed))), problem, name)


@pytest.mark.parametrize("name", NAMES)
@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_no_plan_beats_the_relaxation(name: str, seed: int) -> None:
    """The quick bound holds for every objective and every feature."""
    problem = random_problem(seed, features=True)
    assert _holds(bound(problem, name), problem, name)


def _plainly(problem: Problem, prices: dict[str, list[list[int]]]) -> int:
    """The welfare bound of chains on one-lane machines, spelled out with no arrays at all."""
    paid = {
        (int(key), tick): price
        for key, spans in prices.items()
        for start, end, price in spans
        for tick in range(start, end)
    }
    free = [
        (r, tick) for r, one in enumerate(problem.resources) for a, b in one.lanes[0].windows
        for tick in range(a, b)
    ]
    total = sum(paid.get(slot, 0) for slot in free)
    for job in problem.jobs:
        total += max(0, _alone(problem, job, paid))
    return total // 1000


def _alone(problem: Problem, job: Job, paid: dict[tuple[int, int], int]) -> int:
    """The best gain of one job: every place of every operation, remembered by where it ends."""
    here: dict[tuple[int, int], int] = {(-1, job.release): 0}
    for operation in job.operations:
        there: dict[tuple[int, int], int] = {}
        for (site, ready), gain in here.items():
            for way in operation.alternatives:
                one = problem.resources[way.resource]
                ticks = problem.transport_ticks[site][one.site] if site >= 0 else 0
                cost = problem.transport_cost[site][one.site] if site >= 0 else 0
                for a, b in one.lanes[0].windows:
                    for start in range(max(a, ready + ticks), b - way.duration + 1):
                        work = range(start, start + way.duration)
                        price = sum(paid.get((way.resource, tick), 0) for tick in work)
                        key = one.site, work.stop
                        value = gain - 1000 * (way.cost + cost) - price
                        if job.deadline is None or work.stop <= job.deadline:
                            there[key] = max(there.get(key, value), value)
        here = there
    late = job.tardiness_weight
    return max(
        (1000 * (job.value - late * job.tardiness(end)) + gain for (_s, end), gain in here.items()),
        default=-1,
    )


def chains(seed: int) -> Problem:
    """Jobs of one to three operations on three machines at two sites."""
    random, builder = Random(seed), ProblemBuilder()
    for name in "abc":
        start = random.randint(0, 4)
        spans = [(start, start + 8), (start + 10, 25)]
        builder.resource(name, spans, site=random.choice("AB"))
    builder.transport("A", "B", ticks=2, cost=3)
    for number in range(4):
        release = random.randint(0, 6)
        job = builder.job(
            f"job-{number}", value=random.randint(5, 60), release=release,
            due=release + 6, deadline=release + 18, tardiness_weight=random.randint(0, 3),
        )  # fmt: skip
        for _ in range(random.randint(1, 3)):
            names = random.sample("abc", random.randint(1, 3))
            job.operation({n: (random.randint(1, 5), random.randint(0, 9)) for n in names})
    return builder.build()


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_the_evaluator_agrees_with_a_plain_one(seed: int) -> None:
    """On chains it is exactly the Lagrangian value, computed here from dictionaries."""
    problem = chains(seed)
    prices = random_prices(problem, Random(seed))
    assert evaluate(problem, "welfare", prices).value == _plainly(problem, prices["prices"])


def test_without_prices_each_job_counts_at_its_best() -> None:
    """Two jobs of 100 that cost nothing are worth 200 even where only one of them fits."""
    builder = ProblemBuilder()
    builder.resource("mill", [(0, 5)])
    for name in "ab":
        builder.job(name, value=100).operation({"mill": 4})
    problem = builder.build()
    assert evaluate(problem, "welfare", certificate({})).value == 200
    assert evaluate(problem, "welfare", certificate({"0": [[1, 2, 100_000]]})).value == 100


def test_a_changed_price_changes_the_bound() -> None:
    """A fen more on one free tick that no job uses is a fen more in the bound."""
    problem = one_machine(5)
    low = evaluate(problem, "welfare", certificate({"0": [[90, 91, 4_000]]})).value
    high = evaluate(problem, "welfare", certificate({"0": [[90, 91, 5_000]]})).value
    assert (low, high) == (104, 105)


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ([], "certificate.kind"),
        ({"kind": "other", "prices": {}}, "certificate.kind"),
        ({"kind": "slot_prices"}, "certificate.prices"),
        (certificate({"9": []}), "certificate.prices.9"),
        (certificate({"0.0": []}), "certificate.prices.0.0"),
        (certificate({"0": [[0, 5, -1]]}), "certificate.prices.0[0][2]"),
        (certificate({"0": [[0, 5, 1], [4, 6, 1]]}), "certificate.prices.0[1]"),
        (certificate({"0": [[5, 5, 1]]}), "certificate.prices.0[0]"),
        (certificate({"0": [[0, 5, 1.5]]}), "certificate.prices.0[0]"),  # type: ignore[list-item]
        (certificate({"0": [[0, 5, 1 << 57]]}), "certificate.prices"),
    ],
)
def test_a_bad_certificate_is_refused_with_its_path(data: object, path: str) -> None:
    """Negative, overlapping, empty or uncountable prices and unknown machines prove nothing."""
    with pytest.raises(ProblemError) as caught:
        evaluate(one_machine(5), "welfare", data)
    assert caught.value.path == path


def test_what_prices_cannot_bound_is_said() -> None:
    """The last end is no sum over jobs: there is no value but a reason."""
    found = evaluate(plant(), "makespan", certificate({}))
    assert (found.value, found.reason) == (None, "the objective is not a sum over jobs")


def test_works_that_share_a_store_do_not_add_up() -> None:
    """Two works of eight ticks in an oven for two are over after eight."""
    problem = one_machine(8, 8)
    oven = replace(problem.resources[0], capacity=2)
    assert bound(problem, "makespan").value == 16
    assert bound(replace(problem, resources=(oven,)), "makespan").value == 8


def test_jobs_that_can_never_be_done_are_named() -> None:
    """A job that has to be done and is longer than every window leaves no bound."""
    problem = one_machine(5, 200, mandatory=True)
    assert evaluate(problem, "welfare", certificate({})).impossible == (1,)
    assert bound(problem, "welfare").impossible == (1,)


def test_a_bound_names_what_it_honours_and_forgets() -> None:
    """Every feature of the problem is in one of the two lists."""
    problem = plant()
    for found in (evaluate(problem, "welfare", certificate({})), bound(problem, "welfare")):
        assert sorted(found.covers + found.forgets) == sorted(features(problem))
    assert evaluate(problem, "welfare", certificate({})).forgets == ("crews",)
    assert "competition" in bound(problem, "welfare").forgets
