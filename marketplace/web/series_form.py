"""The form of a series: what was typed as a first time and a rule of RFC 5545, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import ValidationError

from marketplace.bookings.series_schemas import PreviewRequest
from marketplace.catalogue.services import Wish
from marketplace.http.api import invalid
from marketplace.web import work
from marketplace.web.work import instant, number, sentences

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MONTHLY_DAY = "MONTHLY_DAY"   # monthly on the weekday of the first start: the second Tuesday
FREQUENCIES = ("WEEKLY", "DAILY", "MONTHLY", MONTHLY_DAY)
FIELDS = (*work.FIELDS, "freq", "interval", "count", "until")
USUAL = {"freq": "WEEKLY", "interval": "1", "count": "10"}
PLACES = {"rrule_first": "start", "rrule_too_far": "until", "rrule_until": "until"}


@dataclass(frozen=True)
class SeriesForm:
    """What was typed, what it means, and a sentence for every wrong field."""

    values: Mapping[str, Any]
    wish: Wish | None
    rrule: str
    errors: Mapping[str, str]


def read(sent: Any, listing_id: int, zone: str) -> SeriesForm:
    """Read a series from a form; without a first start nothing was asked yet."""
    values: dict[str, Any] = {name: sent.get(name, "").strip() for name in FIELDS}
    values["days"] = [day for day in DAYS if day in sent.getlist("days")]
    if not (values["start"] and "freq" in sent):
        fresh = {name: values[name] or usual for name, usual in USUAL.items()}
        return SeriesForm(values | fresh, None, "", {})
    rrule = rule(values)
    body = {name: values[name] for name in work.FIELDS if values[name]} | {
        "listing_id": listing_id, "rrule": rrule}
    body |= {name: instant(body[name], zone) for name in work.MOMENTS if name in body}
    body |= {name: number(body[name]) for name in work.NUMBERS if name in body}
    try:
        found = PreviewRequest().load(body)
    except ValidationError as error:
        return SeriesForm(values, None, rrule, sentences(invalid(error).errors))
    return SeriesForm(values, found["wish"], rrule, {})


def rule(values: Mapping[str, Any]) -> str:
    """The rule that was chosen; the day of the first start is always one of its days."""
    monthly_day = values["freq"] == MONTHLY_DAY
    parts = ["FREQ=MONTHLY" if monthly_day else f"FREQ={values['freq']}"]
    if values["interval"] not in ("", "1"):
        parts.append(f"INTERVAL={values['interval']}")
    days = set(values["days"]) | set(_day_of(values["start"]))
    if values["freq"] == "WEEKLY" and values["days"]:
        parts.append("BYDAY=" + ",".join(day for day in DAYS if day in days))
    if monthly_day:
        parts += _place_of(values["start"])
    if values["until"]:
        parts.append("UNTIL=" + values["until"].replace("-", ""))
    else:
        parts.append(f"COUNT={values['count'] or '1'}")
    return ";".join(parts)


def _day_of(start: str) -> list[str]:
    try:
        return [DAYS[datetime.fromisoformat(start).weekday()]]
    except ValueError:
        return []


def _place_of(start: str) -> list[str]:
    """Which of its weekdays in the month the first start is on; a fifth one is the last."""
    try:
        day = datetime.fromisoformat(start).day
    except ValueError:
        return []
    count = (day - 1) // 7 + 1
    return [f"BYDAY={count if count < 5 else -1}{_day_of(start)[0]}"]


def place(field: str, code: str = "") -> str:
    """The input at which an error of the rule is shown."""
    return PLACES.get(code, "count") if field == "rrule" else field

