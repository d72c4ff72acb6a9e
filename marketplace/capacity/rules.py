"""Pure rules of lanes and claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HOLD, BOOKING, BLOCKED = "hold", "booking", "blocked"
LIVE_STATES = ("held", "booked", "blocked")
LIVE_SQL = "('held','booked','blocked')"
DEAD_STATES = ("expired", "released")
STATE_OF_KIND = {HOLD: "held", BOOKING: "booked", BLOCKED: "blocked"}


@dataclass(frozen=True)
class Gap:
    """A free lane around a wished window: how much room it has on both sides (seconds)."""

    lane_id: int
    before: float
    after: float


def tightest(gaps: Sequence[Gap], lanes: int) -> list[int]:
    """The lanes whose gaps are tightest, so that long gaps stay whole; ties by id."""
    chosen = sorted(gaps, key=lambda gap: (gap.before + gap.after, gap.lane_id))[:lanes]
    return sorted(gap.lane_id for gap in chosen)
