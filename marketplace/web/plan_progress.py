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


def view(row: PlanRun) -> dict[str, Any]:
    """What the fragment shows; it changes once a second at most."""
    f = formats()
    progress = row.progress or {}
    elapsed, limit = _elapsed(row), float(row.options["seconds"])
    first = first_value(row)
    value, bound = (_above(progress.get(name), first) for name in ("value", "bound"))
    gain = None if value is None or bound is None else bound - value
    return {
        "doing": words(f"plans.doing.{doing(row)}"), "running": row.state in rules.UNFINISHED,
        "elapsed": f.number(elapsed, 0), "limit": f.number(limit, 0),
        "share": min(1.0, elapsed / limit) if limit else 1.0,
        "value": f.money(_money(value), cents=False),
        "bound": f.money(_money(bound), cents=False),
        "gain": f.money(_money(gain), cents=False),
        "jobs_asked": f.number(len(row.options["job_ids"])),
        "milestone": words(f"plans.milestone.{doing(row)}"),
        "chart": chart(row), "trace": table(row)}


def first_value(row: PlanRun) -> int | None:
    """What the first plan of the search was worth (fen).

    Figures are told from it: the worth of a job without a budget is only a reference, so what a
    plan is worth altogether says little, and what it gained says much.
    """
    progress = row.progress or {}
    known = [step[1] for step in progress.get("trace", []) if step[1] is not None]
    found: int | None = known[0] if known else progress.get("value")
    return found


def _above(fen: int | None, first: int | None) -> int | None:
    return None if fen is None or first is None else fen - first


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
    """Value and bound over time in yuan above the first plan, up to the last moment known."""
    progress = row.progress or {}
    first = first_value(row) or 0
    steps: list[Sequence[Any]] = list(progress.get("trace", []))
    last = progress.get("seconds")
    if last is not None:
        steps.append((last, progress.get("value"), progress.get("bound")))
    found = []
    for place in (1, 2):
        found.append([[float(step[0]), (step[place] - first) / 100] for step in steps
                      if step[place] is not None])
    return found[0], found[1]


def chart(row: PlanRun) -> dict[str, Any] | None:
    """The two lines closing in on each other; none before both are known."""
    values, bounds = lines(row)
    if not values or not bounds:
        return None
    f = formats()
    high = max(y for _, y in values + bounds)
    limit = float(row.options["seconds"])
    last = max(values[-1][0], bounds[-1][0])
    return {
        "x": {"min": 0, "max": max(1.0, limit if row.state in rules.UNFINISHED else last),
              "unit": " s"},
        "y": {"min": 0, "max": int(high * 1.2) + 1, "prefix": "¥"},
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
    first = first_value(row)
    shown = steps[:: max(1, -(-len(steps) // most))]
    return [{"seconds": f.number(seconds, 1),
             "value": f.money(_money(_above(value, first)), cents=False),
             "bound": f.money(_money(_above(bound, first)), cents=False)}
            for seconds, value, bound in shown]
