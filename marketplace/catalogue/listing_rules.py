"""Which rules a listing may have: pure, every wrong field is named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from marketplace.catalogue.rules import FARTHEST, ListingRules
from marketplace.core.errors import FieldError

_LATER = {each.name: each.default for each in fields(ListingRules)
          if each.default is not MISSING}
DEFAULTS: dict[str, Any] = {"step": 15, "min_minutes": 60, "max_minutes": 7 * 1440,
                            "notice_minutes": 0, "horizon_days": 60, "may_pause": False,
                            "show_company": True} | _LATER
RULE_FIELDS = tuple(DEFAULTS)
LIMITS = {"step": (1, 1440), "min_minutes": (1, 62 * 1440), "max_minutes": (1, 62 * 1440),
          "notice_minutes": (0, 90 * 1440), "horizon_days": (1, FARTHEST),
          "reply_hours": (1, 240), "grace_minutes": (0, 1440), "free_hours": (0, 90 * 24),
          "late_percent": (0, 100), "no_show_percent": (0, 100), "accept_days": (1, 60),
          "quota_hours": (0, 168 * 99), "prime_from": (0, 1439), "prime_until": (1, 1440),
          "prime_minutes": (0, 1440)}
WEEKDAYS = re.compile("1?2?3?4?5?6?7?")   # each day once, in order


def listing_errors(values: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with the rules that are there; lengths in minutes."""
    errors = [FieldError(name, "range", least=least, most=most)
              for name, (least, most) in LIMITS.items()
              if name in values and not least <= values[name] <= most]
    wrong = {error.field for error in errors}
    if {"min_minutes", "max_minutes"} <= set(values) and not wrong & {
            "min_minutes", "max_minutes"} and values["min_minutes"] > values["max_minutes"]:
        errors.append(FieldError("max_minutes", "max_below_min", least=values["min_minutes"]))
    return errors + _prime_errors(values)


def _prime_errors(values: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with the prime time."""
    errors = []
    if not WEEKDAYS.fullmatch(values.get("prime_days", "")):
        errors.append(FieldError("prime_days", "weekdays"))
    if {"prime_from", "prime_until"} <= set(values) and (
            values["prime_until"] <= values["prime_from"]):
        errors.append(FieldError("prime_until", "end_before_start"))
    return errors
