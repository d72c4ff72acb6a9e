"""A search while it runs: what it is doing in words, its figures, its chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.core import clock
from marketplace.core.money import Money
from marketplace.planning import rules
from marketplace.planning.models import PlanRun
from marketplace.web.reader import formats, words

Point = list[float]
LINES = ("value", "bound")   # places of the lines in the chart; the bound lies above


def view(row: PlanRun) -> dict[str, Any]:
    """What the fragment shows; it changes once a second at most."""
    f = formats()
    progress = row.progress or {}
    value, bound = progress.get("value"), progress.get("bound")
    elapsed = _elapsed(row)
    limit = float(row.options["seconds"])
    gain = bound - value if value is not None and bound is not None else None
    return {
        "doing": words(f"plans.doing.{doing(row)}"), "running": row.state in rules.UNFINISHED,
        "elapsed": f.number(elapsed, 0), "limit": f.number(limit, 0),
        "share": min(1.0, elapsed / limit) if limit else 1.0,
        "value": f.money(_money(value), cents=False),
        "bound": f.money(_money(bound), cents=False),
        "gain": f.money(_money(gain), cents=False),
        "gap": f.percent(gain / value, 2) if gain is not None and value else "",
        "jobs_asked": f.number(len(row.options["job_ids"])),
        "milestone": words(f"plans.milestone.{doing(row)}"),
        "chart": chart(row), "trace": table(row)}


def doing(row: PlanRun) -> str:
    """What the search is doing: waits, begins, searches, finishes, stops."""
    if row.wanted:
        return "stops" if row.wanted == "cancel" else "finishes"
    if row.state == rules.QUEUED:
        return "waits"
    return "begins" if (row.progress or {}).get("value") is None else "searches"


def _elapsed(row: PlanRun) -> float:
    if row.started_at is None:
        return 0.0
    return max(0.0, ((row.finished_at or clock.now()) - row.started_at).total_seconds() // 1)


def _money(fen: int | None) -> Money | None:
    return None if fen is None else Money(fen)


def lines(row: PlanRun) -> tuple[list[Point], list[Point]]:
    """Value and bound over time in yuan, each drawn on to the last moment known."""
    progress = row.progress or {}
    steps: list[Sequence[Any]] = list(progress.get("trace", []))
    last = progress.get("seconds")
    if last is not None:
        steps.append((last, progress.get("value"), progress.get("bound")))
    found = []
    for place in (1, 2):
        known = [[float(step[0]), step[place] / 100] for step in steps
                 if step[place] is not None]
        found.append(known)
    return found[0], found[1]


def chart(row: PlanRun) -> dict[str, Any] | None:
    """The two lines closing in on each other; none before both are known."""
    values, bounds = lines(row)
    if not values or not bounds:
        return None
    f = formats()
    low, high = min(y for _, y in values), max(y for _, y in bounds)
    room = max((high - low) * 0.15, 1.0)
    limit = float(row.options["seconds"])
    last = max(values[-1][0], bounds[-1][0])
    return {
        "x": {"min": 0, "max": max(1.0, limit if row.state in rules.UNFINISHED else last),
              "unit": " s"},
        "y": {"min": int(low - room), "max": int(high + room) + 1, "prefix": "¥"},
        "between": [1, 0],
        "series": [
            {"name": words("plans.line.value"), "data": values, "step": True,
             "colour": "mode-time", "dash": "solid",
             "end": words("plans.line.value_end", amount=_short(f, values[-1][1]))},
            {"name": words("plans.line.bound"), "data": bounds, "step": True,
             "colour": "mode-piece",
             "end": words("plans.line.bound_end", amount=_short(f, bounds[-1][1]))}]}


def _short(f: Any, yuan: float) -> str:
    return str(f.money(Money(round(yuan * 100)), cents=False))


def table(row: PlanRun, most: int = 20) -> list[dict[str, str]]:
    """The same numbers as rows, thinned to a length that can be read."""
    f = formats()
    steps: list[Sequence[Any]] = (row.progress or {}).get("trace", [])
    shown = steps[:: max(1, -(-len(steps) // most))]
    return [{"seconds": f.number(seconds, 1), "value": f.money(_money(value), cents=False),
             "bound": f.money(_money(bound), cents=False)} for seconds, value, bound in shown]
