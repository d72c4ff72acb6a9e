"""Makes the arrays a search keeps: weights from the objectives, orders of jobs, room for lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from scheduling.backends.book import empty
from scheduling.backends.facts import Facts
from scheduling.backends.insert import BEAM, COLUMNS, MOST
from scheduling.backends.memory import FOREVER, Floats, Ints, Memory
from scheduling.backends.orders import due, profit, work
from scheduling.backends.walk import COMPLETION, COST, TARDINESS
from scheduling.problem import Job, Problem
from scheduling.terms import Terms

PER_JOB = ("done", "cost", "tardiness", "completion", "worked", "moved")
FIRST_CYCLE = 2_000
NEXT_LEVEL = 1e-5
MOST_BLOCKS = 2_000_000

Signed = tuple[int, Terms]


class State(NamedTuple):
    """The whole numbers of a search.

    ``weights[k, q, j]`` is what quantity ``q`` of job ``j`` adds to level ``k``, to be minimised;
    ``level_latest[k]`` weighs the makespan, ``peak[k]`` the greatest load of a group of resources.
    ``key`` holds the number of jobs missing, then the levels; ``sums`` the same without what is
    plan-wide. ``out`` and ``todo`` are lists, their length first: jobs taken out in a move, jobs
    to put back. ``best_*``, ``kept_*`` and ``was_*`` (the earlier plan) say where
    operations were: lane, alternative, start, end, lanes beside. ``beam`` and ``found`` hold
    half-finished routes of one job and candidates.
    """

    weights: Ints
    level_latest: Ints
    peak: Ints
    group: Ints
    factor: Ints
    must: Ints
    movable: Ints
    users_first: Ints
    users: Ints
    sums: Ints
    sums_before: Ints
    key: Ints
    key_before: Ints
    best_key: Ints
    best_variant: Ints
    best_where: Ints
    counts: Ints
    todo: Ints
    out: Ints
    was_variant: Ints
    was_where: Ints
    kept_variant: Ints
    kept_where: Ints
    hold: Ints
    beam: Ints
    beam_count: Ints
    found: Ints
    random: Ints
    tolled: Ints


class Taste(NamedTuple):
    """The real numbers of a search.

    ``heat[i]`` is how much worse the ``i``-th number of the key may get when a cycle begins;
    ``order`` ranks jobs. What makes a place good: ``money``, ``late`` and ``time`` weigh a job's
    cost, its ticks of tardiness and the tick at which it ends; ``toll[l, t]`` is what lane ``l``
    charges up to block ``t`` of ``grain`` ticks. ``mood`` is extra weight on the end, factor on
    the toll, the chance to overlook an alternative, and the greatest extra weight.
    """

    heat: Floats
    order: Floats
    rank: Floats
    money: Floats
    late: Floats
    time: Floats
    mood: Floats
    toll: Floats
    score: Floats
    rated: Floats


def memory(
    problem: Problem, facts: Facts, levels: Sequence[Signed], must: Sequence[bool]
) -> Memory:
    """Everything a search needs; ``levels`` are ``(sign, terms)``, the sign -1 for max."""
    page = empty(problem, facts)
    lanes = len(facts.lane_resource)
    grain = max(1, -(-problem.horizon * lanes // MOST_BLOCKS))
    blocks = problem.horizon // grain + 2
    state = _state(problem, facts, levels, must)
    sizes = {
        "width": page.beside.shape[1],
        "levels": len(levels),
        "jobs": len(problem.jobs),
        "operations": len(facts.job),
        "movables": len(state.movable),
        "groups": len(state.factor),
        "spot": state.best_where.shape[1],
        "sites": len(facts.travel_ticks),
        "blocks": blocks,
        "grain": grain,
    }
    whole = {**facts._asdict(), **page._asdict(), **state._asdict()}
    return Memory(whole, _taste(problem, facts, state, lanes * blocks)._asdict(), sizes)


def _state(
    problem: Problem, facts: Facts, levels: Sequence[Signed], must: Sequence[bool]
) -> State:
    jobs, operations = len(problem.jobs), len(facts.job)
    spot = 4 + max(1, int(np.diff(facts.also_first).max(initial=0)))
    longest = int(np.diff(facts.operation_first).max(initial=1))
    group, factor = _groups(levels, len(problem.resources))

    def zeros(*size: int) -> Ints:
        return np.zeros(size, dtype=np.int64)

    key = zeros(len(levels) + 1)
    return State(
        _weights(levels),
        np.array([sign * terms.latest for sign, terms in levels], dtype=np.int64),
        np.array([sign * terms.peak for sign, terms in levels], dtype=np.int64),
        group,
        factor,
        np.array(must, dtype=np.int64),
        _movable(facts, jobs),
        *_users(facts, jobs),
        key, key, key, key, key + FOREVER,
        zeros(jobs) - 1,
        zeros(operations, spot),
        np.array([0, 0, FIRST_CYCLE], dtype=np.int64),
        zeros(jobs + 64),
        zeros(jobs + 64),
        zeros(jobs) - 1,
        zeros(operations, spot),
        zeros(jobs),
        zeros(operations, spot),
        zeros(operations),
        zeros(longest * BEAM * COLUMNS),
        zeros(longest),
        zeros(MOST * COLUMNS),
        zeros(1) + 1,
        zeros(1),
    )


def _taste(problem: Problem, facts: Facts, state: State, tolls: int) -> Taste:
    """Weights by job: the first level's, later ones as tie-breaks."""
    scale = np.array([NEXT_LEVEL**level for level in range(len(state.level_latest))])
    weigh = np.tensordot(scale, state.weights.astype(float), 1)
    money = weigh[COST]
    wish = float(money.mean()) if money.any() else 1.0
    longest = len(state.beam_count)
    return Taste(
        np.zeros(len(state.key)),
        _orders(problem),
        np.zeros(len(problem.jobs) + 64),
        money,
        weigh[TARDINESS],
        weigh[COMPLETION] + scale @ state.level_latest + 1e-6 * wish,
        np.array([0.0, 0.0, 0.0, 20.0 * wish]),
        np.zeros(tolls),
        np.zeros(longest * BEAM),
        np.zeros(MOST),
    )


