"""Problems are refused with the path of the bad field; the builder writes them by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduling.builder import ProblemBuilder, Way, lane, merged
from scheduling.problem import (
    Alternative,
    Assignment,
    Crew,
    Job,
    Lane,
    Operation,
    Problem,
    ProblemError,
    Resource,
)
from scheduling.validate import topological
from tests.scheduling.instances import one_machine, plant

GOOD = one_machine(3, 4)
MILL, JOB = GOOD.resources[0], GOOD.jobs[0]
STEP = JOB.operations[0]


def _mill(**fields: object) -> Problem:
    return replace(GOOD, resources=(replace(MILL, **fields),))


def _job(**fields: object) -> Problem:
    return replace(GOOD, jobs=(replace(JOB, **fields),))


def _step(**fields: object) -> Problem:
    return _job(operations=(replace(STEP, **fields),))


BAD = {
    "resources[0].lanes": lambda: _mill(lanes=()),
    "resources[0].lanes[0].windows[0]": lambda: _mill(lanes=(Lane(((5, 5),)),)),
    "resources[0].lanes[0].windows[1]": lambda: _mill(lanes=(Lane(((0, 5), (4, 6))),)),
    "resources[0].lanes[0].blocked[0][1]": lambda: _mill(lanes=(Lane((), ((0, 1.5),)),)),
    "resources[0].site": lambda: _mill(site=1),
    "resources[0].buffer_before": lambda: _mill(buffer_before=-1),
    "resources[0].setups[0]": lambda: _mill(setups=((0, 1),)),
    "resources[0].setup_after_release": lambda: _mill(setup_after_release=1),
    "jobs[0].operations": lambda: _job(operations=()),
    "jobs[0].release": lambda: _job(release=-1),
    "jobs[0].value": lambda: _job(value=1.0),
    "jobs[0].mandatory": lambda: _job(mandatory="yes"),
    "jobs[0].operations[0].alternatives[0].resource": lambda: _step(
        alternatives=(Alternative(1, 3),)
    ),
    "jobs[0].operations[0].alternatives[1].resource": lambda: _step(
        alternatives=(Alternative(0, 3), Alternative(0, 4))
    ),
    "jobs[0].operations[0].alternatives[0].duration": lambda: _step(
        alternatives=(Alternative(0, 0),)
    ),
    "jobs[0].operations[0].predecessors[0]": lambda: _step(predecessors=(1,)),
    "jobs[0].operations[0].crew": lambda: _step(crew=0),
    "resources[0].capacity": lambda: _mill(capacity=-1),
    "resources[0].supplier": lambda: _mill(supplier="us"),
    "resources[0].buffer_after": lambda: _mill(capacity=2, buffer_after=1),
    "jobs[0].pieces": lambda: _job(pieces=0),
    "jobs[0].max_lots": lambda: _job(pieces=2, max_lots=3),
    "jobs[0].priority": lambda: _job(priority=-1),
    "jobs[0].move_price": lambda: _job(move_price=1.5),
    "jobs[0].operations[0].people": lambda: _step(people=2),
    "jobs[0].operations[0].lags": lambda: _step(lags=((0, 1),)),
    "jobs[0].operations[1].lags[0][1]": lambda: _job(
        operations=(STEP, replace(STEP, predecessors=(0,), lags=((3, 2),)))
    ),
    "jobs[0].operations[1].predecessors[1]": lambda: _job(
        operations=(STEP, replace(STEP, predecessors=(0, 0)))
    ),
    "jobs[0].operations[0].alternatives[0].amount": lambda: _step(
        alternatives=(Alternative(0, 3, amount=2),)
    ),
    "jobs[0].operations[0].alternatives[0].also[0]": lambda: _step(
        alternatives=(Alternative(0, 3, also=(0,)),)
    ),
    "pinned[0].job": lambda: replace(
        GOOD,
        jobs=(replace(JOB, pieces=2, max_lots=2),),
        pinned=(Assignment(0, 0, 0, 0, 0, 3),),
    ),
    "pinned[0].also[0][0]": lambda: replace(
        GOOD, pinned=(Assignment(0, 0, 0, 0, 0, 3, ((1, 0),)),)
    ),
    "earlier[0].lot": lambda: replace(GOOD, earlier=(Assignment(0, 0, 0, 0, 0, 3, lot=1),)),
    "earlier[1]": lambda: replace(GOOD, earlier=(Assignment(0, 0, 0, 0, 0, 3),) * 2),
    "crews[0].capacity[0][2]": lambda: replace(GOOD, crews=(Crew(((0, 1, -1),)),)),
    "transport_ticks[0]": lambda: replace(GOOD, transport_ticks=((0, 1),)),
    "pinned[0].lane": lambda: replace(GOOD, pinned=(Assignment(0, 0, 0, 1, 0, 3),)),
    "pinned[0].end": lambda: replace(GOOD, pinned=(Assignment(0, 0, 0, 0, 3, 3),)),
    "pinned[1]": lambda: replace(
        GOOD, pinned=(Assignment(0, 0, 0, 0, 0, 3), Assignment(1, 0, 0, 0, 2, 6))
    ),
}


@pytest.mark.parametrize("path", BAD)
def test_a_bad_field_is_refused_with_its_path(path: str) -> None:
    """Each bad field raises ProblemError naming exactly that field."""
    with pytest.raises(ProblemError) as caught:
        BAD[path]()
    assert caught.value.path == path


def test_a_circle_of_predecessors_is_refused() -> None:
    """Two operations that wait for each other are no route."""
    steps = (replace(STEP, predecessors=(1,)), replace(STEP, predecessors=(0,)))
    with pytest.raises(ProblemError, match="circle"):
        _job(operations=steps)


def test_a_family_outside_the_setup_table_is_refused() -> None:
    """A family must have a row in the table of every resource that may do the operation."""
    resource = replace(MILL, setups=((0,),))
    with pytest.raises(ProblemError) as caught:
        Problem((resource,), (Job((replace(STEP, family=1),)),))
    assert caught.value.path == "jobs[0].operations[0].family"


def test_topological_order_puts_predecessors_first() -> None:
    """Operations may be numbered in any order."""
    steps = (Operation((), (2,)), Operation((), (0,)), Operation(()))
    assert topological(Job(steps)) == (2, 0, 1)


def test_the_builder_chains_operations_and_numbers_names() -> None:
    """Names become indices, operations follow one another, transport goes both ways."""
    problem = plant()
    job = problem.jobs[0]
    assert [step.predecessors for step in job.operations] == [(), (0,)]
    assert [choice.resource for choice in job.operations[0].alternatives] == [0, 1]
    assert problem.transport_ticks == ((0, 2), (2, 0))
    assert len(problem.resources[1].lanes) == 2
    assert problem.travel(1, 0) == (2, 10)


def test_the_builder_refuses_unknown_names() -> None:
    """An operation on a resource nobody added names the operation."""
    builder = ProblemBuilder()
    with pytest.raises(ProblemError) as caught:
        builder.job("a").operation({"lathe": 3})
    assert caught.value.path == "jobs[0].operations[0]"


def test_the_builder_writes_further_resources_and_the_earlier_plan() -> None:
    """A Way names further resources, a list gives a resource several ways, lags stay in order."""
    builder = ProblemBuilder()
    builder.resource("oven", [(0, 9)], capacity=3, supplier=1)
    for name in ("anna", "ben"):
        builder.resource(name, [(0, 9)])
    job = builder.job("a", pieces=4, max_lots=2, priority=1, move_price=7)
    job.operation({"anna": 1})
    job.operation({"oven": [Way(2, 5, ("anna",), 3), Way(4, also=("ben",))]}, lags=((1, 3),))
    builder.moving_from([Assignment(0, 0, 1, 0, 2, 3)])
    problem = builder.build()
    ways = problem.jobs[0].operations[1].alternatives
    assert ways == (Alternative(0, 2, 5, 3, (1,)), Alternative(0, 4, also=(2,)))
    assert problem.jobs[0].operations[1].waits() == ((0, 1, 3),)
    assert problem.earlier_by_job == {0: (Assignment(0, 0, 1, 0, 2, 3),)}
    by_ben = Assignment(0, 1, 0, 0, 3, 7, ((2, 0),))
    assert problem.jobs[0].operations[1].chosen(by_ben) == ways[1]
    assert problem.jobs[0].operations[1].chosen(replace(by_ben, also=())) is None


def test_merged_spans_are_sorted_and_disjoint() -> None:
    """Overlapping, touching and empty spans come out as a clean list."""
    assert merged([(5, 7), (0, 2), (2, 4), (6, 9), (3, 3)]) == ((0, 4), (5, 9))
    assert lane([(3, 4), (0, 3)]) == Lane(((0, 4),))


def test_pinned_jobs_must_be_placed() -> None:
    """A job with a pinned operation counts as mandatory."""
    pinned = replace(GOOD, pinned=(Assignment(1, 0, 0, 0, 0, 4),))
    assert pinned.must_place == (False, True)
    assert isinstance(pinned.resources[0], Resource)
