"""Everything the pages of a company's own machines show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import current_app, url_for

from marketplace import config
from marketplace.accounts.permissions import allowed
from marketplace.capacity import queries as capacity
from marketplace.capacity.models import Unavailability
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.timewindow import TimeWindow
from marketplace.resources.models import Resource
from marketplace.resources.queries import company_names, resource_of
from marketplace.telemetry import queries as telemetry
from marketplace.web import machine_bars, machine_reads, names
from marketplace.web.formats import Formats
from marketplace.web.gantt import Bar, Row, chart
from marketplace.web.machine_reads import Taken
from marketplace.web.reader import formats, words

SPANS = (7, 14)
PAGE = 40
STATES = ["idle", "held", "booked", "busy", "down", "closed"]


@dataclass(frozen=True)
class Book:
    """The time of some machines in a window, as their company may see it."""

    resources: Sequence[Resource]
    window: TimeWindow
    opened: Mapping[int, list[TimeWindow]]
    taken: Sequence[Taken]
    down: Sequence[Unavailability]


def book(actor: Actor, resources: Sequence[Resource], window: TimeWindow) -> Book:
    """Openings, claims and facts of these machines, in three reads."""
    ids = [row.id for row in resources]
    return Book(resources, window, capacity.openings(ids, window),
                machine_reads.taken(actor, resources, window), capacity.unavailable(ids, window))


def span_of(sent: Mapping[str, str], f: Formats) -> tuple[date, int]:
    """The first day and how many days, from the address; today and a week where none is said."""
    days = 14 if sent.get("days") == "14" else SPANS[0]
    today = f.local(clock.now()).date()
    try:
        first = date.fromisoformat(sent.get("from", ""))
    except ValueError:
        first = today
    near = timedelta(days=config.current().opening_days)
    return (first if abs(first - today) <= near else today), days


def window_of(first: date, days: int, f: Formats) -> TimeWindow:
    """Whole local days."""
    start = datetime.combine(first, time(), f.zone)
    return TimeWindow(start, datetime.combine(first + timedelta(days=days), time(), f.zone))


def listed(actor: Actor, sent: Mapping[str, str]) -> dict[str, Any]:
    """The page of all machines: figures, the Gantt of this span, the list."""
    text = sent.get("page", "")
    number = max(1, int(text)) if text.isdecimal() and len(text) < 4 else 1
    rows, total = machine_reads.machines(actor, PAGE, (number - 1) * PAGE)
    zones = {row.site.zone for row in rows}
    f = formats(zones.pop() if len(zones) == 1 else None)
    first, days = span_of(sent, f)
    seen = book(actor, rows, window_of(first, days, f))
    return {
        "page_title": words("nav.machines"), "local": f, "machines": _lines(actor, seen),
        "tiles": _tiles(actor, seen), "gantt": _gantt(seen, f), "states": STATES,
        "facts": [words("machines.count", count=total, number=f.number(total)),
                  f.days(first, first + timedelta(days=days - 1))],
        "spans": [(words("machines.days", days=each), _url(first, each, number), each == days)
                  for each in SPANS],
        "earlier": _url(first - timedelta(days=days), days, number),
        "later": _url(first + timedelta(days=days), days, number),
        "new_url": page_url("new") if allowed(actor, "resource.edit") else "",
        "pages": _pages(number, total, first, days)}


def _url(first: date, days: int, page: int) -> str:
    values: dict[str, Any] = {"days": days if days != SPANS[0] else None,
                              "page": page if page > 1 else None}
    if first != formats().local(clock.now()).date():
        values["from"] = first.isoformat()
    return url_for("machines_page.show_list", **values)


def _pages(number: int, total: int, first: date, days: int) -> dict[str, Any] | None:
    if total <= PAGE:
        return None
    last = min(number * PAGE, total)
    return {"first": min((number - 1) * PAGE + 1, total), "last": last, "total": total,
            "prev": _url(first, days, number - 1) if number > 1 else None,
            "next": _url(first, days, number + 1) if last < total else None}


def page_url(what: str, **values: Any) -> str:
    """The address of a form of the resources pages, or none where there is no such form."""
    endpoint = f"resources_page.{what}"
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""


def _gantt(seen: Book, f: Formats) -> dict[str, Any]:
    """Rows by site, a line a lane; what is not open is a wash."""
    by_place: dict[tuple[int, int], list[Taken]] = defaultdict(list)
    for each in seen.taken:
        by_place[each.resource_id, each.lane].append(each)
    rows: list[Row] = []
    bars: list[Bar] = []
    site = None
    several = len({row.site_id for row in seen.resources}) > 1
    for resource in seen.resources:
        if several and resource.site_id != site:
            site = resource.site_id
            rows.append(Row(resource.site.name, group=True))
        down = [each for each in seen.down if each.resource_id == resource.id]
        closed = machine_bars.closed(seen.window, seen.opened.get(resource.id, []))
        for lane in machine_bars.lines(resource, by_place):
            rows.append(Row(lane.name, lane.note, url_for("machines_page.show_one",
                                                          resource_id=resource.id),
                            closed=closed))
            bars += machine_bars.bars(len(rows) - 1, lane.taken, down, f)
    return chart(seen.window, rows, bars, [], f)


def _tiles(actor: Actor, seen: Book) -> list[dict[str, str]]:
    """Open, booked and free hours of the machines this company operates."""
    mine = [row for row in seen.resources if row.operating_company_id == actor.company_id]
    counted = machine_bars.hours(mine, seen)
    f = formats()
    share = f.percent(counted["booked"] / counted["open"]) if counted["open"] else "—"
    shown = [(name, f.number(counted[name], 1), words("format.unit.hour"))
             for name in ("open", "booked", "free")] + [("share", share, "")]
    return [{"label": words(f"machines.tile.{name}"), "value": value, "unit": unit,
             "formula": words(f"machines.formula.{name}")} for name, value, unit in shown]


def _lines(actor: Actor, seen: Book) -> list[dict[str, Any]]:
    """The list below the fold."""
    listings = machine_reads.published(seen.resources)
    owners = company_names({row.owner_company_id for row in seen.resources}
                           | {row.operating_company_id for row in seen.resources})
    return [{"name": row.name, "code": row.code, "site": row.site.name, "lanes": row.lanes,
             "url": url_for("machines_page.show_one", resource_id=row.id),
             "work": [names.service(each.service_code) for each in row.capabilities],
             "operated": row.operating_company_id == actor.company_id,
             "owner": owners[row.owner_company_id], "runs": owners[row.operating_company_id],
             "shared": row.owner_company_id != row.operating_company_id,
             "listing_id": listings.get(row.id),
             "edit_url": _form(actor, row, "edit"), "hours_url": _form(actor, row, "hours"),
             "offer_url": _form(actor, row, "offer")} for row in seen.resources]


def _form(actor: Actor, row: Resource, what: str) -> str:
    """A form of the resource, for those who may change it."""
    if row.operating_company_id != actor.company_id or not allowed(actor, "resource.edit"):
        return ""
    return page_url(what, resource_id=row.id)


def one(actor: Actor, resource_id: int, sent: Mapping[str, str]) -> dict[str, Any]:
    """One machine: its Gantt, what keeps it from working, what it once said."""
    row = resource_of(actor, resource_id)
    f = formats(row.site.zone)
    first, days = span_of(sent, f)
    seen = book(actor, [row], window_of(first, days, f))
    step = timedelta(days=days)

    def turn(day: date) -> str:
        there: dict[str, Any] = {"resource_id": resource_id, "days": days,
                                 "from": day.isoformat()}
        return url_for("machines_page.show_one", **there)

    return {
        "page_title": row.name, "resource": row, "local": f, "line": _lines(actor, seen)[0],
        "gantt": _gantt(seen, f), "states": STATES, "today": f.local(clock.now()),
        "earlier": turn(first - step), "later": turn(first + step),
        "recording": telemetry.summary(resource_id), "recording_id": resource_id}
