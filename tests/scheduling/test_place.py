"""One new job in a plan that stays as it is: the cheapest and the soonest place."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from types import SimpleNamespace

import pytest

from scheduling.builder import ProblemBuilder, Way
from scheduling.check import violations
from scheduling.place import Answer, Book, NotCovered, Placement
from scheduling.problem import Job, Operation, Problem, ProblemError
from scheduling.schedule import Schedule, completion, job_cost
from tests.scheduling.instances import exhaustive, one_machine, random_problem


def _plain(seed: int) -> Problem:
    """A random problem of what is covered; every second with a last job of three operations."""
    random, problem = Random(seed), random_problem(seed)
    resources = tuple(
        replace(
            one,
            setups=(),
            initial_setups=(),
            lanes=tuple(replace(lane, windows=(*lane.windows, (26, 30))) for lane in one.lanes),
        )
        for one in problem.resources
    )
    jobs = [
        replace(job, operations=tuple(replace(o, crew=None, family=None) for o in job.operations))
        for job in problem.jobs
    ]
    chain = [replace(step, predecessors=()) for step in jobs[-1].operations]
    chain = [*chain, *chain][: 2 + seed % 2]
    for index in range(1, len(chain)):
        before = (1, 0) if index == 2 and not chain[1].predecessors else (index - 1,)
        if index == 2 and random.random() < 0.5:
            before = (1, 0)
        if index == 1 and not _resources(chain[0]) & _resources(chain[1]):
            before = ()
        lags = random.choice([(), tuple((random.randint(0, 4), None) for _ in before)])
        chain[index] = replace(chain[index], predecessors=before, lags=lags)
    jobs[-1] = replace(jobs[-1], operations=tuple(chain), deadline=random.choice([None, 28]))
    pinned = tuple(pin for pin in problem.pinned if pin.job < len(jobs) - 1)
    return replace(problem, resources=resources, jobs=tuple(jobs), crews=(), pinned=pinned)


def _resources(operation: Operation) -> set[int]:
    return {choice.resource for choice in operation.alternatives}


def _filled(problem: Problem) -> Book:
    """A book with every job but the last, in turn, where that can be."""
    book = Book(problem, Schedule())
    for number in range(len(problem.jobs) - 1):
        if number not in book.jobs:
            found = _tried(book, number)
            if found:
                book.take(found.soonest)
    return book


def _tried(book: Book, number: int) -> Answer | None:
    try:
        return book.place(number)
    except NotCovered:
        return None


def _plan(book: Book, *more: Placement) -> Schedule:
    """Everything in the book and some placements beside."""
    placed = [item for items in book.jobs.values() for item in items]
    return Schedule.of([*placed, *(item for one in more for item in one.assignments)])


def _fixed(book: Book) -> Problem:
    """The problem with everything in the book pinned, jobs that are not in it left out."""
    problem = book.problem
    last = len(problem.jobs) - 1
    jobs = list(problem.jobs)
    for number in range(last):
        if len(book.jobs.get(number, ())) < len(jobs[number].operations):
            size = len(book.jobs.get(number, ()))
            jobs[number] = replace(jobs[number], operations=_bare(jobs[number], max(1, size)))
    pins = _plan(book).assignments
    jobs[last] = replace(jobs[last], mandatory=True)
    optional = tuple(replace(job, mandatory=False) for job in jobs[:last])
    return replace(problem, jobs=(*optional, jobs[last]), pinned=pins)


def _bare(job: Job, size: int) -> tuple[Operation, ...]:
    """The first operations without alternatives: nothing can be done with them."""
    return tuple(replace(one, alternatives=()) for one in job.operations[:size])


def _least(problem: Problem, order: int) -> tuple[bool, tuple[int, int] | None]:
    """The least (cost, completion), or the least (completion, cost), of any placement."""
    number = len(problem.jobs) - 1
    job = problem.jobs[number]

    def measure(problem: Problem, schedule: Schedule) -> tuple[int, int]:
        items = schedule.by_job[number]
        end = completion(items)
        cost = job_cost(problem, items) + job.tardiness_weight * job.tardiness(end)
        return (cost, end)[::order]

    return exhaustive(problem, SimpleNamespace(SENSE="min", REQUIRES_ALL=False, measure=measure))


@pytest.mark.parametrize("seed", [*range(60), 68, 608, 835, 913])
def test_cheapest_and_soonest_are_what_trying_every_start_finds(seed: int) -> None:
    """Also when there is no place at all; problems too large to try are left out."""
    problem = _plain(seed)
    book = _filled(problem)
    answer = book.place(len(problem.jobs) - 1)
    fixed = _fixed(book)
    tried, cheapest = _least(fixed, 1)
    if not tried:
        pytest.skip("too many ways")
    if answer is None:
        assert cheapest is None
        return
    assert (answer.cheapest.cost, answer.cheapest.completion) == cheapest
    found = answer.soonest.completion, answer.soonest.cost
    assert (True, found) == _least(fixed, -1)


def _full() -> tuple[Problem, Book]:
    """A saw and a mill at two sites, half full, with buffers, carried between for money."""
    builder = ProblemBuilder()
    builder.resource("saw", [(0, 40)], site="A", buffer_after=1)
    builder.resource("mill", [(0, 15), (20, 40)], lanes=2, site="B")
    builder.transport("A", "B", ticks=2, cost=10)
    for number in range(3):
        job = builder.job(f"job-{number}", value=100)
        job.operation({"saw": 4})
        job.operation({"mill": (5, 20)})
    problem = builder.build()
    book = Book(problem, Schedule())
    for number in range(3):
        book.take(_answer(book, number).soonest)
    return problem, book


def _answer(book: Book, job: Job | int) -> Answer:
    answer = book.place(job)
    assert answer is not None
    return answer


def test_cheapest_stays_at_the_site_and_soonest_pays_for_carrying() -> None:
    """Nine ticks where it is for 3, or two of carrying and five elsewhere for 14."""
    builder = ProblemBuilder()
    builder.resource("saw", [(0, 40)], site="A")
    builder.resource("mill", [(0, 40)], site="B")
    builder.transport("A", "B", ticks=2, cost=10)
    job = builder.job("new", value=1)
    job.operation({"saw": 4})
    job.operation({"saw": (9, 3), "mill": (5, 4)})
    answer = _answer(Book(builder.build(), Schedule()), 0)
    assert (answer.cheapest.cost, answer.cheapest.completion) == (3, 13)
    assert (answer.soonest.cost, answer.soonest.completion) == (14, 11)


def test_an_operation_beside_a_longer_one_may_still_hold_up_what_follows() -> None:
    """Paying 1 to end at 3 rather than 5 is worth it although the other operation ends at 10."""
    builder = ProblemBuilder()
    for name in ("slow", "fast", "long", "last"):
        builder.resource(name, [(0, 40)])
    job = builder.job("new")
    job.operation({"slow": (5, 0), "fast": (3, 1)})
    job.operation({"long": 10}, after=())
    job.operation({"last": 6}, after=(0,))
    answer = _answer(Book(builder.build(), Schedule()), 0)
    assert (answer.soonest.completion, answer.soonest.cost) == (10, 1)
    assert (answer.cheapest.completion, answer.cheapest.cost) == (11, 0)


def test_lateness_is_part_of_what_a_placement_costs() -> None:
    """Two ticks late at 50 each make the dearer machine the cheaper one."""
    builder = ProblemBuilder()
    builder.resource("slow", [(0, 40)])
    builder.resource("fast", [(0, 40)])
    job = builder.job("new", due=5, tardiness_weight=50)
    job.operation({"slow": (7, 1), "fast": (5, 60)})
    assert _answer(Book(builder.build(), Schedule()), 0).cheapest.cost == 60


def test_a_full_book_is_left_as_it_is() -> None:
    """The jobs in it stay where they are, and with the new job the plan breaks no rule."""
    problem, book = _full()
    before = dict(book.jobs)
    job = replace(problem.jobs[0], name="new")
    answer = _answer(book, job)
    assert book.jobs == before
    larger = replace(problem, jobs=(*problem.jobs, job))
    for placement in (answer.cheapest, answer.soonest):
        assert {item.job for item in placement.assignments} == {3}
        assert not violations(larger, _plan(book, placement))


def test_taking_and_releasing_gives_back_the_first_answer() -> None:
    """What is taken stands in the way, what is released does not."""
    problem, book = _full()
    first = _answer(book, problem.jobs[0])
    book.take(first.soonest)
    assert _answer(book, problem.jobs[0]).soonest.completion > first.soonest.completion
    book.release(first.soonest.assignments[0].job)
    assert _answer(book, problem.jobs[0]) == first


def test_a_placement_found_before_another_was_taken_is_refused() -> None:
    """Neither the same job twice nor two jobs at one time."""
    problem, book = _full()
    stale = _answer(book, problem.jobs[0]).soonest
    book.take(stale)
    with pytest.raises(ValueError, match="is in the book"):
        book.take(stale)
    moved = tuple(replace(item, job=9) for item in stale.assignments)
    with pytest.raises(ValueError, match="other work"):
        book.take(replace(stale, assignments=moved))
    with pytest.raises(ValueError, match="job 0 is in the book"):
        book.place(0)
    with pytest.raises(ValueError, match="job 9 is not in the book"):
        book.release(9)


def test_a_new_job_that_makes_no_sense_is_refused_by_its_field() -> None:
    """As a problem with it would be."""
    problem = one_machine(3)
    with pytest.raises(ProblemError, match=r"job\.release"):
        Book(problem, Schedule()).place(replace(problem.jobs[0], release=-1))


def _feature(name: str) -> Problem:
    """A problem whose only job has one thing that is not covered."""
    builder = ProblemBuilder()
    builder.crew("day", [(0, 9, 1)])
    builder.resource("mill", [(0, 9)])
    builder.resource("press", [(0, 9)], setups=((1,),))
    builder.resource("oven", [(0, 9)], capacity=2)
    fields = {"pieces": 2, "max_lots": 2} if name == "lots" else {}
    job = builder.job("a", **fields)
    where = {"changeovers": "press", "stores": "oven"}.get(name, "mill")
    also = ("press",) if name == "further resources" else ()
    job.operation({where: Way(2, also=also)}, crew="day" if name == "crews" else None)
    if name == "greatest lags":
        job.operation({"mill": 1}, lags=((0, 3),))
    if name == "operations in any order on one resource":
        job.operation({"mill": 1}, after=())
    return builder.build()


@pytest.mark.parametrize(
    "name",
    [
        "lots",
        "crews",
        "greatest lags",
        "further resources",
        "stores",
        "changeovers",
        "operations in any order on one resource",
    ],
)
def test_what_is_not_covered_is_named(name: str) -> None:
    """The error carries the feature, and says it."""
    problem = _feature(name)
    with pytest.raises(NotCovered, match=name) as caught:
        Book(problem, Schedule()).place(0)
    assert caught.value.feature == name
