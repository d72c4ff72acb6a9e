"""Between operations at different sites a job travels, which takes time and money."""

from __future__ import annotations

from typing import Any

Pair = tuple[tuple[int, int], tuple[int, int]]


def post(model: Any) -> None:
    """Literals for the site of each operation, and for each pair that costs time or money."""
    if not model.problem.transport_ticks:
        return
    at: dict[tuple[int, int], dict[int, tuple[Any, bool]]] = {}
    for number, job in enumerate(model.problem.jobs):
        for index, operation in enumerate(job.operations):
            for before in sorted(set(operation.predecessors)):
                pair = ((number, before), (number, index))
                for key in pair:
                    if key not in at:
                        at[key] = _sites(model, key)
                _pair(model, pair, at)


def _sites(model: Any, key: tuple[int, int]) -> dict[int, tuple[Any, bool]]:
    """Per site a literal that the operation is there, and whether the plan in hand has it so."""
    literals: dict[int, list[Any]] = {}
    for choice in model.choices[key]:
        site = model.problem.resources[choice.resource].site
        literals.setdefault(site, []).append(choice.literal)
    held = model.hint_of(*key)
    where = None if held is None else model.problem.resources[held.resource].site
    if len(literals) == 1:
        return {site: (model.present[key[0]], site == where) for site in literals}
    result = {}
    for site, choices in literals.items():
        literal = choices[0]
        if len(choices) > 1:
            literal = model.flag(site == where)
            model.cp.add(sum(choices) == literal)
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
