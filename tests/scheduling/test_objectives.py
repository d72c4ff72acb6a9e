"""The contract of every objective and every backend, over the registry and random problems."""

from __future__ import annotations

import itertools
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.backends import cpsat
from scheduling.backends.orders import ordered
from scheduling.backends.search import RuinAndRecreate
from scheduling.backends.size import admits
from scheduling.bounds import bound
from scheduling.check import violations
from scheduling.goals import Goal, Level
from scheduling.problem import Problem
from scheduling.registry import objective_named, objectives
from scheduling.run import Run
from scheduling.schedule import Schedule
from tests.scheduling.instances import exhaustive, plant, random_problem

NAMES = sorted(objectives())
SEEDS = st.integers(0, 10**6)


def _asked(problem: Problem, name: str) -> Problem:
    return problem.all_mandatory() if objective_named(name).REQUIRES_ALL else problem


def _dispatched(problem: Problem, name: str) -> Schedule:
    search = RuinAndRecreate(problem, Goal.of(name, problem), 0)
    return search.follow(ordered(problem, "due"))


def test_the_registry_finds_the_objectives_by_itself() -> None:
    """Every module of the package is there under its own name."""
    assert {"balance", "booked", "cost", "disturbance", "earliest_completion"} <= set(NAMES)
    assert {"makespan", "weighted_tardiness", "welfare"} <= set(NAMES)


def test_an_unknown_objective_is_refused() -> None:
    """The message names those that are known."""
    with pytest.raises(ValueError, match="makespan"):
        objective_named("beauty")


@given(seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_terms_measure_and_solver_agree_on_any_plan(seed: int) -> None:
    """On a random plan, jobs left out and moved, the three ways to value it give one number."""
    problem = _roomy(random_problem(seed, features=True))
    schedule = _any_plan(problem, Random(seed)) if admits(problem) else None
    if schedule is None:
        return
    assert not violations(problem, schedule)
    for name in NAMES:
        goal = objective_named(name)
        value = goal.measure(problem, schedule)
        assert goal.terms(problem).value(problem, schedule) == value, name
        model, expression = cpsat.build(problem, Level.of(goal, problem), schedule)
        solver = cpsat.cp_model.CpSolver()
        solver.parameters.fix_variables_to_their_hinted_value = True
        assert solver.solve(model.cp) == cpsat.cp_model.OPTIMAL, name
        assert solver.value(expression) == value, name


def _roomy(problem: Problem) -> Problem:
    """The same where all resources are open most of the time and nothing has a deadline."""
    resources = tuple(
        replace(
            resource,
            lanes=tuple(replace(lane, windows=((0, 25), (27, 60))) for lane in resource.lanes),
        )
        for resource in problem.resources
    )
    jobs = tuple(replace(job, deadline=None) for job in problem.jobs)
    return replace(problem, resources=resources, jobs=jobs)


def _any_plan(problem: Problem, random: Random) -> Schedule | None:
    """A plan that is best by weights drawn at random; None when there is none."""
    model, _ = cpsat.build(problem, Level.of(objective_named("welfare"), problem), None)
    flags = [*model.present, *itertools.chain(*model.split)]
    wanted = sum(random.randint(-500, 2000) * flag for flag in flags)
    model.cp.maximize(wanted + sum(random.randint(-9, 9) * tick for tick in model.start.values()))
    solver = cpsat.cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(model.cp) != cpsat.cp_model.OPTIMAL:
        return None
    return model.read(lambda of: of if isinstance(of, int) else solver.value(of))


@pytest.mark.parametrize("name", NAMES)
@given(seed=SEEDS)
@settings(max_examples=5, deadline=None)
def test_no_term_rewards_what_is_later_or_dearer(name: str, seed: int) -> None:
    """Search and bounds rest on weights that make lateness, cost, load and moves no better."""
    problem, goal = random_problem(seed, features=True), objective_named(name)
    sign, terms = (1 if goal.SENSE == "min" else -1), goal.terms(problem)
    columns = (terms.cost, terms.tardiness, terms.completion, terms.moved)
    assert all(sign * weight >= 0 for column in columns for weight in column)
    assert sign * terms.latest >= 0
    assert sign * terms.peak >= 0
    assert all(factor >= 0 for factor in terms.factors)


@pytest.mark.parametrize("name", NAMES)
def test_the_solver_value_is_the_measured_value(name: str) -> None:
    """CP-SAT's own objective at its optimum equals the measure of its schedule."""
    problem, goal = _asked(plant(), name), objective_named(name)
    run = Run(problem, Goal.of(name, problem))
    assert cpsat.climb(run, cpsat.Limits(20)).status == "optimal"
    assert not violations(problem, run.schedule)
    assert run.value == run.bound == goal.measure(problem, run.schedule)
    assert run.bound_source == "cpsat"


@pytest.mark.parametrize("name", NAMES)
def test_the_hint_is_complete_and_feasible(name: str) -> None:
    """Fixing every variable to its hint leaves a solution of the hinted value."""
    problem, goal = _asked(plant(), name), objective_named(name)
    schedule = _dispatched(problem, name)
    assert not violations(problem, schedule)
    model, _ = cpsat.build(problem, Level.of(goal, problem), schedule)
    variables = [v for v in model.cp.proto.variables if len(set(v.domain)) > 1]
    assert len(model.hints) == len(variables)
    solver = cpsat.cp_model.CpSolver()
    solver.parameters.fix_variables_to_their_hinted_value = True
    assert solver.solve(model.cp) == cpsat.cp_model.OPTIMAL
    assert solver.objective_value == goal.measure(problem, schedule)


@pytest.mark.parametrize("name", NAMES)
@given(seed=SEEDS)
@settings(max_examples=12, deadline=None)
def test_cpsat_agrees_with_trying_everything(name: str, seed: int) -> None:
    """On tiny random problems the exact backend finds the optimum, or that there is none."""
    problem, goal = _asked(random_problem(seed), name), objective_named(name)
    tried, optimum = exhaustive(problem, goal)
    if not tried or not admits(problem):
        return
    run = Run(problem, Goal.of(name, problem))
    status = cpsat.climb(run, cpsat.Limits(20)).status
    assert (status, run.value) == ("infeasible" if optimum is None else "optimal", optimum)


@pytest.mark.parametrize("name", NAMES)
@given(seed=SEEDS)
@settings(max_examples=15, deadline=None)
def test_search_crosses_no_bound(name: str, seed: int) -> None:
    """What search finds on a random problem beats neither the bound nor trying everything."""
    problem, goal = _asked(random_problem(seed, features=True), name), objective_named(name)
    search = RuinAndRecreate(problem, Goal.of(name, problem), seed)
    search.begin(search.follow(ordered(problem, "slack")))
    search.work(60)
    schedule = search.best()
    kinds = {violation.kind for violation in violations(problem, schedule)}
    assert kinds <= {"mandatory_missing", "incomplete_job"}
    if kinds:
        return
    value, sign = goal.measure(problem, schedule), -1 if goal.SENSE == "max" else 1
    limit = bound(problem, name).value
    tried, optimum = exhaustive(problem, goal)
    assert limit is not None
    assert sign * limit <= sign * value
    if tried:
        assert optimum is not None
        assert sign * limit <= sign * optimum <= sign * value
