"""Which rules a listing may have: pure, every wrong field is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketplace.catalogue.rules import FARTHEST
from marketplace.core.errors import FieldError

DEFAULTS: dict[str, Any] = {"step": 15, "min_minutes": 60, "max_minutes": 7 * 1440,
                            "notice_minutes": 0, "horizon_days": 60, "may_pause": False,
                            "show_company": True}
LIMITS = {"step": (1, 1440), "min_minutes": (1, 62 * 1440), "max_minutes": (1, 62 * 1440),
          "notice_minutes": (0, 90 * 1440), "horizon_days": (1, FARTHEST)}


def listing_errors(values: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with the rules that are there; lengths in minutes."""
    errors = [FieldError(name, "range", least=least, most=most)
              for name, (least, most) in LIMITS.items()
              if name in values and not least <= values[name] <= most]
    wrong = {error.field for error in errors}
    if {"min_minutes", "max_minutes"} <= set(values) and not wrong & {
            "min_minutes", "max_minutes"} and values["min_minutes"] > values["max_minutes"]:
        errors.append(FieldError("max_minutes", "max_below_min", least=values["min_minutes"]))
    return errors
