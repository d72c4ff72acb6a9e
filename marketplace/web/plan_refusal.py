"""Why a plan was not accepted, and what is in the way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marketplace.core.timewindow import TimeWindow
from marketplace.web.once import new_key
from marketplace.web.reader import formats, words

WHAT = {"hold": "plans.in_the_way.hold", "booking": "plans.in_the_way.booking",
        "blocked": "plans.in_the_way.blocked", "unavailable": "plans.in_the_way.unavailable"}


def view(plan_id: int, problem: Mapping[str, Any]) -> dict[str, Any]:
    """The page of a refusal; nothing has been booked."""
    params = problem["params"]
    f = formats()
    wanted = ""
    if "start" in params and "end" in params:
        wanted = f.window(_window(params))
    return {"page_title": words("plans.refused"), "plan_id": plan_id, "problem": problem,
            "resource": params.get("resource", ""), "wanted": wanted, "once": new_key(),
            "rows": [{"what": words(WHAT[each["what"]]), "when": f.window(_window(each))}
                     for each in params.get("in_the_way", [])]}


def _window(times: Mapping[str, str]) -> TimeWindow:
    return TimeWindow(datetime.fromisoformat(times["start"]), datetime.fromisoformat(times["end"]))
