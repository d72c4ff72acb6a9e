"""A relaxation of the makespan: every operation picks a resource, and no stretch is overfull.

For a resource and two thresholds take the operations there that can begin at ``head`` at the
earliest and must be followed by at least ``tail`` ticks of work: together they have to fit between
``head`` and ``makespan - tail``. Orders are forgotten, which leaves an assignment problem that
CP-SAT solves where the whole problem is out of reach, and often a choice of resources that leads
to an optimal plan. (Carlier's bound on one machine, "The
one-machine sequencing problem", EJOR 11, 1982, with the choice of the machine left open.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from scheduling.problem import Job, Operation, Problem
from scheduling.validate import topological


@dataclass(frozen=True, slots=True)
class Work:
    """An operation on a resource: the literal that says so, its ticks, what is around it."""

    literal: Any
    ticks: int
    head: int
    tail: int


def covers(problem: Problem) -> bool:
    """Whether the relaxation holds (all jobs whole and to be done, nothing pinned) and says much.

    Where changeovers take much of the time it would say little.
    """
    whole = all(job.mandatory and job.max_lots == 1 for job in problem.jobs)
    changing = any(resource.has_setups for resource in problem.resources)
    return whole and not problem.pinned and not changing


@dataclass(frozen=True, slots=True)
class Sharing:
    """The model, and per job and operation the literal of each of its alternatives."""

    cp: cp_model.CpModel
    chosen: dict[tuple[int, int], list[Any]]

    def read(self, solver: cp_model.CpSolver) -> dict[tuple[int, int], int]:
        """The alternative of every operation in the solution found."""
        return {
            key: next(i for i, literal in enumerate(literals) if solver.boolean_value(literal))
            for key, literals in self.chosen.items()
        }


def relaxation(problem: Problem, least: int, most: int, grain: int) -> Sharing:
    """A model that minimises the makespan between ``least`` and ``most``.

    ``grain`` is how many thresholds of each kind there are on a resource, at most. Where the
    model is infeasible no plan has a makespan of ``most`` or less.
    """
    cp = cp_model.CpModel()
    makespan = cp.new_int_var(least, most, "")
    works: dict[int, list[Work]] = {}
    chosen: dict[tuple[int, int], list[Any]] = {}
    for number, job in enumerate(problem.jobs):
        for index, literals in enumerate(_job(cp, makespan, job, works)):
            chosen[number, index] = literals
    for resource, here in works.items():
        if not problem.resources[resource].capacity:
            _resource(cp, makespan, (problem, resource, here), grain)
    cp.minimize(makespan)
    return Sharing(cp, chosen)


def _quickest(operation: Operation) -> int:
    return min(choice.duration for choice in operation.alternatives)


def _job(cp: Any, makespan: Any, job: Job, works: dict[int, list[Work]]) -> list[list[Any]]:
    """The choices of a job, and that its own work fits before the makespan."""
    total, chosen = 0, []
    for operation, head, tail in zip(job.operations, _heads(job), _tails(job), strict=True):
        literals = [cp.new_bool_var("") for _ in operation.alternatives]
        for literal, choice in zip(literals, operation.alternatives, strict=True):
            total += choice.duration * literal
            for resource in (choice.resource, *choice.also):
                work = Work(literal, choice.duration, head, tail)
                works.setdefault(resource, []).append(work)
        cp.add_exactly_one(literals)
        chosen.append(literals)
    if _is_chain(job):
        cp.add(makespan >= job.release + total)
    return chosen


def _is_chain(job: Job) -> bool:
    """Whether no two operations of a job can overlap, its lags aside."""
    chained = all(i in step.predecessors for i, step in enumerate(job.operations[1:]))
    return chained and all(least >= 0 for step in job.operations for least, _ in step.lags)


def _heads(job: Job) -> list[int]:
    """Per operation the tick before which it cannot start."""
    heads = [job.release] * len(job.operations)
    for index in topological(job):
        for before, least, _greatest in job.operations[index].waits():
            ready = heads[before] + _quickest(job.operations[before]) + least
            heads[index] = max(heads[index], ready)
    return heads


def _tails(job: Job) -> list[int]:
    """Per operation the ticks that must follow its end."""
    tails = [0] * len(job.operations)
    for index in reversed(topological(job)):
        for before, least, _greatest in job.operations[index].waits():
            behind = least + _quickest(job.operations[index]) + tails[index]
            tails[before] = max(tails[before], behind)
    return tails


def _resource(
    cp: Any, makespan: Any, place: tuple[Problem, int, list[Work]], grain: int
) -> None:
    """Its works fit between their least head and the makespan, for several choices of works."""
    problem, number, here = place
    resource = problem.resources[number]
    opening = min((lane.windows[0][0] for lane in resource.lanes if lane.windows), default=0)
    gap, lanes = resource.buffer_before + resource.buffer_after, len(resource.lanes)
    for head, tail in sorted(_thresholds(here, grain)):
        inside = [work for work in here if work.head >= head and work.tail >= tail]
        some = cp.new_bool_var("")
        for work in inside:
            cp.add_implication(work.literal, some)
        need = sum((work.ticks + gap) * work.literal for work in inside)
        around = max(head, opening) + tail - gap
        cp.add(need + lanes * around * some <= lanes * makespan)


def _thresholds(here: list[Work], grain: int) -> set[tuple[int, int]]:
    """Pairs of head and tail, closer together where they leave most of the works inside."""
    heads = _spread(sorted({work.head for work in here}), grain)
    tails = _spread(sorted({work.tail for work in here}), grain)
    return {(head, tail) for head in heads for tail in tails}


def _spread(values: list[int], count: int) -> list[int]:
    """The least of some values and others at growing distances in their order."""
    ratio = len(values) ** (1 / (count - 1))
    places = {min(int(ratio**step), len(values)) - 1 for step in range(count)}
    return [values[place] for place in sorted(places)]
