"""The CP-SAT model of every feature is exact, its hints are complete, and no rule is idle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from scheduling.backends.expression import expression
from scheduling.backends.model import Model
from scheduling.backends.size import admits, choices
from scheduling.builder import ProblemBuilder, Way
from scheduling.check import violations
from scheduling.problem import Assignment, Lane, Problem
from scheduling.registry import constraints, objective_named, objectives
from scheduling.schedule import Schedule, moved
from tests.scheduling.instances import exhaustive, one_machine, random_problem

SEEDS = st.integers(0, 10**6)
Answer = tuple[Schedule, int] | None


def _posted(problem: Problem, hint: Schedule | None = None, without: str = "") -> Model:
    model = Model(problem, hint)
    for name, constraint in constraints().items():
        if name != without:
            constraint.post(model)
    return model


def _solved(model: Model, value: object, sense: str = "min", fixed: bool = False) -> Answer:
    """The model's own optimum, None when it has no solution."""
    (model.cp.maximize if sense == "max" else model.cp.minimize)(value)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.fix_variables_to_their_hinted_value = fixed
    status = solver.solve(model.cp)
    if status == cp_model.INFEASIBLE:
        return None
    assert status == cp_model.OPTIMAL
    schedule = model.read(lambda of: of if isinstance(of, int) else solver.value(of))
    return schedule, round(solver.objective_value)


def _best(problem: Problem, name: str, model: Model, fixed: bool = False) -> Answer:
    goal = objective_named(name)
    return _solved(model, expression(model, goal.terms(problem)), goal.SENSE, fixed)


@pytest.mark.parametrize("name", sorted(objectives()))
@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_the_model_is_exact_on_every_feature(name: str, seed: int) -> None:
    """On tiny random problems with all features it finds the optimum that trying all finds.

    And with that plan as its hint, every variable has a value, and all of them together fit.
    """
    problem, goal = random_problem(seed, features=True), objective_named(name)
    tried, optimum = exhaustive(problem, goal)
    if not tried or not admits(problem):
        return
    asked = problem.all_mandatory() if goal.REQUIRES_ALL else problem
    answer = _best(asked, name, _posted(asked))
    assert (answer is None) == (optimum is None)
    if answer is not None:
        schedule, claimed = answer
        assert not violations(asked, schedule)
        assert claimed == goal.measure(asked, schedule) == optimum
        hinted = _posted(asked, schedule)
        again = _best(asked, name, hinted, fixed=True)
        assert again is not None
        assert again[1] == claimed
        assert len(hinted.hints) == len(hinted.cp.proto.variables) - _constants(hinted)


def _constants(model: Model) -> int:
    return sum(len(set(variable.domain)) == 1 for variable in model.cp.proto.variables)


def _shared(*, also: bool = False, **fields: object) -> Problem:
    """Two jobs on a machine of their own each, and a third resource both may need."""
    builder = ProblemBuilder()
    for name in ("mill", "lathe"):
        builder.resource(name, [(0, 20)])
    builder.resource("anna", [(0, 20)])
    for name in ("mill", "lathe"):
        way = Way(3, also=("anna",) if also else ())
        builder.job(name).operation({name: way}, family=0)
    problem = builder.build()
    resources = [*problem.resources[:2], replace(problem.resources[2], **fields)]
    return replace(problem, resources=tuple(resources))


def _oven() -> Problem:
    """Two loads of two in an oven for three."""
    problem = one_machine(3, 3)
    oven = replace(problem.resources[0], capacity=3)
    jobs = []
    for job in problem.jobs:
        step = job.operations[0]
        ways = tuple(replace(way, amount=2) for way in step.alternatives)
        jobs.append(replace(job, operations=(replace(step, alternatives=ways),)))
    return replace(problem, resources=(oven,), jobs=tuple(jobs))


def _crowded() -> Problem:
    """Two works of two people each for a crew of three."""
    builder = ProblemBuilder()
    builder.crew("day", [(0, 20, 3)])
    builder.resource("mill", [(0, 20)], lanes=2)
    for name in "ab":
        builder.job(name).operation({"mill": 3}, crew="day", people=2)
    return builder.build()


def _route(lag: tuple[int, int | None], **sites: str) -> Problem:
    """Two steps on two machines, the second of which opens late."""
    builder = ProblemBuilder()
    builder.resource("saw", [(0, 30)], site=sites.get("saw"))
    builder.resource("mill", [(9, 30)], site=sites.get("mill"))
    if sites:
        builder.transport(sites["saw"], sites["mill"], 8)
    job = builder.job("a")
    job.operation({"saw": 3})
    job.operation({"mill": 3}, lags=(lag,))
    return builder.build()


def _in_lots() -> Problem:
    """A job that two lanes finish sooner in two lots."""
    builder = ProblemBuilder()
    builder.resource("mill", [(0, 20)], lanes=2)
    builder.job("a", pieces=4, max_lots=2).operation({"mill": 8})
    return builder.build()


