"""Between operations at different sites a job travels, which takes time and money."""

from __future__ import annotations

from typing import Any

Pair = tuple[tuple[int, int], tuple[int, int]]


def post(model: Any) -> None:
    """Literals for the site of each operation, and for each pair that costs time or money."""
    if not model.problem.transport_ticks:
        return
    at: dict[tuple[int, int], dict[int, tuple[Any, bool]]] = {}
    for key in model.active:
        for before in model.predecessors(key):
            for one in (before, key):
                if one not in at:
                    at[one] = _sites(model, one)
            _pair(model, (before, key), at)


def _sites(model: Any, key: tuple[int, int]) -> dict[int, tuple[Any, bool]]:
    """Per site a literal that the operation is there, and whether the plan in hand has it so."""
    literals: dict[int, list[Any]] = {}
    for use in model.uses(key):
        site = model.problem.resources[use.resource].site
        literals.setdefault(site, []).append(use.literal)
    held = model.at.get(key)
    where = None if held is None else model.problem.resources[held.resource].site
    if len(literals) == 1:
        return {site: (model.active[key], site == where) for site in literals}
    result = {}
    for site, there in literals.items():
        literal = there[0]
        if len(there) > 1:
            literal = model.flag(site == where)
            model.cp.add(sum(there) == literal)
        result[site] = (literal, site == where)
    return result


def _pair(model: Any, pair: Pair, at: dict[tuple[int, int], dict[int, tuple[Any, bool]]]) -> None:
    before, after = pair
    fixed = set(pair) <= set(model.problem.pins)
    for here, (leaves, hint_a) in at[before].items():
        for there, (arrives, hint_b) in at[after].items():
            ticks = 0 if fixed else model.problem.transport_ticks[here][there]
            if ticks:
                later = model.start[after] >= model.end[before] + ticks
                model.when(later, leaves, arrives)
            cost = model.problem.transport_cost
            if cost and cost[here][there]:
                both = _both(model, leaves, arrives, hint_a and hint_b)
                model.travel_costs.setdefault(before[0], []).append(cost[here][there] * both)


def _both(model: Any, one: Any, other: Any, hint: bool) -> Any:
    """A literal that is 1 exactly when both are."""
    if isinstance(one, int):
        return other
    if isinstance(other, int) or one is other:
        return one
    both = model.flag(hint)
    model.cp.add(both >= one + other - 1)
    model.cp.add(both <= one)
    model.cp.add(both <= other)
    return both
