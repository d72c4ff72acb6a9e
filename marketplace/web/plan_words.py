"""What the scheduler found, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marketplace.planning.rules import REASONS
from marketplace.web import names
from marketplace.web.reader import formats, words


def reason(code: str, params: Mapping[str, Any]) -> str:
    """Why a job was left out: the first reason, the operation it lies in, and its numbers."""
    parts = [words(REASONS[code])]
    if params.get("operation"):
        parts.append(words("plans.why.operation", number=params["operation"]))
    if "needed_minutes" in params and "longest_window_minutes" in params:
        parts.append(words("plans.why.window", needed=names.length(params["needed_minutes"]),
                           longest=names.length(params["longest_window_minutes"])))
    if moment := params.get("earliest_end"):
        parts.append(words("plans.why.earliest",
                           time=formats().datetime(datetime.fromisoformat(moment))))
    return words("plans.why.stop").join(parts)
