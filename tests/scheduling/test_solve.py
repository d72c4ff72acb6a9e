"""solve() always answers, checks what it answers, and says how good it is."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import io, readers
from scheduling.builder import ProblemBuilder
from scheduling.check import violations
from scheduling.goals import Goal
from scheduling.problem import Assignment, Problem
from scheduling.registry import objective_named, objectives
from scheduling.result import gap_between
from scheduling.run import Run
from scheduling.schedule import Schedule
from scheduling.solve import solve
from tests.scheduling.instances import FJS, exhaustive, one_machine, plant, random_problem

BENCH = os.environ.get("BENCH_DIR")


def big(jobs: int = 60) -> Problem:
    """A problem too large for CP-SAT: pausing operations that need a crew, on four machines."""
    builder = ProblemBuilder()
    windows = [(day * 24, day * 24 + 10) for day in range(60)]
    builder.crew("day", [(a, b, 3) for a, b in windows])
    for name in "abcd":
        builder.resource(name, windows)
    for number in range(jobs):
        job = builder.job(
            f"job-{number}", release=number % 20, due=60, tardiness_weight=2, value=400
        )
        for step in range(4):
            first, other = "abcd"[(number + step) % 4], "abcd"[(number * step) % 4]
            work = 1 + (number * 7 + step * 5) % 6
            job.operation({first: (work, 9), other: (work + 1, 4)}, may_pause=True, crew="day")
    return builder.build()


def test_the_optimum_of_a_small_job_shop_is_proven() -> None:
    """The third job alone takes 1 + 6 + 2 ticks, and the other two fit beside it."""
    result = solve(readers.fjsp(FJS), objective="makespan", time_limit=20)
    tried = {
        solve(readers.fjsp(FJS), objective="makespan", time_limit=20, seed=s).objective
        for s in (1, 2)
    }
    assert (result.status, result.gap) == ("optimal", 0.0)
    assert {result.objective} == tried == {9}


def test_welfare_takes_what_pays() -> None:
    """Of three jobs worth 100 on a machine open for seven ticks the two that fit are done."""
    problem = one_machine(3, 4, 5)
    window = replace(problem.resources[0].lanes[0], windows=((0, 7),))
    problem = replace(problem, resources=(replace(problem.resources[0], lanes=(window,)),))
    result = solve(problem, time_limit=10)
    assert (result.status, result.objective) == ("optimal", 200)
    assert result.schedule.unplaced(problem) == (2,)


def test_the_shortest_job_goes_first() -> None:
    """On one machine the sum of completions is least in order of duration: 2 + 5 + 10."""
    result = solve(one_machine(5, 2, 3), objective="earliest_completion", time_limit=10)
    assert (result.status, result.objective) == ("optimal", 17)


def test_weighted_tardiness_puts_the_heavy_job_first() -> None:
    """Two jobs due at 4: the one with the greater weight is on time."""
    problem = one_machine(4, 4, due=4, tardiness_weight=1)
    heavy = replace(problem.jobs[1], tardiness_weight=5)
    problem = replace(problem, jobs=(problem.jobs[0], heavy))
    result = solve(problem, objective="weighted_tardiness", time_limit=10)
    assert (result.status, result.objective) == ("optimal", 4)


def test_an_objective_that_needs_all_jobs_leaves_none_out() -> None:
    """Doing nothing would have the least makespan; that is not what is asked."""
    result = solve(one_machine(3, 4), objective="makespan", time_limit=10)
    assert (result.objective, len(result.schedule.assignments)) == (7, 2)


# The others need a search that goes by the terms of an objective.


@pytest.mark.parametrize("name", sorted(objectives()))
@given(seed=st.integers(0, 10**6))
@settings(max_examples=8, deadline=None)
def test_answers_are_valid_and_agree_with_trying_everything(name: str, seed: int) -> None:
    """Status, objective, bound and schedule hold together on random problems."""
    goal, problem = objective_named(name), random_problem(seed)
    asked = problem.all_mandatory() if goal.REQUIRES_ALL else problem
    result = solve(problem, objective=name, time_limit=0.3, seed=seed, deterministic=True)
    if result.objective is not None:
        assert not violations(asked, result.schedule)
        assert result.objective == goal.measure(asked, result.schedule)
    tried, optimum = exhaustive(problem, goal)
    if tried:
        assert (result.status == "infeasible") <= (optimum is None)
        assert (result.status == "optimal") <= (result.objective == optimum)
        assert (result.objective is not None) <= (optimum is not None)


def test_a_mandatory_job_that_cannot_be_done_is_infeasible() -> None:
    """The answer says so, and still holds what could be placed."""
    builder = ProblemBuilder()
    builder.resource("mill", [(0, 5)])
    builder.job("short", value=10).operation({"mill": 3})
    builder.job("long", mandatory=True).operation({"mill": 9})
    result = solve(builder.build(), time_limit=5)
    assert (result.status, result.objective, result.gap) == ("infeasible", None, None)
    assert [item.job for item in result.schedule.assignments] == [0]


def test_pinned_work_stays() -> None:
    """A pinned operation keeps its place and the others go around it, transport included."""
    problem = replace(plant(), pinned=(Assignment(2, 1, 1, 0, 12, 17),))
    result = solve(problem, time_limit=20)
    assert result.status == "optimal"
    assert problem.pinned[0] in result.schedule.assignments
    assert not violations(problem, result.schedule)


def test_search_clearly_improves_on_dispatch() -> None:
    """On a plant of 240 operations with a crew, a second of search is worth two per cent."""
    name = "earliest_completion"
    result = solve(big(), objective=name, time_limit=1.5, seed=3, deterministic=True)
    dispatched = result.trace[0].value
    best_rule = solve(big(), objective=name, time_limit=0.0, deterministic=True)
    assert best_rule.backend == "dispatch"
    assert dispatched is not None
    assert result.objective is not None
    assert result.backend == "search"
    assert result.objective < 0.98 * dispatched


def test_the_same_seed_gives_the_same_plan() -> None:
    """With one worker and work counted instead of time, a run can be repeated."""
    for problem, name in ((big(25), "earliest_completion"), (plant(), "welfare")):
        one, two = (
            solve(problem, objective=name, time_limit=0.4, seed=5, deterministic=True)
            for _ in range(2)
        )
        assert one.schedule == two.schedule


def test_more_time_is_never_worse() -> None:
    """With work counted, the longer run goes through the states of the shorter one."""
    name = "earliest_completion"
    values = [
        solve(big(30), objective=name, time_limit=t, seed=1, deterministic=True).objective
        for t in (0.1, 0.2, 0.4)
    ]
    assert values == sorted(values, reverse=True)  # type: ignore[type-var]


def test_the_trace_never_falls() -> None:
    """Values only get better and bounds only tighter."""
    result = solve(big(30), objective="welfare", time_limit=0.3, deterministic=True)
    values = [point.value for point in result.trace if point.value is not None]
    bounds = [point.bound for point in result.trace if point.bound is not None]
    assert values == sorted(values)
    assert bounds == sorted(bounds, reverse=True)
    assert len(values) > 1
    assert (result.objective, result.bound) == (values[-1], bounds[-1])


def test_a_warm_start_is_kept_or_bettered() -> None:
    """An earlier plan is the least that comes out, even with no time to search."""
    problem, name = big(30), "earliest_completion"
    earlier = solve(problem, objective=name, time_limit=0.5, deterministic=True)
    again = solve(problem, objective=name, time_limit=0.0, warm_start=earlier.schedule)
    assert again.objective is not None
    assert earlier.objective is not None
    assert again.objective <= earlier.objective
    assert again.backend == "warm_start"


def test_a_warm_start_that_no_longer_holds_gives_its_order() -> None:
    """A plan with violations is not taken over; the answer is valid all the same."""
    problem = one_machine(3, 4, 5)
    broken = Schedule.of(Assignment(j, 0, 0, 0, j, j + 1) for j in range(3))
    result = solve(problem, objective="earliest_completion", time_limit=5, warm_start=broken)
    assert not violations(problem, result.schedule)
    assert result.objective == 22


def test_progress_is_told_and_stopping_is_heard() -> None:
    """The caller hears from a run at least twice a second and can end it early."""
    told: list[tuple[float, int | None, int | None]] = []
    result = solve(
        big(),
        objective="earliest_completion",
        time_limit=60,
        on_progress=lambda seconds, value, bound: told.append((seconds, value, bound)),
        should_stop=lambda: bool(told) and told[-1][0] > 0.9,
    )
    assert 0.9 < result.seconds < 20
    pauses = [b[0] - a[0] for a, b in pairwise(told)]
    assert max(pauses) < 2.0
    assert told[-1][1] == result.objective


def test_an_offer_with_violations_is_dropped() -> None:
    """Nothing the checker objects to becomes the incumbent, whatever it claims."""
    problem = one_machine(3, 4)
    run = Run(problem, Goal.of("welfare", problem))
    good = Schedule.of([Assignment(0, 0, 0, 0, 0, 3)])
    assert run.offer(good, "test")
    bad = Schedule.of([*good.assignments, Assignment(1, 0, 0, 0, 2, 6)])
    assert not run.offer(bad, "test")
    assert (run.schedule, run.value) == (good, 100)


def test_the_gap_is_relative_to_the_bound() -> None:
    """|bound - objective| / |bound|, and none without a bound or with one of zero."""
    assert gap_between(90, 100) == pytest.approx(0.1)
    assert gap_between(110, 100) == pytest.approx(0.1)
    assert gap_between(5, 0) is None
    assert gap_between(None, 100) is None
    assert gap_between(5, None) is None


if BENCH and (Path(BENCH) / "fjsp" / "mk01.txt").is_file():

    def test_mk01_is_solved() -> None:
        """Brandimarte's first instance has a makespan of 40."""
        instance = io.read(Path(str(BENCH)) / "fjsp" / "mk01.txt", "fjsp")
        result = solve(instance.problem, objective="makespan", time_limit=30, workers=2)
        assert (result.status, result.objective) == ("optimal", 40)


if BENCH and (Path(BENCH) / "market" / "mkt_N50_M10_s1_l1.2.json").is_file():

    def test_the_market_of_fifty_is_solved() -> None:
        """Fifty jobs on ten machines: the stored optimum, with proof."""
        path = Path(str(BENCH)) / "market" / "mkt_N50_M10_s1_l1.2.json"
        result = solve(io.read(path, "market").problem, time_limit=30, workers=2)
        assert (result.status, result.objective) == ("optimal", 783028)
