"""The Gantt of a plan: a window of it, machines as rows, never more bars than can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import url_for

from marketplace.capacity import queries as capacity
from marketplace.core.timewindow import TimeWindow, subtract
from marketplace.planning.models import PlanPart, PlanRun
from marketplace.resources.models import Resource, Site
from marketplace.web import names, plan_reads
from marketplace.web.formats import Formats
from marketplace.web.gantt import Bar, Mark, Row, chart
from marketplace.web.reader import formats, words

MOST_BARS = 160
CHART, LETTER, DISC = 1000, 7, 5   # pixels of the chart and of a letter; letters a disc takes
SPANS = (14, 7, 3, 1)   # days; the longest that stays readable is shown


def view(row: PlanRun, sent: Mapping[str, str], job_id: int | None) -> dict[str, Any]:
    """A window of the plan, or of one job in it, with the ways to the next."""
    whole = plan_reads.span(row.id, job_id)
    if whole is None:
        return {"gantt": None} if job_id is None else view(row, sent, None)
    f = formats()
    first, last = f.local(whole[0]).date(), f.local(whole[1]).date()
    begin = _begin(sent.get("from", ""), first, last)
    window, found = _readable(row, begin, job_id, f)
    days = (f.local(window.end).date() - begin).days

    def turn(day: date) -> str:
        there: dict[str, Any] = {"plan_id": row.id, "job": job_id, "from": day.isoformat()}
        return url_for("plans_page.show_one", **there) + "#gantt"

    job = found[0][1] if found and job_id is not None else None
    return {
        "gantt": _chart(window, found, job_id, f), "picked": job,
        "gantt_days": f.days(begin, begin + timedelta(days=days - 1)),
        "clear_url": url_for("plans_page.show_one", plan_id=row.id) + "#gantt",
        "earlier": turn(max(first, begin - timedelta(days=days))) if begin > first else "",
        "later": turn(begin + timedelta(days=days)) if begin + timedelta(days=days) <= last
        else ""}


def _begin(text: str, first: date, last: date) -> date:
    """The day in the address where it lies in the plan, else the plan's first."""
    try:
        wanted = date.fromisoformat(text)
    except ValueError:
        return first
    return wanted if first <= wanted <= last else first


def _readable(row: PlanRun, begin: date, job_id: int | None,
              f: Formats) -> tuple[TimeWindow, Sequence[Any]]:
    """The longest window from a day on with few enough bars; a day always stays."""
    window, found = _window(begin, SPANS[0], f), []
    for days in SPANS:
        window = _window(begin, days, f)
        found = list(plan_reads.parts(row.id, window, job_id, MOST_BARS + 1))
        if len(found) <= MOST_BARS:
            break
    return _trimmed(window, found, f), found[:MOST_BARS]


def _window(begin: date, days: int, f: Formats) -> TimeWindow:
    return TimeWindow(datetime.combine(begin, time(), f.zone),
                      datetime.combine(begin + timedelta(days=days), time(), f.zone))


def _trimmed(window: TimeWindow, found: Sequence[Any], f: Formats) -> TimeWindow:
    """Without the empty days at its end, so that a short plan fills the chart."""
    last = max((each[0].ends for each in found), default=window.end)
    day = f.local(min(last, window.end) - timedelta(seconds=1)).date() + timedelta(days=1)
    end = datetime.combine(day, time(), f.zone)
    return TimeWindow(window.start, min(window.end, max(end, window.start + timedelta(days=1))))


def tracks(parts: Sequence[PlanPart]) -> list[list[PlanPart]]:
    """Parts of one machine, by start, on as few lines as show them all without overlap."""
    found: list[list[PlanPart]] = []
    for part in parts:
        line = next((each for each in found if each[-1].ends <= part.starts), None)
        if line is None:
            found.append([part])
        else:
            line.append(part)
    return found


def _chart(window: TimeWindow, found: Sequence[Any], job_id: int | None,
           f: Formats) -> dict[str, Any]:
    places: dict[int, tuple[Resource, Site]] = {
        part.resource_id: (resource, site) for part, _, _, _, resource, site in found}
    told = {part.id: (code, position, service)
            for part, code, position, service, _, _ in found}
    opened = capacity.openings(places, window)
    rows: list[Row] = []
    bars: list[Bar] = []
    for resource_id, (resource, site) in places.items():
        mine = [each[0] for each in found if each[0].resource_id == resource_id]
        closed = subtract([window], opened.get(resource_id, []))
        for number, line in enumerate(tracks(mine), 1):
            note = names.city(site.region_code)
            if number > 1:
                note = words("plans.parallel", number=number)
            rows.append(Row(resource.name, note, closed=closed))
            rooms = _rooms(line, window)
            bars += [_bar(len(rows) - 1, part, told[part.id], (job_id, room))
                     for part, room in zip(line, rooms, strict=True)]
    return chart(window, rows, bars, _marks(job_id), f)


def _rooms(line: Sequence[PlanPart], window: TimeWindow) -> list[float]:
    """How many letters fit from each bar to the next one, in a chart of common width."""
    ends = [each.starts for each in line[1:]] + [window.end]
    each_letter = window.length * LETTER / CHART
    return [max(timedelta(), until - max(part.starts, window.start)) / each_letter
            for part, until in zip(line, ends, strict=True)]


def _bar(row: int, part: PlanPart, told: tuple[str, int, str],
         shown: tuple[int | None, float]) -> Bar:
    """A bar names its job, or its work where one job is shown; without room only the list does."""
    code, position, service = told
    job_id, room = shown
    title, note, url = names.service(service), code, ""
    if job_id is None:
        title, note = note, title
        url = url_for("plans_page.show_one", plan_id=part.plan_run_id, job=part.job_id) + "#gantt"
    if part.booking_id:
        url = url_for("bookings_page.show_one", booking_id=part.booking_id)
    if len(title.encode("gbk", "replace")) + DISC > room:
        title, note = "", f"{code} {names.service(service)}"
    return Bar(row, TimeWindow(part.starts, part.ends),
               "booked" if part.booking_id else "plan", title, note, url,
               None if part.booking_id else position)


def _marks(job_id: int | None) -> list[Mark]:
    """When the one job that is shown is due, and its deadline."""
    if job_id is None:
        return []
    due, deadline = plan_reads.dates(job_id)
    f = formats()
    found = [Mark(due, words("plans.mark.due", time=f.time(due)))]
    if deadline:
        found.append(Mark(deadline, words("plans.mark.deadline", time=f.time(deadline)), "bad"))
    return found
