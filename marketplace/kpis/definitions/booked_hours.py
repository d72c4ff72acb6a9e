"""Hours that bookings take, inside opening hours and without buffers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from marketplace.capacity.models import Claim
from marketplace.core.timewindow import TimeWindow
from marketplace.kpis.base import taken_seconds

NAME, UNIT, ORDER = "booked_hours", "hour", 3
LABEL, FORMULA = "kpis.booked_hours.label", "kpis.booked_hours.formula"
WITHOUT: frozenset[str] = frozenset()


def compute(period: TimeWindow, by: str) -> Select[Any]:
    """Seconds of booked lane time by a dimension."""
    return taken_seconds(period, by, Claim.state == "booked")
