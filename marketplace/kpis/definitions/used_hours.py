"""Hours that were worked: from check-in to the end of the work, inside the booked time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from marketplace.core import clock
from marketplace.core.timewindow import TimeWindow
from marketplace.kpis.base import used_seconds

NAME, UNIT, ORDER = "used_hours", "hour", 5
LABEL, FORMULA = "kpis.used_hours.label", "kpis.used_hours.formula"
WITHOUT: frozenset[str] = frozenset()


def compute(period: TimeWindow, by: str) -> Select[Any]:
    """Seconds of used lane time by a dimension; work that runs counts until now."""
    return used_seconds(period, by, clock.now())
