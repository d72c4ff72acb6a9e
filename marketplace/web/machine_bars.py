"""From openings, claims and facts to the lines, bars and hours of machines; reads nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import url_for

from marketplace.capacity.models import Unavailability
from marketplace.core import clock
from marketplace.core.timewindow import TimeWindow, merge, subtract
from marketplace.resources.models import Resource
from marketplace.web.formats import Formats
from marketplace.web.gantt import Bar
from marketplace.web.machine_reads import Taken
from marketplace.web.reader import words

LANES_SHOWN = 4   # more lanes than this share one line


@dataclass(frozen=True)
class Line:
    """One line of the chart: a machine, one of its lanes, or all of many lanes together."""

    name: str
    note: str
    taken: Sequence[Taken]
    lanes: int = 1


def lines(resource: Resource, by_place: Mapping[tuple[int, int], Sequence[Taken]]) -> list[Line]:
    """A line a lane; the lanes of a large resource share one."""
    found = [by_place.get((resource.id, number), []) for number in range(1, resource.lanes + 1)]
    if resource.lanes == 1:
        return [Line(resource.name, resource.code, found[0])]
    if resource.lanes > LANES_SHOWN:
        every = [each for lane in found for each in lane]
        note = words("machines.lanes", count=resource.lanes)
        return [Line(resource.name, note, together(every, resource.lanes), resource.lanes)]
    return [Line(resource.name, words("machines.lane", code=resource.code, number=number), lane)
            for number, lane in enumerate(found, 1)]


def together(taken: Sequence[Taken], lanes: int) -> list[Taken]:
    """Stretches in which any of many lanes is taken; the most lanes at once go into `other`."""
    found = []
    for state in ("booked", "held", "blocked"):
        here = [each for each in taken if each.state == state]
        for stretch in merge(each.window for each in here):
            inside = [each for each in here if each.window.overlaps(stretch)]
            most = max(sum(other.window.start <= each.window.start < other.window.end
                           for other in inside) for each in inside)
            known = state != "booked" or any(each.booking_id for each in inside)
            text = words("machines.of_lanes", taken=most, lanes=lanes) if known else ""
            ends = [each.expires_at for each in inside if each.expires_at]
            found.append(Taken(inside[0].resource_id, 1, stretch, state,
                               min(ends, default=None), None, text))
    return found


def closed(window: TimeWindow, opened: Sequence[TimeWindow]) -> list[TimeWindow]:
    """What of a window is not open."""
    return subtract([window], opened)


def bars(row: int, taken: Sequence[Taken], down: Sequence[Unavailability],
         f: Formats) -> list[Bar]:
    """Claims first, then what keeps the machine from working, drawn over them."""
    found = [_bar(row, each, f) for each in taken]
    return found + [Bar(row, TimeWindow(each.starts, each.ends), "down",
                        words(f"machines.reason.{each.reason}")) for each in down]


def _bar(row: int, each: Taken, f: Formats) -> Bar:
    if each.state == "held" and each.expires_at:
        note = words("machines.held_until", time=f.time(each.expires_at))
        return Bar(row, each.window, "held", each.other or words("ui.state.held"), note)
    if each.state != "booked" or not each.other:
        return Bar(row, each.window, "busy", words("ui.state.busy"))
    url = url_for("bookings_page.show_one", booking_id=each.booking_id) if each.booking_id else ""
    title = words("machines.own_work") if each.own else each.other
    pieces = f.quantity(each.pieces, "piece") if each.pieces else ""
    return Bar(row, each.window, "booked", title, each.reference or pieces, url)


def hours(resources: Sequence[Resource], seen: Any) -> dict[str, float]:
    """Lane hours open, booked inside opening hours, and free from now on."""
    totals = {"open": timedelta(), "booked": timedelta(), "free": timedelta()}
    now = clock.now()
    for resource in resources:
        opened = seen.opened.get(resource.id, [])
        down = [TimeWindow(each.starts, each.ends) for each in seen.down
                if each.resource_id == resource.id]
        coming = [TimeWindow(max(each.start, now), each.end) for each in opened if each.end > now]
        totals["open"] += _length(opened) * resource.lanes
        for lane in range(1, resource.lanes + 1):
            mine = [each for each in seen.taken
                    if (each.resource_id, each.lane) == (resource.id, lane)]
            booked = [each.window for each in mine if each.state == "booked"]
            totals["booked"] += _length(opened) - _length(subtract(opened, booked))
            totals["free"] += _length(subtract(coming, [each.window for each in mine] + down))
    return {name: length / timedelta(hours=1) for name, length in totals.items()}


def _length(windows: Sequence[TimeWindow]) -> timedelta:
    return sum((each.length for each in windows), timedelta())
