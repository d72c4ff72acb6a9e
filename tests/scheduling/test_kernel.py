"""The placement kernel agrees with a tick-by-tick search, and crews count what is free."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.backends.kernel import CrewBook
from scheduling.backends.plan import Plan
from scheduling.check import violations
from scheduling.problem import Alternative as Way
from scheduling.problem import Assignment, Crew, Job, Lane, Operation, Problem, Resource
from scheduling.schedule import Schedule
from tests.scheduling.instances import plant, random_problem


def _fits(problem: Problem, placed: list[Assignment], item: Assignment) -> bool:
    return not violations(problem, Schedule.of([*placed, item]))


@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_the_earliest_fit_is_the_earliest(seed: int) -> None:
    """Insert works one by one: each lands at the first place the checker accepts, or nowhere."""
    random = Random(seed)
    cuts = sorted(random.sample(range(40), 8))
    windows = tuple(zip(cuts[::2], cuts[1::2], strict=True))
    blocked = ((random.randint(0, 12), random.randint(13, 18)),)
    size = range(2)
    setups = tuple(tuple(random.randint(0, 3) for _ in size) for _ in size)
    resource = Resource(
        (Lane(windows, blocked),),
        buffer_before=random.randint(0, 1),
        buffer_after=random.randint(0, 1),
        setups=setups if random.random() < 0.5 else (),
    )
    jobs = tuple(
        Job(
            (
                Operation(
                    (Way(0, random.randint(1, 5)),),
                    may_pause=random.random() < 0.5,
                    family=random.choice([0, 1]),
                ),
            ),
            release=random.randint(0, 9),
        )
        for _ in range(4)
    )
    problem = Problem((resource,), jobs)
    plan, placed = Plan(problem), []
    for job in range(4):
        works = jobs[job].operations[0].alternatives[0].duration
        tries = (Assignment(job, 0, 0, 0, s, e) for s in range(50) for e in range(s + works, 60))
        first = next((item for item in tries if _fits(problem, placed, item)), None)
        assert plan.insert(job) == (first is not None)
        if first is not None:
            assert plan.placed[job][0] == first
            placed.append(first)


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_taking_out_and_putting_back_changes_nothing(seed: int) -> None:
    """After a job is removed and restored, every lane and crew is as it was."""
    problem = random_problem(seed)
    plan = Plan(problem)
    for job in range(len(problem.jobs)):
        plan.insert(job)
    before = _state(plan)
    for job in list(plan.placed):
        items = tuple(plan.placed[job].values())
        plan.remove(job)
        plan.restore(job, items)
    assert _state(plan) == before


def _state(plan: Plan) -> object:
    lanes = [(lane.starts, lane.ends) for lanes in plan.lanes for lane in lanes]
    crews = [(list(crew.times), list(crew.free)) for crew in plan.crews]
    return repr((lanes, crews, sorted(plan.completion.items()), sorted(plan.cost.items())))


def test_a_job_that_does_not_fit_leaves_no_trace() -> None:
    """When the last operation finds no place, the first is taken out again."""
    problem = plant()
    plan = Plan(problem)
    placed = [plan.insert(job) for job in range(4)]
    books = sum(len(lane.starts) for lanes in plan.lanes for lane in lanes)
    assert books == 2 * sum(placed)


def test_a_crew_is_free_where_it_is_there_and_not_taken() -> None:
    """A clash names the end of the last moment without a free person."""
    crew = CrewBook(Crew(((0, 10, 2), (12, 20, 1))))
    crew.change(4, 6, -2)
    assert crew.clash([(0, 4)]) is None
    assert crew.clash([(3, 8)]) == 6
    assert crew.clash([(3, 5), (8, 11)]) == 12
    crew.change(4, 6, 2)
    assert crew.clash([(0, 10)]) is None
    assert (crew.times[1:], crew.free[1:]) == ([0, 10, 12, 20], [2, 0, 1, 0])