def _waiting() -> Problem:
    """Two steps of which the second could begin at once but for the first."""
    builder = ProblemBuilder()
    builder.resource("saw", [(0, 30)])
    builder.resource("mill", [(0, 30)])
    job = builder.job("a")
    job.operation({"saw": 3})
    job.operation({"mill": 3})
    return builder.build()


def _closed() -> Problem:
    """A machine that opens at 4."""
    problem = one_machine(3)
    late = replace(problem.resources[0], lanes=(Lane(((4, 9),)),))
    return replace(problem, resources=(late,))


BITES: dict[str, tuple[Callable[[], Problem], int]] = {
    "also": (lambda: _shared(also=True, lanes=(Lane(((2, 9),)),)), 8),
    "calendars": (_closed, 7),
    "capacity": (_oven, 6),
    "crews": (_crowded, 6),
    "lags": (lambda: _route((7, None)), 13),
    "lots": (_in_lots, 4),
    "no_overlap": (lambda: _shared(also=True), 6),
    "precedence": (_waiting, 6),
    "setups": (lambda: _shared(also=True, setups=((2,),)), 8),
    "transport": (lambda: _route((0, None), saw="A", mill="B"), 14),
}


def test_every_constraint_has_a_problem_in_which_it_bites() -> None:
    """A new constraint module needs one here."""
    assert set(BITES) == set(constraints())


@pytest.mark.parametrize("name", BITES)
def test_no_constraint_is_idle(name: str) -> None:
    """The last end is right with all rules; without this one the model's answer is none."""
    build, expected = BITES[name]
    problem = build().all_mandatory()
    answer = _best(problem, "makespan", _posted(problem))
    assert answer is not None
    assert answer[1] == expected
    assert not violations(problem, answer[0])
    loose = _best(problem, "makespan", _posted(problem, without=name))
    assert loose is not None
    assert loose[1] != expected or violations(problem, loose[0])


def test_a_greatest_lag_keeps_the_first_step_late() -> None:
    """The mill opens at 9; with at most 2 ticks between them the saw may not begin before 4."""
    problem = _route((0, 2)).all_mandatory()
    model = _posted(problem)
    answer = _solved(model, model.start[0, 0])
    assert answer is not None
    assert answer[1] == 4


def test_a_step_on_a_shared_machine_takes_its_lane_with_it() -> None:
    """The solution names a lane of the further resource, one for each of two lanes."""
    problem = _shared(also=True, lanes=(Lane(((0, 20),)),) * 2).all_mandatory()
    answer = _best(problem, "makespan", _posted(problem))
    assert answer is not None
    assert answer[1] == 3
    assert {item.also for item in answer[0].assignments} == {((2, 0),), ((2, 1),)}


def test_a_job_is_moved_unless_it_is_exactly_where_it_was() -> None:
    """Where the earlier place is free the model keeps it, where it cannot be it says moved."""
    problem = one_machine(3)
    for start, end, wanted in ((4, 7, 0), (4, 8, 1)):
        was = (Assignment(0, 0, 0, 0, start, end),)
        asked = replace(problem, earlier=was).all_mandatory()
        model = _posted(asked)
        answer = _solved(model, model.moved(0))
        assert answer is not None
        assert answer[1] == wanted == moved(asked, answer[0], 0)


def test_loads_are_the_ticks_worked_for_each_supplier() -> None:
    """Every resource a step holds counts, for its own supplier or for any group asked for."""
    problem = _shared(also=True, supplier=1).all_mandatory()
    answer = _best(problem, "makespan", _posted(problem))
    assert answer is not None
    model = _posted(problem, answer[0])
    assert {key: model.known(load) for key, load in model.loads().items()} == {0: 6, 1: 6}
    grouped = model.loads((5, 7, 7)).items()
    assert {key: model.known(load) for key, load in grouped} == {5: 3, 7: 9}


def test_what_is_not_modelled_is_not_admitted() -> None:
    """A pausing operation may need neither crew nor further resources."""
    for fields in ({"crew": "day"}, {}):
        builder = ProblemBuilder()
        builder.crew("day", [(0, 9, 1)])
        builder.resource("mill", [(0, 9)])
        builder.resource("anna", [(0, 9)])
        way = Way(3) if fields else Way(3, also=("anna",))
        job = builder.job("a")
        job.operation({"mill": way}, **fields)
        assert admits(builder.build())
        job.operation({"mill": way}, may_pause=True, **fields)
        assert not admits(builder.build())


def test_lots_and_further_resources_count_as_choices() -> None:
    """One lot and two of three: three ways to choose among two lanes and one more."""
    builder = ProblemBuilder()
    builder.resource("mill", [(0, 9)], lanes=2)
    builder.resource("anna", [(0, 9)])
    builder.job("a", pieces=3, max_lots=2).operation({"mill": Way(3, also=("anna",))})
    assert choices(builder.build()) == 9
