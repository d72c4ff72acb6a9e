"""Asks the solver. The only module that imports it; loaded by workers alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from marketplace.catalogue.rules import end_over
from marketplace.core.money import Money
from marketplace.planning import rules
from marketplace.planning.problem import Choice, Draft, Place
from scheduling.check import violations
from scheduling.explain import Reason, explain
from scheduling.objectives import welfare
from scheduling.problem import (
    Alternative,
    Assignment,
    Job,
    Lane,
    Operation,
    Problem,
    Resource,
)
from scheduling.result import Result
from scheduling.solve import solve

log = logging.getLogger("marketplace.planning")
Progress = Callable[[float, int | None, int | None], None]


class WrongPlan(RuntimeError):
    """An answer that breaks a rule of the problem or of a listing: it must not be shown."""


@dataclass(frozen=True)
class Part:
    """One assignment in the words of the market."""

    job_id: int
    operation_id: int
    listing_id: int
    resource_id: int
    lane_id: int
    mode: str
    starts: datetime
    ends: datetime
    price: Money


@dataclass(frozen=True)
class LeftOut:
    """A job that was not placed, and the first reason."""

    job_id: int
    reason: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Solution:
    """A checked plan, ready to be written down; money in fen, as `rules.told` tells it."""

    status: str
    objective: int
    bound: int | None
    gap: float | None
    seconds: float
    problem_hash: str
    parts: tuple[Part, ...]
    left_out: tuple[LeftOut, ...]
    placed: int
    found_by: str            # dispatch | search | sequences | cpsat: what made the plan
    proven_by: str | None    # relaxation | prices | cpsat: what made the bound


@dataclass(frozen=True)
class Effort:
    """How long to search, from which seed, whom to tell, whom to ask whether to stop."""

    seconds: float
    seed: int
    on_progress: Progress | None = None
    should_stop: Callable[[], bool] | None = None


def answer(draft: Draft, effort: Effort) -> Solution:
    """The best checked plan; a dispatch plan stands in where the search gives no valid one.

    Raises WrongPlan when even that one breaks a rule.
    """
    problem = problem_of(draft)
    effort = _telling(effort, draft.assumed)
    result = _searched(problem, effort) or _dispatched(problem, effort)
    left_out = tuple(_left_out(draft, job, reason)
                     for job, reason in explain(problem, result.schedule).items())
    placed = set(result.schedule.complete_jobs(problem))
    parts = tuple(_part(draft, each) for each in result.schedule.assignments
                  if each.job in placed)
    value = (result.objective or 0) - draft.assumed
    bound = rules.told(result.bound, draft.assumed)
    return Solution(result.status, value, bound, rules.gap(value, bound), result.seconds,
                    draft.hash, parts, left_out, len(placed), result.backend,
                    result.bound_source)


def _telling(effort: Effort, assumed: int) -> Effort:
    """The same effort, its progress told without the assumed worth."""
    tell = effort.on_progress
    if tell is None:
        return effort
    return replace(effort, on_progress=lambda seconds, value, bound: tell(
        seconds, rules.told(value, assumed), rules.told(bound, assumed)))


def problem_of(draft: Draft) -> Problem:
    """The draft in the solver's own words."""
    return Problem(
        resources=tuple(_resource(place) for place in draft.places),
        jobs=tuple(Job(
            operations=tuple(_operation(number, task.may_pause, task.choices)
                             for number, task in enumerate(order.tasks)),
            name=str(order.job_id), release=order.release, due=order.due,
            deadline=order.deadline, value=order.value, tardiness_weight=order.late_weight)
            for order in draft.orders),
        transport_ticks=draft.travel)


def _resource(place: Place) -> Resource:
    return Resource(tuple(Lane(place.windows, blocked) for blocked in place.blocked),
                    site=place.site, buffer_before=place.buffers[0],
                    buffer_after=place.buffers[1])


def _operation(number: int, may_pause: bool, choices: Sequence[Choice]) -> Operation:
    return Operation(
        tuple(Alternative(each.stand, each.ticks, each.way.price.minor) for each in choices),
        predecessors=(number - 1,) if number else (), may_pause=may_pause)


def _searched(problem: Problem, effort: Effort) -> Result | None:
    """What the search found, if it is valid; whatever goes wrong in it is written to the log."""
    try:
        result = solve(problem, time_limit=effort.seconds, seed=effort.seed,
                       on_progress=effort.on_progress, should_stop=effort.should_stop)
    except Exception:
        log.exception("the solver failed; the dispatch plan stands in")
        return None
    if _holds(problem, result):
        return result
    log.error("the solver's plan breaks its own rules; the dispatch plan stands in")
    return None


def _dispatched(problem: Problem, effort: Effort) -> Result:
    result = solve(problem, time_limit=0.0, seed=effort.seed)
    if not _holds(problem, result):
        raise WrongPlan("the dispatch plan breaks a rule of the problem")
    return result


def _holds(problem: Problem, result: Result) -> bool:
    """True when the independent checker finds nothing and measures the same value."""
    return (not violations(problem, result.schedule)
            and result.objective == welfare.measure(problem, result.schedule))


def _part(draft: Draft, item: Assignment) -> Part:
    """An assignment as a booking could be: on the listing's step, for its real minutes."""
    order = draft.orders[item.job]
    task = order.tasks[item.operation]
    stand = draft.stands[item.resource]
    way = next(each.way for each in task.choices if each.stand == item.resource)
    terms = stand.offer.rules
    starts = rules.next_start(terms, draft.moment(item.start))
    ends = end_over(stand.opened, starts, way.minutes, task.may_pause)
    if ends is None or ends > draft.moment(item.end):
        raise WrongPlan(f"operation {task.operation_id} does not fit where it was placed")
    return Part(order.job_id, task.operation_id, stand.offer.listing_id,
                stand.offer.resource_id, stand.lane_ids[item.lane], way.mode, starts,
                ends, way.price)


def _left_out(draft: Draft, job: int, reason: Reason) -> LeftOut:
    """The reason with its numbers in minutes and instants, its operation by position."""
    params: dict[str, Any] = {}
    if reason.operation is not None:
        params["operation"] = reason.operation + 1
    for name, value in reason.facts.items():
        if name in ("needed", "longest_window"):
            params[f"{name}_minutes"] = value * draft.tick
        else:
            params[name] = draft.moment(value).isoformat()
    return LeftOut(draft.orders[job].job_id, reason.code, params)

