"""Hours that holds keep at this moment; a hold that has run out keeps nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_

from marketplace.capacity.models import Claim
from marketplace.capacity.queries import live
from marketplace.core import clock
from marketplace.core.timewindow import TimeWindow
from marketplace.kpis.base import MODE, taken_seconds

NAME, UNIT, ORDER = "held_hours", "hour", 6
LABEL, FORMULA = "kpis.held_hours.label", "kpis.held_hours.formula"
WITHOUT = frozenset({MODE})


def compute(period: TimeWindow, by: str) -> Select[Any]:
    """Seconds of held lane time by a dimension, as held now."""
    return taken_seconds(period, by, and_(Claim.state == "held", live(Claim, clock.now())))
