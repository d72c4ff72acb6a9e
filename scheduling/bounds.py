"""What no plan can beat: relaxations that treat every job as if it had the place to itself.

``job``: each job alone, at its earliest completion and its least cost, buffers and blocked time,
crews, windows, transport and deadlines kept, changeovers and other jobs forgotten.
``load`` (makespan only): the work of operations confined to the same resources must fit into
their open time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace

from scheduling.alone import Alone
from scheduling.lagrange import Priced
from scheduling.lots import durations
from scheduling.problem import Alternative, Job, Problem
from scheduling.registry import objective_named
from scheduling.slot_prices import UNIT, NoBound
from scheduling.terms import Terms, worked


@dataclass(frozen=True, slots=True)
class Bound:
    """A proven bound, or None with the reason why there is none.

    ``source`` is what proves it, ``covers`` are the features of the problem it honours, ``forgets``
    those it leaves out, which makes it weaker, never wrong. ``impossible`` are jobs that have to
    be done and can not be.
    """

    value: int | None
    source: str = "relaxation"
    impossible: tuple[int, ...] = ()
    covers: tuple[str, ...] = ()
    forgets: tuple[str, ...] = ()
    reason: str | None = None


FORGOTTEN = {
    "relaxation": {
        "changeovers",
        "competition",
        "further_resources",
        "greatest_lags",
        "least_lags",
        "lots",
        "moves",
    },
    "prices": {"changeovers", "crews", "greatest_lags", "further_resources", "moves", "joins"},
}


def features(problem: Problem) -> tuple[str, ...]:
    """What the problem has that a bound can honour or forget, by name."""
    operations = [step for job in problem.jobs for step in job.operations]
    ways = [way for step in operations for way in step.alternatives]
    resources = problem.resources
    found = {
        "competition": True,
        "windows": True,
        "blocked_time": any(lane.blocked for r in resources for lane in r.lanes),
        "pinned_work": bool(problem.pinned),
        "buffers": any(r.buffer_before or r.buffer_after for r in resources),
        "changeovers": any(r.has_setups for r in resources),
        "stores": any(r.capacity for r in resources),
        "further_resources": any(way.also for way in ways),
        "transport": bool(problem.transport_ticks),
        "crews": any(step.crew is not None for step in operations),
        "pauses": any(step.may_pause for step in operations),
        "least_lags": any(least for step in operations for _b, least, _m in step.waits()),
        "greatest_lags": any(m is not None for step in operations for _b, _l, m in step.waits()),
        "joins": any(_branches(job) for job in problem.jobs),
        "lots": any(job.max_lots > 1 for job in problem.jobs),
        "moves": bool(problem.earlier),
    }
    return tuple(name for name, there in found.items() if there)


def _branches(job: Job) -> bool:
    """Whether the order of operations is more than chains."""
    before = [b for step in job.operations for b in set(step.predecessors)]
    return len(before) > len(set(before)) or any(
        len(set(step.predecessors)) > 1 for step in job.operations
    )


def _named(bound: Bound, problem: Problem) -> Bound:
    names, dropped = features(problem), FORGOTTEN[bound.source]
    covers = tuple(name for name in names if name not in dropped)
    return replace(bound, covers=covers, forgets=tuple(name for name in names if name in dropped))


def evaluate(problem: Problem, objective: str, certificate: object) -> Bound:
    """What a table of prices proves (form: `scheduling.slot_prices`), in the objective's units.

    None with the reason where prices prove nothing, or with the impossible jobs. Raises
    ProblemError with the path of what is wrong in a certificate.
    """
    goal = objective_named(objective)
    try:
        total, impossible = Priced(problem, goal, certificate).total()
    except NoBound as error:
        return _named(Bound(None, "prices", reason=str(error)), problem)
    if impossible:
        reason = "jobs that have to be done can not be"
        return _named(Bound(None, "prices", impossible, reason=reason), problem)
    gain = total // UNIT
    return _named(Bound(gain if goal.SENSE == "max" else -gain, "prices"), problem)


def bound(problem: Problem, objective: str) -> Bound:
    """The quick relaxation: each job alone at its best, and for the last end the load as well."""
    goal = objective_named(objective)
    asked = problem.all_mandatory() if goal.REQUIRES_ALL else problem
    problem = _shortest_lots(asked)
    terms, sign = goal.terms(problem), 1 if goal.SENSE == "max" else -1
    alone, gain, lasts, impossible = Alone(problem), 0, list[int](), []
    for job, must in enumerate(problem.must_place):
        ends = alone.ends(job)
        if ends is None:
            impossible += [job] if must else []
            continue
        end = max(min(one.values()) for one in ends)
        alike = sign * terms.done[job] + _gain(asked, terms, sign, job)
        alike += sign * terms.cost[job] * alone.least_cost(job, ends)
        alike += sign * terms.tardiness[job] * problem.jobs[job].tardiness(end)
        alike += sign * terms.completion[job] * end
        gain += alike if must else max(0, alike)
        lasts += [end] if must else []
    if impossible:
        reason = "jobs that have to be done can not be"
        return _named(Bound(None, impossible=tuple(impossible), reason=reason), problem)
    if sign * terms.latest > 0 or sign * terms.peak > 0:
        return _named(Bound(None, reason="the objective rewards a late end or a load"), problem)
    if terms.latest and all(problem.must_place) and len(problem.pins) < problem.operation_count:
        lasts.append(load(problem))
    return _named(Bound(sign * gain + terms.latest * max(lasts, default=0)), problem)


def _gain(problem: Problem, terms: Terms, sign: int, job: int) -> int:
    """The most that the time held by a job and its place in an earlier plan can add."""
    weight, total = sign * terms.worked[job], max(0, sign * terms.moved[job])
    for index, operation in enumerate(problem.jobs[job].operations):
        pin = problem.pins.get((job, index))
        if pin:
            total += weight * worked(problem, pin) * len(pin.places)
        elif weight:
            lots = problem.jobs[job].max_lots
            sides = [1 + len(way.also) for way in operation.alternatives]
            held = [n * way.duration for n, way in zip(sides, operation.alternatives, strict=True)]
            rounded = lots * max(sides) if lots > 1 else 0
            total += weight * (max(held) + rounded if weight > 0 else min(held))
    return total


def _shortest_lots(problem: Problem) -> Problem:
    """Jobs that may be split as if one least lot were all there is to do, at the whole cost."""
    if all(job.max_lots == 1 for job in problem.jobs):
        return problem
    return replace(problem, jobs=tuple(_least_lot(job) for job in problem.jobs))


def _least_lot(job: Job) -> Job:
    if job.max_lots == 1:
        return job
    steps = tuple(
        replace(
            operation,
            alternatives=tuple(
                replace(
                    way,
                    duration=durations(way.duration, job.pieces, job.max_lots)[-1],
                    cost=max(0, way.cost - job.max_lots),
                )
                for way in operation.alternatives
            ),
        )
        for operation in job.operations
    )
    return replace(job, operations=steps)


def load(problem: Problem) -> int:
    """Makespan of the busiest group of resources: head, work over open time, tail."""
    groups: dict[frozenset[int], list[tuple[int, int, int]]] = {}
    for number, job in enumerate(problem.jobs):
        pinned = any(pin.job == number for pin in problem.pinned)
        tails = [0] * len(job.operations) if pinned else _tails(job)
        for index, operation in enumerate(job.operations):
            if (number, index) in problem.pins:
                continue
            where = frozenset(c.resource for c in operation.alternatives)
            item = (job.release, _quickest(operation.alternatives), tails[index])
            groups.setdefault(where, []).append(item)
    best = 0
    single = [w for w in groups if not any(problem.resources[r].capacity for r in w)]
    for where in sorted(single, key=len)[:200]:
        inside = [item for other, items in groups.items() if other <= where for item in items]
        head, tail = min(i[0] for i in inside), min(i[2] for i in inside)
        end = _filled(problem, where, head, sum(i[1] for i in inside))
        best = max(best, end + tail)
    return best


def _quickest(choices: Iterable[Alternative]) -> int:
    return min((c.duration for c in choices), default=0)


def _tails(job: Job) -> list[int]:
    """Per operation the shortest work that must follow it."""
    tails = [0] * len(job.operations)
    for _ in job.operations:
        for index, operation in enumerate(job.operations):
            for before in operation.predecessors:
                longer = tails[index] + _quickest(operation.alternatives)
                tails[before] = max(tails[before], longer)
    return tails


def _filled(problem: Problem, where: frozenset[int], head: int, need: int) -> int:
    """When lanes working all their open time from ``head`` on have done ``need`` ticks."""
    steps: dict[int, int] = {}
    for resource in where:
        for lane in problem.resources[resource].lanes:
            for a, b in lane.windows:
                if b > head:
                    steps[max(a, head)] = steps.get(max(a, head), 0) + 1
                    steps[b] = steps.get(b, 0) - 1
    ticks = sorted(steps)
    done, rate, at, sums = 0, 0, head, []
    for tick in ticks:
        done += rate * (tick - at)
        rate, at = rate + steps[tick], tick
        sums.append((done, rate))
    index = bisect_left([s[0] for s in sums], need) - 1
    if index < 0 or sums[index][1] == 0:
        return ticks[0] if ticks and need <= 0 else head
    return ticks[index] + -(-(need - sums[index][0]) // sums[index][1])