def _weights(levels: Sequence[Signed]) -> Ints:
    """``[level, quantity, job]``, to be minimised."""
    return np.array(
        [[[sign * w for w in getattr(terms, name)] for name in PER_JOB] for sign, terms in levels],
        dtype=np.int64,
    )


def _groups(levels: Sequence[Signed], resources: int) -> tuple[Ints, Ints]:
    """Group of each resource and factor of each group, of the one objective that has them."""
    for _sign, terms in levels:
        if terms.peak:
            return np.array(terms.groups, dtype=np.int64), np.array(terms.factors, dtype=np.int64)
    return np.zeros(resources, dtype=np.int64), np.zeros(1, dtype=np.int64)


def _movable(facts: Facts, jobs: int) -> Ints:
    """Jobs with anything that is not pinned."""
    first = facts.operation_first[facts.variant_first[:-1]]
    last = facts.operation_first[facts.variant_first[:-1] + 1]
    free = [j for j in range(jobs) if not facts.pinned[first[j] : last[j]].all()]
    return np.array(free, dtype=np.int64)


def _users(facts: Facts, jobs: int) -> tuple[Ints, Ints]:
    """Per resource the jobs that could use it."""
    operation = np.repeat(np.arange(len(facts.job)), np.diff(facts.choice_first))
    pairs = np.unique(facts.resource * max(1, jobs) + facts.job[operation])
    resources = len(facts.lane_first) - 1
    counts = np.bincount(pairs // max(1, jobs), minlength=resources)
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64), pairs % max(1, jobs)


def _orders(problem: Problem) -> Floats:
    """Ranks of the jobs by density of profit, size both ways, slack and release."""
    rules: list[Callable[[Job], float]] = [
        lambda job: -profit(job) / max(1, work(job)),
        lambda job: -work(job),
        work,
        lambda job: min(due(job), problem.horizon) - work(job),
        lambda job: job.release,
    ]
    return np.array([[float(rule(job)) for job in problem.jobs] for rule in rules])
