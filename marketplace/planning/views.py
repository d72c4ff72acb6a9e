"""Plans as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.core.money import Money
from marketplace.planning import queries, rules
from marketplace.planning.models import PlanLeftOut, PlanPart, PlanRun

COLUMNS = ("id", "state", "wanted", "attempt", "status", "gap", "seconds", "error",
           "created_at", "started_at", "finished_at", "accepted_at")


def summary(row: PlanRun) -> dict[str, Any]:
    """A plan without its parts."""
    progress = row.progress or {}
    return {name: getattr(row, name) for name in COLUMNS} | {
        "jobs": len(row.options["job_ids"]), "job_ids": row.options["job_ids"],
        "seed": row.options["seed"], "time_limit": row.options["seconds"],
        "value": _money(row.objective), "bound": _money(row.bound),
        "possible_gain": _gain(row), "actions": actions(row.state),
        "progress": {"seconds": progress.get("seconds"), "value": _money(progress.get("value")),
                     "bound": _money(progress.get("bound")), "placed": progress.get("placed")},
        "found_by": progress.get("found_by"), "proven_by": progress.get("proven_by")}


def actions(state: str) -> list[str]:
    """What can be done with a plan in this state."""
    if state in rules.UNFINISHED:
        return ["cancel", "enough"]
    return ["accept"] if state == rules.SOLVED else []


def _money(fen: int | None) -> Money | None:
    return None if fen is None else Money(fen)


def _gain(row: PlanRun) -> Money | None:
    """The most that a better plan could bring, proven; the value of jobs makes the gap small."""
    if row.objective is None or row.bound is None:
        return None
    return Money(row.bound - row.objective)


def whole(row: PlanRun) -> dict[str, Any]:
    """A plan with its assignments and the jobs left out."""
    parts = queries.parts_of(row.id)
    return summary(row) | {
        "cost": sum((part.price for part, *_ in parts), Money(0)) if parts else None,
        "assignments": [_part(*each) for each in parts],
        "left_out": _left_out(queries.left_out_of(row.id))}


def _part(part: PlanPart, job: str, position: int, resource: str) -> dict[str, Any]:
    return {name: getattr(part, name) for name in (
        "job_id", "operation_id", "listing_id", "resource_id", "mode", "starts", "ends", "price",
        "booking_id")} | {"job": job, "operation": position, "resource": resource}


def _left_out(rows: Sequence[tuple[PlanLeftOut, str]]) -> list[dict[str, Any]]:
    return [{"job_id": row.job_id, "job": code, "reason": row.reason, "params": row.params}
            for row, code in rows]
