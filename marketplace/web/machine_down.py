"""The form of a breakdown or maintenance, and the page of the machine it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marketplace.accounts.permissions import allowed
from marketplace.capacity.models import Unavailability
from marketplace.capacity.unavailability import REASONS, facts_of
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.timewindow import TimeWindow
from marketplace.resources.models import Resource
from marketplace.web import machine_view
from marketplace.web.formats import Formats
from marketplace.web.reader import words

FIELDS = ("reason", "starts", "ends")


@dataclass(frozen=True)
class DownForm:
    """What was typed, the window it means, and a sentence for every wrong field."""

    values: Mapping[str, str]
    window: TimeWindow | None
    errors: Mapping[str, str]


def blank() -> DownForm:
    """A form that nobody has filled in."""
    return DownForm({"reason": REASONS[0]}, None, {})


def read(sent: Mapping[str, str], resource: Resource) -> DownForm:
    """Read the form in the zone of the machine's site."""
    values = {name: sent.get(name, "").strip() for name in FIELDS}
    errors = {} if values["reason"] in REASONS else {"reason": words("machines.wrong.reason")}
    moments = {}
    for name in ("starts", "ends"):
        try:
            moments[name] = datetime.fromisoformat(values[name]).replace(
                tzinfo=ZoneInfo(resource.site.zone))
        except ValueError:
            errors[name] = words("machines.wrong.moment")
    if len(moments) == 2 and moments["starts"] >= moments["ends"]:
        errors["ends"] = words("machines.wrong.order")
    window = None if errors else TimeWindow(moments["starts"], moments["ends"])
    return DownForm(values, window, errors)


def page(actor: Actor, resource_id: int, sent: Mapping[str, str],
         form: DownForm) -> dict[str, Any]:
    """The page of a machine with the form; only the operating company may report."""
    view = machine_view.one(actor, resource_id, sent)
    may = view["line"]["operated"] and allowed(actor, "resource.edit")
    facts = facts_of(actor, resource_id, clock.now())
    return view | {
        "form": form, "may_report": may,
        "reasons": [(each, words(f"machines.reason.{each}")) for each in REASONS],
        "down": [_fact(each, view["local"]) for each in facts]}


def _fact(row: Unavailability, f: Formats) -> dict[str, Any]:
    return {"id": row.id, "reason": words(f"machines.reason.{row.reason}"),
            "when": f.window(TimeWindow(row.starts, row.ends)),
            "now": row.starts <= clock.now(), "foreign": row.source_id is not None}
