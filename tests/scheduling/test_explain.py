"""Reasons for jobs left out, and bounds no plan can beat."""

from __future__ import annotations

from dataclasses import replace

from scheduling.bounds import bound, load
from scheduling.builder import ProblemBuilder
from scheduling.explain import REASONS, explain
from scheduling.problem import Assignment, Problem
from scheduling.schedule import Schedule
from tests.scheduling.instances import one_machine, plant


def _reason(builder: ProblemBuilder) -> dict[str, object]:
    reasons = explain(builder.build(), Schedule())
    assert reasons[0].code in REASONS
    return reasons[0].as_json()


def _route(**fields: int) -> ProblemBuilder:
    builder = ProblemBuilder()
    builder.resource("saw", [(0, 10)], site="A")
    builder.resource("mill", [(0, 40)], site="B")
    builder.transport("A", "B", 5)
    job = builder.job("a", **fields)
    job.operation({"saw": 4})
    job.operation({"mill": 4})
    return builder


def test_an_operation_without_alternatives_has_no_eligible_resource() -> None:
    """The reason names the operation."""
    builder = ProblemBuilder()
    builder.job("a").operation({})
    assert _reason(builder) == {"code": "no_eligible_resource", "operation": 0}


def test_an_operation_longer_than_every_window_is_named() -> None:
    """What is needed and the longest window there is stand beside the reason."""
    builder = ProblemBuilder()
    builder.resource("mill", [(0, 5), (6, 9)])
    builder.job("a").operation({"mill": 6})
    facts = {"operation": 0, "needed": 6, "longest_window": 5}
    assert _reason(builder) == {"code": "no_window_long_enough", **facts}


def test_pausing_makes_two_windows_long_enough() -> None:
    """The same work may pause: then it only lost out to other work."""
    builder = ProblemBuilder()
    builder.resource("mill", [(0, 5), (6, 9)])
    builder.job("a").operation({"mill": 6}, may_pause=True)
    assert _reason(builder) == {"code": "not_chosen"}


def test_a_route_that_only_fits_without_carrying_names_transport() -> None:
    """Four ticks, five of transport and four more do not end by tick twelve."""
    assert _reason(_route(deadline=12)) == {"code": "transport"}


def test_a_route_too_long_for_its_deadline_says_when_it_could_end() -> None:
    """Each operation alone would fit, both together would not even without transport."""
    assert _reason(_route(deadline=7)) == {"code": "deadline", "earliest_end": 13, "deadline": 7}


def test_jobs_in_the_plan_have_no_reason() -> None:
    """Only what is left out is explained."""
    problem = one_machine(3, 4)
    assert set(explain(problem, Schedule((Assignment(0, 0, 0, 0, 0, 3),)))) == {1}


def test_the_welfare_bound_counts_each_job_at_its_best() -> None:
    """Every job alone: value less the cheapest way, transport included where it cannot be saved."""
    found = bound(plant(), "welfare")
    assert (found.value, found.impossible) == (4 * (100 - 4 - 20), ())


def test_the_makespan_bound_knows_how_much_work_a_machine_has() -> None:
    """Three jobs of 3, 4 and 5 ticks on one machine, closed from 6 to 10, cannot end before 16."""
    problem = one_machine(3, 4, 5)
    window = replace(problem.resources[0].lanes[0], windows=((0, 6), (10, 30)))
    problem = replace(problem, resources=(replace(problem.resources[0], lanes=(window,)),))
    assert load(problem) == 16
    assert bound(problem, "makespan").value == 16


def test_the_load_bound_adds_head_and_tail() -> None:
    """Work on the last machine cannot begin before the release nor end the job by itself."""
    builder = ProblemBuilder()
    builder.resource("saw", [(0, 99)])
    builder.resource("mill", [(0, 99)])
    for name in "ab":
        job = builder.job(name, release=7)
        job.operation({"saw": 5})
        job.operation({"mill": 2})
    assert bound(builder.build(), "makespan").value == 7 + 10 + 2


def test_pins_do_not_make_a_bound_too_strong() -> None:
    """A pinned operation past the deadline leaves the one before it all its time."""
    builder = ProblemBuilder()
    builder.resource("mill", [(0, 50)])
    job = builder.job("a", deadline=10, value=9)
    job.operation({"mill": 8})
    job.operation({"mill": 8})
    job.pin(1, "mill", 20, 28)
    problem: Problem = builder.build()
    assert bound(problem, "makespan").value == 28
    assert not bound(problem, "welfare").impossible
