"""Objectives in order of importance, and the terms all objectives are made of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduling.goals import Goal, by_class
from scheduling.problem import Assignment, Problem
from scheduling.registry import objective_named
from scheduling.schedule import Schedule
from scheduling.terms import Terms, open_ticks
from tests.scheduling.instances import one_machine, plant

EMPTY = Schedule()


def _at(job: int, start: int, end: int) -> Assignment:
    return Assignment(job, 0, 0, 0, start, end)


def _classes(*classes: int) -> Problem:
    """One machine and a job of 10 ticks, worth 100, of each class."""
    problem = one_machine(*(10 for _ in classes))
    jobs = zip(problem.jobs, classes, strict=True)
    return replace(problem, jobs=tuple(replace(job, priority=one) for job, one in jobs))


def test_one_name_is_a_goal_of_one_level() -> None:
    """Its key is the measure, negative where more is better."""
    problem, schedule = one_machine(5, 2), Schedule((_at(0, 0, 5),))
    goal = Goal.of("welfare", problem)
    assert (goal.names, goal.REQUIRES_ALL) == (("welfare",), False)
    assert goal.values(problem, schedule) == (100,)
    assert goal.key(problem, schedule) == (-100,)


def test_later_levels_decide_where_earlier_ones_tie() -> None:
    """Of two plans with the same welfare the one that ends earlier has the lesser key."""
    problem = one_machine(5)
    goal = Goal.of("welfare, makespan", problem)
    early, late = Schedule((_at(0, 0, 5),)), Schedule((_at(0, 7, 12),))
    assert goal.key(problem, early) < goal.key(problem, late) < goal.key(problem, EMPTY)


@pytest.mark.parametrize(
    ("names", "all_jobs"),
    [
        (("welfare", "makespan"), False),
        (("makespan", "welfare"), True),
        (("disturbance", "welfare"), False),
        (("disturbance", "makespan"), True),
        (("disturbance",), False),
    ],
)
def test_the_first_level_with_a_view_decides_on_jobs_left_out(
    names: tuple[str, ...], all_jobs: bool
) -> None:
    """A level that pays for jobs allows it, one that an empty plan would suit best does not."""
    assert Goal.of(names, plant()).REQUIRES_ALL is all_jobs


@pytest.mark.parametrize("wrong", ["", "makespan,makespan", "makespan,beauty"])
def test_a_goal_names_different_known_objectives(wrong: str) -> None:
    """None at all, the same one twice and an unknown one are refused."""
    with pytest.raises(ValueError, match="objective"):
        Goal.of(wrong, plant())


def test_welfare_of_several_classes_is_a_level_each() -> None:
    """The classes come in order, whatever the order of the jobs and their number."""
    problem = _classes(7, 0, 7)
    goal = Goal.of(("welfare", "makespan"), problem)
    assert goal.names == ("welfare of class 0", "welfare of class 7", "makespan")
    assert goal.values(problem, Schedule((_at(0, 0, 10), _at(1, 10, 20)))) == (100, 100, 20)
    assert Goal.of("welfare", _classes(3, 3)).names == ("welfare",)


def test_a_class_counts_only_its_own_jobs_as_moved() -> None:
    """A job of the other class that was dropped costs that class its price."""
    problem = _classes(0, 1)
    jobs = tuple(replace(job, move_price=30) for job in problem.jobs)
    problem = replace(problem, jobs=jobs, earlier=(_at(0, 0, 10), _at(1, 10, 20)))
    first, second = by_class(problem, "welfare")
    stays = Schedule((_at(0, 0, 10),))
    assert (first.measure(problem, stays), second.measure(problem, stays)) == (100, -30)


def test_only_jobs_of_the_earlier_plan_can_be_moved() -> None:
    """A price on moving weighs nothing for a job that was not planned before."""
    problem = replace(one_machine(10, 10), earlier=(_at(1, 0, 10),))
    assert Terms.of(problem, moved=[30, 40]).moved == (0, 40)


def test_disturbance_counts_every_move() -> None:
    """A job moved costs its price, one dropped at no price still counts as one."""
    problem = one_machine(10, 10, 10)
    jobs = (replace(problem.jobs[0], move_price=40), *problem.jobs[1:])
    earlier = tuple(_at(job, 10 * job, 10 * job + 10) for job in range(3))
    problem, goal = replace(problem, jobs=jobs, earlier=earlier), objective_named("disturbance")
    assert goal.measure(problem, Schedule(earlier)) == 0
    assert goal.measure(problem, Schedule((_at(0, 40, 50), earlier[1]))) == 41


def test_balance_weighs_load_by_open_time() -> None:
    """A tick of a supplier with little open time weighs more; blocked time is not open."""
    problem = one_machine(10, 10)
    small = replace(problem.resources[0], supplier=9)
    lane = replace(small.lanes[0], windows=((0, 30),), blocked=((10, 20),))
    small = replace(small, lanes=(lane,))
    problem = replace(problem, resources=(problem.resources[0], small))
    assert [open_ticks(resource) for resource in problem.resources] == [100, 20]
    balance, elsewhere = objective_named("balance"), Assignment(1, 0, 1, 0, 0, 10)
    assert balance.measure(problem, Schedule((_at(0, 0, 10),))) == 100_000_000
    assert balance.measure(problem, Schedule((_at(0, 0, 10), elsewhere))) == 500_000_000


def test_a_further_resource_is_booked_as_well() -> None:
    """An operation that holds two resources books its time on both."""
    problem = one_machine(10)
    resources = (problem.resources[0], problem.resources[0])
    job = problem.jobs[0]
    choice = replace(job.operations[0].alternatives[0], also=(1,))
    operation = replace(job.operations[0], alternatives=(choice,))
    problem = Problem(resources, (replace(job, operations=(operation,)),))
    schedule = Schedule((Assignment(0, 0, 0, 0, 5, 15, ((1, 0),)),))
    assert objective_named("booked").measure(problem, schedule) == 20


def test_terms_of_unknown_quantities_are_refused() -> None:
    """A misspelt quantity is an error, not an objective that says nothing."""
    with pytest.raises(ValueError, match="tardines"):
        Terms.of(plant(), tardines=1)
