"""A further resource gives one lane, open in one window for the whole work."""

from __future__ import annotations

from typing import Any

from ortools.sat.python import cp_model

from scheduling.constraints.calendars import cut, starts


def post(model: Any) -> None:
    """One lane of each further resource of the way taken, and its start domain.

    Operations that pause are not modelled here: their length depends on their own lane.
    """
    for key, ways in model.ways.items():
        if key in model.problem.pins:
            continue
        for way in ways:
            taken = sum(use.literal for use in way.lanes)
            for uses in way.further:
                model.cp.add(sum(use.literal for use in uses) == taken)
                for use in uses:
                    pieces = cut(model, use, starts(model.calendar(use), use.work, False))
                    domain = cp_model.Domain.from_intervals(pieces.get(0, []))
                    model.within(model.start[key], domain, use.literal)
