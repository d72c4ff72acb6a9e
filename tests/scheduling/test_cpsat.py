"""CP-SAT level by level, against trying everything, and the relaxation it bounds makespans by."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import readers
from scheduling.backends import cpsat, loads
from scheduling.backends.size import admits
from scheduling.goals import Goal
from scheduling.problem import Assignment, Problem
from scheduling.registry import objective_named, objectives
from scheduling.run import Run
from scheduling.schedule import Schedule
from tests.scheduling.instances import exhaustive, one_machine, random_problem

SEEDS = st.integers(0, 10**6)
PAIRS = st.sampled_from(list(itertools.permutations(sorted(objectives()), 2)))
FAST = cpsat.Limits(30)


class _Keys:
    """A goal as one objective, whose value is the key."""

    SENSE = "min"

    def __init__(self, goal: Goal) -> None:
        self.REQUIRES_ALL = goal.REQUIRES_ALL
        self.measure = goal.key


def _climbed(problem: Problem, names: str) -> tuple[Goal, Run, cpsat.Proof]:
    goal = Goal.of(names, problem)
    run = Run(problem.all_mandatory() if goal.REQUIRES_ALL else problem, goal)
    return goal, run, cpsat.climb(run, FAST)


@given(seed=SEEDS, names=PAIRS)
@settings(max_examples=50, deadline=None)
def test_the_best_of_all_plans_is_found_level_by_level(seed: int, names: tuple[str, str]) -> None:
    """On tiny random problems no plan has a lesser key, and every level's bound is its value."""
    problem = random_problem(seed, features=True)
    goal = Goal.of(names, problem)
    tried, least = exhaustive(problem, _Keys(goal))  # type: ignore[arg-type]
    if not tried or not admits(problem):
        return
    _, run, proof = _climbed(problem, ",".join(names))
    assert proof.status == ("infeasible" if least is None else "optimal")
    if least is not None:
        assert goal.key(run.problem, run.schedule) == least
        assert proof.bounds == goal.values(run.problem, run.schedule)


def _contest(*classes: int) -> Problem:
    """A machine with room for one of two jobs: the first worth 10, the second 1,000."""
    problem = one_machine(10, 10, deadline=15)
    worth = zip(problem.jobs, (10, 1000), classes, strict=True)
    jobs = tuple(replace(job, value=value, priority=one) for job, value, one in worth)
    return replace(problem, jobs=jobs)


def test_a_job_of_a_later_class_displaces_none() -> None:
    """However valuable the other, class 0 is served; within a class the valuable one is."""
    goal, run, proof = _climbed(_contest(0, 1), "welfare")
    assert proof == cpsat.Proof("optimal", (10, 0))
    assert goal.values(run.problem, run.schedule) == (10, 0)
    goal, run, proof = _climbed(_contest(0, 0), "welfare")
    assert (proof.status, goal.values(run.problem, run.schedule)) == ("optimal", (1000,))


def test_a_later_level_starts_from_a_proven_one() -> None:
    """A first level already proven is not solved again, and its bound is kept."""
    problem = one_machine(5, 5)
    goal = Goal.of("welfare,earliest_completion", problem)
    run = Run(problem, goal)
    late = [(0, 50, 55), (1, 80, 85)]
    run.offer(Schedule.of(Assignment(j, 0, 0, 0, a, b) for j, a, b in late), "by_hand")
    run.tighten(200, "by_hand")
    proof = cpsat.climb(run, FAST)
    assert proof == cpsat.Proof("optimal", (200, 15))
    assert goal.values(problem, run.schedule) == (200, 15)


def test_a_stopped_run_proves_nothing() -> None:
    """Stopped from outside, it leaves the incumbent as it is and says so."""
    problem = one_machine(5, 5)
    goal = Goal.of("welfare,makespan", problem)
    run = Run(problem, goal)
    run.stopped = True
    assert cpsat.climb(run, FAST) == cpsat.Proof(None, (None, None))


def test_the_makespan_is_bounded_by_sharing_operations_out() -> None:
    """Six operations of 4 ticks on two machines need 12, where each alone could do with 4."""
    problem = _pool(6)
    assert _relaxed(problem, 0, 30) == 12
    assert _relaxed(problem, 0, 11) is None


def test_what_must_come_before_and_after_counts() -> None:
    """The machine stands idle until the first part arrives and after the last has left."""
    text = "3 2\n" + "3 1 1 2 1 2 5 1 1 3\n" * 3
    problem = readers.fjsp(text).all_mandatory()
    assert _relaxed(problem, 0, 100) == 2 + 3 * 5 + 3


@given(seed=SEEDS)
@settings(max_examples=60, deadline=None)
def test_the_relaxation_crosses_no_makespan(seed: int) -> None:
    """On tiny random problems it is never above the best makespan there is."""
    problem, goal = random_problem(seed, features=True), objective_named("makespan")
    asked = problem.all_mandatory()
    tried, best = exhaustive(problem, goal)
    if tried and best is not None and loads.covers(asked):
        for grain in (2, *cpsat.GRAINS):
            relaxed = _relaxed(asked, 0, best, grain)
            assert relaxed is not None
            assert relaxed <= best


def test_ordering_what_is_shared_out_can_prove_a_shop(monkeypatch: pytest.MonkeyPatch) -> None:
    """From a poor plan the relaxation alone, its choice of machines put in order, is enough."""
    problem = _pool(6)
    goal = Goal.of("makespan", problem)
    run = Run(problem, goal)
    run.offer(Schedule.of(Assignment(j, 0, 0, 0, 4 * j, 4 * j + 4) for j in range(6)), "by_hand")
    monkeypatch.setattr(cpsat.Ladder, "_solve", None)
    assert cpsat.climb(run, FAST) == cpsat.Proof("optimal", (12,))
    assert run.value == 12


def _pool(count: int) -> Problem:
    text = f"{count} 2\n" + "1 2 1 4 2 4\n" * count
    return readers.fjsp(text).all_mandatory()


def _relaxed(problem: Problem, least: int, most: int, grain: int = 3) -> int | None:
    solver = cpsat.cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(loads.relaxation(problem, least, most, grain).cp)
    return round(solver.objective_value) if status == cpsat.cp_model.OPTIMAL else None
