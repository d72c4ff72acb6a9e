"""Finds everything wrong with a schedule, without using any solver code.

``violations`` is the authority: no answer leaves ``solve`` that it objects to. The rules are in
`scheduling.checks`, one module a family.
"""

from __future__ import annotations

from scheduling.checks import lanes, order, presence, supply, work
from scheduling.checks.violation import Rule, Violation
from scheduling.problem import Problem
from scheduling.schedule import Schedule

__all__ = ["Violation", "violations"]

RULES: tuple[Rule, ...] = (
    presence.completeness,
    presence.pins,
    work.each,
    order.order,
    lanes.lanes,
    supply.crews,
    supply.capacity,
)


def violations(problem: Problem, schedule: Schedule) -> tuple[Violation, ...]:
    """Every violation of a rule of the problem; empty for a valid schedule.

    Kinds: unknown_reference, placed_twice, incomplete_job, mandatory_missing, pin_moved,
    not_eligible, wrong_duration, outside_window, blocked, before_release, after_deadline,
    precedence, transport, min_lag, max_lag, overlap, setup, crew, capacity.
    """
    broken = tuple(presence.references(problem, schedule))
    if broken:
        return broken
    return tuple(found for rule in RULES for found in rule(problem, schedule))
