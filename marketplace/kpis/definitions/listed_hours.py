"""Hours that were on offer: open time of a resource while a listing of it was published."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from marketplace.core.timewindow import TimeWindow
from marketplace.kpis.base import MODE, listed_seconds

NAME, UNIT, ORDER = "listed_hours", "hour", 2
LABEL, FORMULA = "kpis.listed_hours.label", "kpis.listed_hours.formula"
WITHOUT = frozenset({MODE})


def compute(period: TimeWindow, by: str) -> Select[Any]:
    """Seconds of listed lane time by a dimension."""
    return listed_seconds(period, by)
