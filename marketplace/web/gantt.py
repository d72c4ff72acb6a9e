"""The data of a Gantt chart: aware times in, hours from the left edge and finished words out.

The browser draws and decides nothing: days, hours and labels come ready in the reader's language
and in the zone of the site, so a chart and the list below it cannot disagree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from marketplace.core import clock
from marketplace.core.timewindow import TimeWindow
from marketplace.web.formats import Formats

STATES = ("listed", "held", "booked", "running", "down", "busy", "plan", "move")
TONES = ("warn", "bad")


@dataclass(frozen=True)
class Row:
    """One line: a resource or lane, or (`group`) the heading of the lines below it."""

    name: str
    note: str = ""
    url: str = ""
    group: bool = False
    closed: Sequence[TimeWindow] = ()


@dataclass(frozen=True)
class Bar:
    """One bar in line `row`; `state` is one of STATES.

    `title` and `note` are its two lines; `number` the disc of a planned operation;
    `setup_minutes` the wedge before it; `done` the share finished of a running one; `picked`
    rings it.
    """

    row: int
    window: TimeWindow
    state: str
    title: str = ""
    note: str = ""
    url: str = ""
    number: int | None = None
    setup_minutes: int = 0
    done: float | None = None
    picked: bool = False


@dataclass(frozen=True)
class Mark:
    """A vertical line with its name: a due date (`warn`) or a deadline (`bad`)."""

    moment: datetime
    name: str
    tone: str = "warn"


def chart(
    span: TimeWindow, rows: Sequence[Row], bars: Sequence[Bar], marks: Sequence[Mark], f: Formats
) -> dict[str, Any]:
    """JSON-ready data for the macro `gantt`; bars outside `span` are left out.

    Raises ValueError for an unknown state or tone, IndexError for a bar without its row.
    """
    now = clock.now()
    return {
        "from": 0,
        "to": _hours(span, span.end),
        "now": _hours(span, now) if span.start <= now < span.end else None,
        "nowLabel": f.time(now),
        "days": _days(span, now, f),
        "rows": [_row(span, row) for row in rows],
        "bars": [_bar(span, bar, rows, f) for bar in bars if bar.window.overlaps(span)],
        "marks": [_mark(span, mark) for mark in marks if span.start <= mark.moment <= span.end],
    }


def _hours(span: TimeWindow, moment: datetime) -> float:
    """Hours from the left edge, to a third of a second."""
    return round((moment - span.start).total_seconds() / 3600, 4)


def _days(span: TimeWindow, now: datetime, f: Formats) -> list[dict[str, Any]]:
    """The head: each day's offset, length and name; days may have 23 or 25 hours."""
    today, days = f.local(now).date(), []
    day = f.local(span.start).date()
    while (begins := datetime.combine(day, time(), f.zone)) < span.end:
        ends = datetime.combine(day + timedelta(days=1), time(), f.zone)
        start, end = _hours(span, begins), _hours(span, ends)
        days.append({"h": start, "end": end, "name": f.day_head(day), "today": day == today})
        day += timedelta(days=1)
    return days


def _row(span: TimeWindow, row: Row) -> dict[str, Any]:
    """One line for the chart and its head."""
    closed = [[_hours(span, w.start), _hours(span, w.end)] for w in row.closed if w.overlaps(span)]
    plain = {"name": row.name, "note": row.note, "url": row.url, "group": row.group}
    return plain | {"closed": closed}


def _bar(span: TimeWindow, bar: Bar, rows: Sequence[Row], f: Formats) -> dict[str, Any]:
    """One bar, with the words of the list and of the tooltip."""
    if bar.state not in STATES:
        raise ValueError(f"unknown state {bar.state}")
    return {
        "row": bar.row,
        "s": _hours(span, bar.window.start),
        "e": _hours(span, bar.window.end),
        "k": bar.state,
        "a": bar.title,
        "b": bar.note,
        "n": bar.number,
        "setup": round(bar.setup_minutes / 60, 4),
        "done": bar.done,
        "pick": bar.picked,
        "url": bar.url,
        "line": rows[bar.row].name,
        "when": f.window(bar.window),
    }


def _mark(span: TimeWindow, mark: Mark) -> dict[str, Any]:
    """One vertical line; near the right edge its name stands to the left."""
    if mark.tone not in TONES:
        raise ValueError(f"unknown tone {mark.tone}")
    at, width = _hours(span, mark.moment), _hours(span, span.end)
    return {"h": at, "name": mark.name, "tone": mark.tone, "left": at > 0.8 * width}
