"""Booked share 预订率: booked ÷ open hours. Ours, no ISO name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Double, Select, cast, func, select

from marketplace.capacity.models import Claim
from marketplace.core.timewindow import TimeWindow
from marketplace.kpis.base import MODE, open_seconds, taken_seconds

NAME, UNIT, ORDER = "booked_share", "share", 4
LABEL, FORMULA = "kpis.booked_share.label", "kpis.booked_share.formula"
WITHOUT = frozenset({MODE})


def compute(period: TimeWindow, by: str) -> Select[Any]:
    """The share by a dimension, 0 to 1; what has no open hour has no row."""
    opened = open_seconds(period, by).subquery()
    booked = taken_seconds(period, by, Claim.state == "booked").subquery()
    share = cast(func.coalesce(booked.c.value, 0), Double) / cast(opened.c.value, Double)
    return (select(opened.c.key, share.label("value"))
            .select_from(opened).outerjoin(booked, booked.c.key == opened.c.key))
