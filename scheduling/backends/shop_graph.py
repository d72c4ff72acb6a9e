"""The graph of a job shop: operations, the order of their job, the order on each machine.

The longest way from the beginning to an operation is its head, the earliest tick at which it can
start; the longest way from its end to the end of everything is its tail. An operation whose head,
duration and tail add up to the makespan is critical. Disjunctive graph of Roy and Sussmann
(1964); with alternatives after Dauzère-Pérès and Paulli (1997), Annals of Operations Research 70.

Everything here is compiled; operations, choices and machines are numbers, -1 is "none".
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.compiled import compiled
from scheduling.problem import Problem

Ints = NDArray[np.int64]


class Shop(NamedTuple):
    """What never changes. ``x_at[i]`` to ``x_at[i + 1]`` are the places of operation ``i`` in x.

    ``machine`` and ``duration`` (ticks) are per choice, that is an operation on a machine;
    ``before`` and ``after`` are the operations directly before and after one in its job;
    ``release`` (tick) is per operation. ``machines`` has one element: how many there are.
    """

    choice_at: Ints
    machine: Ints
    duration: Ints
    before_at: Ints
    before: Ints
    after_at: Ints
    after: Ints
    release: Ints
    machines: Ints


class Plan(NamedTuple):
    """A choice for each operation, the orders on the machines, and what follows from them.

    Per operation: ``choice`` (an index into the shop's choices), ``ticks`` (its duration there),
    ``left`` and ``right`` (neighbours on the machine), ``head``, ``tail``, ``rank`` (its place in
    the topological ``order``) and ``missing`` (scratch). ``first`` is the first operation of each
    machine. ``makespan`` has one element.
    """

    choice: Ints
    ticks: Ints
    left: Ints
    right: Ints
    head: Ints
    tail: Ints
    rank: Ints
    order: Ints
    missing: Ints
    first: Ints
    makespan: Ints


def shop_of(problem: Problem) -> Shop:
    """The arrays of a problem; operations are numbered through all jobs."""
    choices = [o.alternatives for job in problem.jobs for o in job.operations]
    before: list[list[int]] = []
    after: list[list[int]] = []
    for job in problem.jobs:
        base = len(before)
        after += [[] for _ in job.operations]
        for index, operation in enumerate(job.operations):
            before.append([base + other for other in operation.predecessors])
            for other in operation.predecessors:
                after[base + other].append(base + index)
    return Shop(
        _starts([len(one) for one in choices]),
        _ints([choice.resource for one in choices for choice in one]),
        _ints([choice.duration for one in choices for choice in one]),
        _starts([len(one) for one in before]),
        _ints([other for one in before for other in one]),
        _starts([len(one) for one in after]),
        _ints([other for one in after for other in one]),
        _ints([job.release for job in problem.jobs for _ in job.operations]),
        _ints([len(problem.resources)]),
    )


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _starts(lengths: list[int]) -> Ints:
    return _ints([0, *np.cumsum(lengths).tolist()])


def empty_plan(shop: Shop) -> Plan:
    """Room for a plan, with nothing in it."""
    size, machines = len(shop.release), int(shop.machines[0])
    lengths = [size] * 9 + [machines, 1]
    return Plan(*(np.full(length, -1, dtype=np.int64) for length in lengths))


@compiled
def copy_plan(source: Plan, target: Plan) -> None:
    """Make one plan the same as another."""
    for index in range(len(source.choice)):
        target.choice[index] = source.choice[index]
        target.ticks[index] = source.ticks[index]
        target.left[index] = source.left[index]
        target.right[index] = source.right[index]
        target.head[index] = source.head[index]
        target.tail[index] = source.tail[index]
        target.rank[index] = source.rank[index]
        target.order[index] = source.order[index]
    target.first[:] = source.first
    target.makespan[0] = source.makespan[0]


@compiled
def link(shop: Shop, plan: Plan, op: int, choice: int, left: int) -> None:
    """Put an operation on the machine of a choice, directly behind ``left`` (-1: first)."""
    machine = shop.machine[choice]
    right = plan.first[machine] if left < 0 else plan.right[left]
    plan.choice[op], plan.ticks[op] = choice, shop.duration[choice]
    plan.left[op], plan.right[op] = left, right
    if left < 0:
        plan.first[machine] = op
    else:
        plan.right[left] = op
    if right >= 0:
        plan.left[right] = op


@compiled
def unlink(shop: Shop, plan: Plan, op: int) -> None:
    """Take an operation out of the order of its machine."""
    left, right = plan.left[op], plan.right[op]
    if left < 0:
        plan.first[shop.machine[plan.choice[op]]] = right
    else:
        plan.right[left] = right
    if right >= 0:
        plan.left[right] = left
    plan.left[op] = plan.right[op] = -1


@compiled
def forward(shop: Shop, plan: Plan, heads: Ints, rank: int) -> None:
    """Compute heads in topological order from ``rank`` on, by what comes directly before."""
    for at in range(rank, len(plan.order)):
        op = plan.order[at]
        start = shop.release[op]
        for index in range(shop.before_at[op], shop.before_at[op + 1]):
            other = shop.before[index]
            start = max(start, heads[other] + plan.ticks[other])
        other = plan.left[op]
        if other >= 0:
            start = max(start, heads[other] + plan.ticks[other])
        heads[op] = start


@compiled
def backward(shop: Shop, plan: Plan, tails: Ints, rank: int) -> None:
    """Compute tails against the topological order from ``rank`` back to the beginning."""
    for at in range(rank, -1, -1):
        op = plan.order[at]
        rest = 0
        for index in range(shop.after_at[op], shop.after_at[op + 1]):
            other = shop.after[index]
            rest = max(rest, tails[other] + plan.ticks[other])
        other = plan.right[op]
        if other >= 0:
            rest = max(rest, tails[other] + plan.ticks[other])
        tails[op] = rest


@compiled
def longest_way(heads: Ints, ticks: Ints) -> int:
    """The last end of all operations."""
    longest = 0
    for op in range(len(heads)):
        longest = max(longest, heads[op] + ticks[op])
    return longest


@compiled
def evaluate(shop: Shop, plan: Plan) -> int:
    """Fill in order, ranks, heads, tails and makespan; -1 if the orders run in a circle."""
    size = len(plan.order)
    if _sort(shop, plan) < size:
        return -1
    for rank in range(size):
        plan.rank[plan.order[rank]] = rank
    forward(shop, plan, plan.head, 0)
    backward(shop, plan, plan.tail, size - 1)
    plan.makespan[0] = longest_way(plan.head, plan.ticks)
    return int(plan.makespan[0])


@compiled
def _sort(shop: Shop, plan: Plan) -> int:
    """Operations in an order in which all before one stand before it (Kahn 1962); how many."""
    missing, order, known, seen = plan.missing, plan.order, 0, 0
    for op in range(len(order)):
        missing[op] = shop.before_at[op + 1] - shop.before_at[op] + (plan.left[op] >= 0)
        if missing[op] == 0:
            order[known] = op
            known += 1
    while seen < known:
        op = order[seen]
        seen += 1
        for at in range(shop.after_at[op], shop.after_at[op + 1]):
            other = shop.after[at]
            missing[other] -= 1
            if missing[other] == 0:
                order[known] = other
                known += 1
        other = plan.right[op]
        if other >= 0:
            missing[other] -= 1
            if missing[other] == 0:
                order[known] = other
                known += 1
    return known
