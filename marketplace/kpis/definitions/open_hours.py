"""Hours in which resources could work: opening hours × lanes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from marketplace.core.timewindow import TimeWindow
from marketplace.kpis.base import MODE, open_seconds

NAME, UNIT, ORDER = "open_hours", "hour", 1
LABEL, FORMULA = "kpis.open_hours.label", "kpis.open_hours.formula"
WITHOUT = frozenset({MODE})   # a listing offers several modes: open hours have none


def compute(period: TimeWindow, by: str) -> Select[Any]:
    """Seconds of open lane time by a dimension."""
    return open_seconds(period, by)
