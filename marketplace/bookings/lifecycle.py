"""The one table of what may happen to a booking: action, from, to, by whom, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

BUYER, SELLER = "buyer", "seller"
STATES = ("confirmed", "cancelled")
OCCUPIES = frozenset({"confirmed"})


@dataclass(frozen=True)
class Step:
    """One allowed step; `before_start` limits it to the time before the work begins."""

    action: str
    source: str
    target: str
    by: frozenset[str]
    before_start: bool


TABLE = (
    Step("cancel", "confirmed", "cancelled", frozenset({BUYER, SELLER}), before_start=True),
)
ACTIONS = tuple(sorted({step.action for step in TABLE}))


def step(action: str, state: str, side: str, starts: datetime, now: datetime) -> Step | None:
    """The step an action means here, or None when the table does not have it."""
    for row in TABLE:
        if (row.action, row.source) == (action, state) and side in row.by and not (
                row.before_start and now >= starts):
            return row
    return None


def actions(state: str, side: str, starts: datetime, now: datetime) -> list[str]:
    """What this side may do now: buttons and API links are made from it."""
    return [name for name in ACTIONS if step(name, state, side, starts, now)]
