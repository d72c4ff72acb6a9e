"""The form of a breakdown or maintenance, and the page of the machine it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marketplace.accounts.permissions import allowed
from marketplace.capacity.errors import UnavailabilityNotFound, UnavailabilityOver
from marketplace.capacity.models import Unavailability
from marketplace.capacity.unavailability import REASONS, fact_of, facts_of
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.timewindow import TimeWindow
from marketplace.resources.models import Resource
from marketplace.resources.queries import resource_of
from marketplace.web import machine_reads, machine_view, work
from marketplace.web.formats import Formats
from marketplace.web.reader import formats, words

FIELDS = ("reason", "starts", "ends", "site")


@dataclass(frozen=True)
class DownForm:
    """What was typed, the window it means, and a sentence for every wrong field."""

    values: Mapping[str, str]
    window: TimeWindow | None
    errors: Mapping[str, str]

    @property
    def whole_site(self) -> bool:
        """It is about every machine there that the company operates."""
        return self.values.get("site") == "yes"


def blank() -> DownForm:
    """A form that nobody has filled in."""
    return DownForm({"reason": REASONS[0]}, None, {})


def of_fact(row: Unavailability, zone: str) -> DownForm:
    """A form filled in with a fact."""
    return DownForm({"reason": row.reason, "starts": work.local(row.starts, zone),
                     "ends": work.local(row.ends, zone)}, None, {})


def read_change(sent: Mapping[str, str], resource: Resource, row: Unavailability) -> DownForm:
    """Read the form of a fact: a time that was left as it was shown is left as it is.

    The start of a fact that has begun is not asked for.
    """
    shown = of_fact(row, resource.site.zone).values
    form = read(dict(sent) | ({"starts": shown["starts"]} if has_begun(row) else {}), resource)
    if form.window is None:
        return form
    starts = row.starts if form.values["starts"] == shown["starts"] else form.window.start
    ends = row.ends if form.values["ends"] == shown["ends"] else form.window.end
    return DownForm(form.values, TimeWindow(starts, ends), {})


def has_begun(row: Unavailability) -> bool:
    """What was, stays: only the end of such a fact may change."""
    return row.starts < clock.now()


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
        "form": form, "may_report": may, "reasons": _reasons(),
        "site_machines": machine_reads.operated_on(actor, view["resource"].site_id),
        "down": [_fact(each, view["local"]) for each in facts]}


def change_page(actor: Actor, resource_id: int, fact_id: int,
                form: DownForm | None = None) -> dict[str, Any]:
    """The page on which a fact that is not over gets other times or another reason."""
    row, resource = changeable(actor, resource_id, fact_id), resource_of(actor, resource_id)
    f = formats(resource.site.zone)
    return {"page_title": words("machines.change", name=resource.name), "resource": resource,
            "fact": _fact(row, f), "begun": has_begun(row), "since": f.datetime(row.starts),
            "reasons": _reasons(), "form": form or of_fact(row, resource.site.zone)}


def changeable(actor: Actor, resource_id: int, fact_id: int) -> Unavailability:
    """A fact of a machine that was reported here; raises UnavailabilityNotFound for others.

    What a calendar says is changed in that calendar. Raises UnavailabilityOver.
    """
    row = fact_of(actor, fact_id)
    if row.resource_id != resource_id or row.source_id is not None:
        raise UnavailabilityNotFound(id=fact_id)
    if row.ends <= clock.now():
        raise UnavailabilityOver(ended=row.ends)
    return row


def _reasons() -> list[tuple[str, str]]:
    return [(each, words(f"machines.reason.{each}")) for each in REASONS]


def _fact(row: Unavailability, f: Formats) -> dict[str, Any]:
    return {"id": row.id, "reason": words(f"machines.reason.{row.reason}"),
            "when": f.window(TimeWindow(row.starts, row.ends)),
            "now": row.starts <= clock.now(), "foreign": row.source_id is not None}
