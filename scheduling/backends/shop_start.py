"""First plans of a job shop: from a schedule, and by priority with a little chance.

Of all operations that may come next the one is appended that ends early and has much work behind
it, give or take a random disturbance (most work remaining; Panwalkar and Iskander 1977,
Operations Research 25).
"""

from __future__ import annotations

import numpy as np

from scheduling.backends.shop_graph import Ints, Plan, Shop, copy_plan, empty_plan, evaluate, link
from scheduling.backends.shop_moves import Randoms, below
from scheduling.compiled import compiled
from scheduling.problem import Problem
from scheduling.schedule import Schedule

RULES = 20
MOST_WORK = 4_000_000
FAR = 1 << 60


def first_plan(shop: Shop, random: Randoms, behind: Ints, given: Plan | None) -> Plan:
    """The best of some dispatched plans and the given one."""
    plan, best = empty_plan(shop), empty_plan(shop)
    if given is not None:
        copy_plan(given, best)
    size = len(shop.release)
    count = max(1, min(RULES, MOST_WORK // (size * size)))
    for rule in range(count):
        dispatch(shop, plan, random, behind, rule)
        makespan = evaluate(shop, plan)
        if best.makespan[0] < 0 or makespan < best.makespan[0]:
            copy_plan(plan, best)
    return best


def plan_of(shop: Shop, problem: Problem, schedule: Schedule) -> Plan | None:
    """The orders of a schedule, every operation as early as they allow; None if not all is in."""
    placed = {(item.job, item.operation): item for item in schedule.assignments}
    starts: list[int] = []
    choices: list[int] = []
    for number, job in enumerate(problem.jobs):
        for index, operation in enumerate(job.operations):
            item = placed.get((number, index))
            where = [choice.resource for choice in operation.alternatives]
            if item is None or item.resource not in where:
                return None
            choices.append(int(shop.choice_at[len(choices)]) + where.index(item.resource))
            starts.append(item.start)
    plan = empty_plan(shop)
    append_all(shop, plan, np.array(starts), np.array(choices))
    return plan if evaluate(shop, plan) >= 0 else None


@compiled
def append_all(shop: Shop, plan: Plan, keys: Ints, choices: Ints) -> None:
    """Put all operations on the machines of their choices, in the order of their keys."""
    last = np.full(len(plan.first), -1, dtype=np.int64)
    plan.first[:] = -1
    for op in np.argsort(keys, kind="mergesort"):
        machine = shop.machine[choices[op]]
        link(shop, plan, op, choices[op], last[machine])
        last[machine] = op


@compiled
def work_behind(shop: Shop) -> Ints:
    """Per operation the shortest work from its start to the end of its job."""
    size = len(shop.release)
    behind = np.zeros(size, dtype=np.int64)
    changed = True
    while changed:
        changed = False
        for op in range(size - 1, -1, -1):
            rest = 0
            for at in range(shop.after_at[op], shop.after_at[op + 1]):
                rest = max(rest, behind[shop.after[at]])
            rest += shop.duration[shop.choice_at[op] : shop.choice_at[op + 1]].min()
            changed = changed or rest > behind[op]
            behind[op] = rest
    return behind


@compiled
def dispatch(shop: Shop, plan: Plan, random: Randoms, behind: Ints, noise: int) -> None:
    """Append operation after operation; ``noise`` (ticks) is the greatest disturbance."""
    size = len(shop.release)
    last = np.full(len(plan.first), -1, dtype=np.int64)
    free = np.zeros(len(plan.first), dtype=np.int64)
    ready, waiting = shop.release.copy(), shop.before_at[1:] - shop.before_at[:-1]
    candidates = np.empty(size, dtype=np.int64)
    count = 0
    plan.first[:] = -1
    for op in range(size):
        if waiting[op] == 0:
            candidates[count] = op
            count += 1
    while count > 0:
        at, choice, end = _next(shop, (candidates[:count], ready, free, behind), random, noise)
        op, machine = candidates[at], shop.machine[choice]
        count -= 1
        candidates[at] = candidates[count]
        link(shop, plan, op, choice, last[machine])
        last[machine], free[machine] = op, end
        for index in range(shop.after_at[op], shop.after_at[op + 1]):
            other = shop.after[index]
            ready[other] = max(ready[other], end)
            waiting[other] -= 1
            if waiting[other] == 0:
                candidates[count] = other
                count += 1


@compiled
def _next(
    shop: Shop, times: tuple[Ints, Ints, Ints, Ints], random: Randoms, noise: int
) -> tuple[int, int, int]:
    """Which candidate goes where, and when it ends there."""
    candidates, ready, free, behind = times
    best, found = np.inf, (0, 0, 0)
    for at in range(len(candidates)):
        op = candidates[at]
        end, choice = FAR, -1
        for one in range(shop.choice_at[op], shop.choice_at[op + 1]):
            there = int(max(ready[op], free[shop.machine[one]]) + shop.duration[one])
            if there < end:
                end, choice = there, one
        key = end - 0.3 * behind[op] + noise * (below(random, 1024) / 1024)
        if key < best:
            best, found = key, (at, choice, end)
    return found
