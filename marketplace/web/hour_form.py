"""Opening hours as text: a line a weekday, `08:00-12:00, 13:00-17:30`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from babel.dates import get_day_names

from marketplace.core import clock
from marketplace.http.language import language
from marketplace.resources import queries
from marketplace.web.formats import LOCALES
from marketplace.web.reader import formats

SPAN = re.compile(r"\s*([0-9]{1,2}:[0-9]{2})\s*[-–—~至]\s*([0-9]{1,2}:[0-9]{2})\s*", re.ASCII)


def spans(text: str) -> list[dict[str, str]]:
    """The stretches of a day; what is no stretch is handed on, for the schema to refuse it."""
    found = []
    for part in re.split("[,，;；、]", text):
        match = SPAN.fullmatch(part)
        if match:
            found.append({"opens": match[1].zfill(5), "closes": match[2].zfill(5)})
        elif part.strip():
            found.append({"opens": part.strip()[:40], "closes": "00:00"})
    return found


def week(form: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of the week, by weekday."""
    return [{"weekday": day} | span for day in range(1, 8)
            for span in spans(form.get(f"day_{day}", ""))]


def place(form: Mapping[str, str]) -> Any:
    """Fields of the schema as inputs: `hours.3.closes` as the weekday of the fourth row."""
    days = [row["weekday"] for row in week(form)]

    def found(field: str) -> str:
        parts = field.split(".")
        if len(parts) < 2 or not parts[1].isdecimal() or int(parts[1]) >= len(days):
            return ""
        return f"day_{days[int(parts[1])]}"

    return found


def clock_text(minute: int) -> str:
    """A minute of a day as HH:MM."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def stored(resource_id: int) -> dict[str, str]:
    """The week of a resource as its form shows it."""
    lines: dict[str, list[str]] = {}
    for row in queries.week_of(resource_id):
        lines.setdefault(f"day_{row.weekday}", []).append(
            f"{clock_text(row.opens)}-{clock_text(row.closes)}")
    return {day: ", ".join(parts) for day, parts in lines.items()}


def days() -> list[tuple[int, str]]:
    """The weekdays by number and name."""
    known = get_day_names("wide", locale=LOCALES[language()])
    return [(number, known[number - 1]) for number in range(1, 8)]


def differing(resource_id: int) -> list[dict[str, str]]:
    """Days from today on that differ."""
    today = clock.now().date() - timedelta(days=1)
    found = queries.exceptions_of(resource_id, today)
    return [{"day": day.isoformat(), "name": formats().date(day), "hours": ", ".join(
        f"{clock_text(opens)}-{clock_text(closes)}" for opens, closes in hours)}
        for day, hours in found.items()]


def coming_holidays(months: int = 6) -> list[dict[str, Any]]:
    """Public holidays and make-up days ahead, for a resource that keeps them."""
    today: date = clock.now().date()
    return [{"name": row.name, "day": formats().date(row.day), "works": row.kind == "workday",
             "provisional": row.provisional}
            for row in queries.holidays(today, today + timedelta(days=31 * months))]
