"""The CP-SAT model of every feature is exact, its hints are complete, and no rule is idle."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from scheduling.backends.expression import expression
from scheduling.backends.model import Model
from scheduling.backends.size import admits
from scheduling.check import violations
from scheduling.problem import Problem
from scheduling.registry import constraints, objective_named
from scheduling.schedule import Schedule
from tests.scheduling.instances import exhaustive, random_problem

SEEDS = st.integers(0, 10**6)
NAMES = ("earliest_completion", "makespan")
Answer = tuple[Schedule, int] | None


def _posted(problem: Problem, hint: Schedule | None = None, without: str = "") -> Model:
    model = Model(problem, hint)
    for name, constraint in constraints().items():
        if name != without:
            constraint.post(model)
    return model


def _solved(model: Model, expression: object, sense: str = "min", fixed: bool = False) -> Answer:
    """The model's own optimum, None when it has no solution."""
    (model.cp.maximize if sense == "max" else model.cp.minimize)(expression)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.fix_variables_to_their_hinted_value = fixed
    status = solver.solve(model.cp)
    if status == cp_model.INFEASIBLE:
        return None
    assert status == cp_model.OPTIMAL
    schedule = model.read(lambda of: of if isinstance(of, int) else solver.value(of))
    return schedule, round(solver.objective_value)


def _best(problem: Problem, name: str, hint: Schedule | None = None, fixed: bool = False) -> Answer:
    goal, model = objective_named(name), _posted(problem, hint)
    return _solved(model, expression(model, goal.terms(problem)), goal.SENSE, fixed)


@pytest.mark.parametrize("name", NAMES)
@given(seed=SEEDS)
@settings(max_examples=60, deadline=None)
def test_the_model_is_exact_on_every_feature(name: str, seed: int) -> None:
    """On tiny random problems with all features it finds the optimum that trying all finds.

    And with that plan as its hint, every variable has a value, and all of them together fit.
    """
    problem, goal = random_problem(seed, features=True), objective_named(name)
    tried, optimum = exhaustive(problem, goal)
    if not tried or not admits(problem):
        return
    asked = problem.all_mandatory() if goal.REQUIRES_ALL else problem
    answer = _best(asked, name)
    assert (answer is None) == (optimum is None)
    if answer is not None:
        schedule, claimed = answer
        assert not violations(asked, schedule)
        assert claimed == goal.measure(asked, schedule) == optimum
        assert _best(asked, name, schedule, fixed=True) == answer
