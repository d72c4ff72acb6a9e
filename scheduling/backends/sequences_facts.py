"""What a problem says whose plans are sequences, as arrays: a list of jobs for each machine.

A *machine* is one lane. Everything a move has to know of a job on a machine lies side by side in
``way[machine, job]``, so that placing it reads one line of memory. All is counted as a cost: an
objective to be maximised changes its sign.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.goals import Goal, Level
from scheduling.problem import Job, Problem, Resource, Span

Ints = NDArray[np.int64]

READY, HOLD, DURATION, LATEST, COST, DUE, LATE, FLOW = range(8)
FAR = 1 << 50


class Facts(NamedTuple):
    """What does not change while searching.

    ``way`` (machines, jobs, 8): earliest start, earliest begin of a changeover, ticks (0 where
    not eligible), latest end, cost of having it done (negative: a gain), due date, cost of a
    tick of tardiness, cost of a tick of completion. ``able`` (jobs, machines), ``ables`` (jobs):
    the machines a job can be on, and how many. ``setup`` (resources, families + 2, families + 1):
    ticks by the family before (last but one: no family, last: nothing before) and after.
    ``family`` (jobs), ``table`` and ``gap`` (machines): the resource, and its buffers.
    ``weights``: of the last end, and by how much the search takes that more seriously than the
    ends of all machines.
    """

    way: Ints
    able: Ints
    ables: Ints
    setup: Ints
    family: Ints
    table: Ints
    gap: Ints
    weights: Ints


def lanes_of(problem: Problem) -> list[Span]:
    """``(resource, lane)`` of each machine."""
    return [(r, k) for r, one in enumerate(problem.resources) for k in range(len(one.lanes))]


def families_of(problem: Problem) -> int:
    """How many families there are: one more than the greatest number of one."""
    return 1 + max((job.operations[0].family or 0 for job in problem.jobs), default=0)


def facts_of(problem: Problem, objective: str) -> Facts:
    """The arrays of a problem of jobs with one operation."""
    level = Goal.of(objective, problem).levels[0]
    lanes, families = lanes_of(problem), families_of(problem)
    way = _ways(problem, level, lanes)
    able = np.argsort(way[:, :, DURATION].T == 0, axis=1, kind="stable").astype(np.int64)
    setup = [_setups(resource, families) for resource in problem.resources]
    owner = [problem.resources[resource] for resource, _lane in lanes]
    family = [job.operations[0].family for job in problem.jobs]
    latest = level.sign * level.terms.latest
    return Facts(
        way,
        able,
        np.count_nonzero(way[:, :, DURATION], axis=0).astype(np.int64),
        np.array(setup, np.int64).reshape(len(setup), families + 2, families + 1),
        np.array([families if f is None else f for f in family], np.int64),
        np.array([resource for resource, _lane in lanes], np.int64),
        np.array([one.buffer_before + one.buffer_after for one in owner], np.int64),
        np.array([latest, len(lanes)], np.int64),
    )


def reward(problem: Problem, level: Level) -> int:
    """What having a mandatory job done is worth: twice more than all jobs together gain or cost."""
    terms, horizon = level.terms, 1 + problem.horizon
    total = 1 + abs(terms.latest) * horizon
    for number, job in enumerate(problem.jobs):
        choices = job.operations[0].alternatives
        slopes = abs(terms.tardiness[number]) + abs(terms.completion[number])
        total += abs(terms.done[number]) + slopes * horizon
        total += abs(terms.cost[number]) * max((abs(c.cost) for c in choices), default=0)
        total += abs(terms.worked[number]) * max((c.duration for c in choices), default=0)
    return 2 * total


def must_of(problem: Problem, level: Level) -> list[bool]:
    """Per job, whether a plan without it is none."""
    return [level.requires_all or must for must in problem.must_place]


def _ways(problem: Problem, level: Level, lanes: list[Span]) -> Ints:
    terms, sign, dear = level.terms, level.sign, reward(problem, level)
    must = must_of(problem, level)
    way = np.zeros((len(lanes), len(problem.jobs), 8), np.int64)
    for machine, (resource, lane) in enumerate(lanes):
        owner = problem.resources[resource]
        for number, job in enumerate(problem.jobs):
            choice = job.operations[0].on(resource)
            if choice is not None and owner.lanes[lane].windows:
                price = terms.done[number] + terms.cost[number] * choice.cost
                price += terms.worked[number] * choice.duration
                ready, hold, latest = _times(owner, job, owner.lanes[lane].windows[0])
                due = FAR if job.due is None else job.due
                cost = sign * price - (dear if must[number] else 0)
                late, flow = sign * terms.tardiness[number], sign * terms.completion[number]
                row = (ready, hold, choice.duration, latest, cost, due, late, flow)
                way[machine, number] = row
    return way


def _times(resource: Resource, job: Job, window: Span) -> tuple[int, int, int]:
    """Earliest start, earliest begin of a changeover with its buffer taken off, latest end."""
    hold = job.release + resource.buffer_before if resource.setup_after_release else -FAR
    latest = window[1] if job.deadline is None else min(window[1], job.deadline)
    return max(window[0], job.release), hold, latest


def _setups(resource: Resource, families: int) -> list[list[int]]:
    known: list[int | None] = [*range(families), None]
    size = min((len(t) for t in (resource.setups, resource.initial_setups) if t), default=0)
    usable = [f if f is not None and f < size else None for f in known]
    rows = [[resource.setup(before, after) for after in usable] for before in usable]
    return [*rows, [resource.first_setup(after) for after in usable]]
