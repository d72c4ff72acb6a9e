"""The compiled kernel never makes a plan that the checker objects to, and counts as it measures."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.backends.desk import Desk
from scheduling.backends.orders import RULES, ordered
from scheduling.backends.search import RuinAndRecreate
from scheduling.check import violations
from scheduling.goals import Goal
from scheduling.problem import Problem
from tests.scheduling.instances import plant, random_problem

GOALS = ("welfare", "earliest_completion", "makespan,cost", "welfare,disturbance", "cost,balance")
HELD = ("mandatory_missing", "incomplete_job")


def desk(problem: Problem, objective: str) -> tuple[Desk, Goal]:
    """An empty desk for a problem and a goal."""
    goal = Goal.of(objective, problem)
    levels = [(level.sign, level.terms) for level in goal.levels]
    return Desk(problem, levels, [goal.REQUIRES_ALL or must for must in problem.must_place]), goal


def broken(problem: Problem, made: Desk) -> list[str]:
    """What is wrong with a desk's plan, jobs that could not be placed excepted."""
    return [str(v) for v in violations(problem, made.schedule()) if v.kind not in HELD]


@given(seed=st.integers(0, 10**6), objective=st.sampled_from(GOALS))
@settings(max_examples=60, deadline=None)
def test_plans_of_rules_and_moves_hold(seed: int, objective: str) -> None:
    """Whatever the features of a problem, rules and moves make valid plans worth what they say."""
    problem = random_problem(seed, features=True)
    made, goal = desk(problem, objective)
    for rule in RULES:
        made.clear()
        made.fill(ordered(problem, rule))
        assert broken(problem, made) == []
    made.keep()
    made.seed(seed)
    if made.movable:
        made.move(60)
    best = made.best()
    assert [v for v in violations(problem, best) if v.kind not in HELD] == []
    if not best.unplaced(problem):
        assert made.best_key[1:] == absolute(problem, goal, made)


def absolute(problem: Problem, goal: Goal, made: Desk) -> tuple[int, ...]:
    """The goal's key of a whole plan, less what the earlier plan's jobs pay when left out."""
    key = goal.key(problem, made.best())
    fixed = [level.sign * sum(level.terms.moved) for level in goal.levels]
    return tuple(k - f for k, f in zip(key, fixed, strict=True))


@pytest.mark.parametrize("objective", ["welfare", "makespan"])
def test_a_plan_survives_being_loaded(objective: str) -> None:
    """A schedule taken over and read again is the same schedule, worth the same."""
    problem = plant()
    made, _goal = desk(problem, objective)
    made.fill(range(len(problem.jobs)))
    before, key = made.schedule(), made.key
    made.clear()
    assert made.schedule().assignments == ()
    made.load(before)
    assert (made.schedule(), made.key) == (before, key)


def test_moves_depend_on_the_seed_alone() -> None:
    """The same seed walks the same way, another one another."""
    problem = random_problem(4, features=True)
    goal = Goal.of("earliest_completion", problem)
    walks = []
    for seed in (1, 1, 2):
        search = RuinAndRecreate(problem.all_mandatory(), goal, seed)
        search.begin(search.follow(list(range(len(problem.jobs)))))
        search.work(50)
        walks.append((search.desk.schedule(), int(search.desk.memory.whole["random"][0])))
    assert walks[0] == walks[1] != walks[2]
