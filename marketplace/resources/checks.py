"""Which values a site, a resource and its hours may have: pure, every wrong field is named.

A check looks at the fields that are there, so the same functions judge a whole new thing, a
change of some fields, a form and a line of a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import isfinite
from typing import Any
from zoneinfo import available_timezones

from marketplace.accounts.rules import region_error
from marketplace.core.errors import FieldError
from marketplace.core.text import folded, printable
from marketplace.resources.rules import KINDS, TOP_TYPE
from marketplace.resources.service_codes import service_codes
from marketplace.resources.values import SpecialDay, WeekRow

ABROAD = "000000"   # region code of a site outside China

Wrong = tuple[str, dict[str, Any]] | None
Check = Callable[[Any], Wrong]


def text(most: int, least: int = 1) -> Check:
    """Trimmed printable text of a length."""

    def check(value: Any) -> Wrong:
        if not isinstance(value, str) or not printable(value):
            return "not_text", {}
        if not least <= len(value.strip()) <= most:
            return "length", {"least": least, "most": most}
        return None

    return check


def between(least: float, most: float, whole: bool = True) -> Check:
    """A number of a range; a whole one unless said otherwise."""

    def check(value: Any) -> Wrong:
        kinds = (int,) if whole else (int, float)
        endless = isinstance(value, float) and not isfinite(value)
        if isinstance(value, bool) or not isinstance(value, kinds) or endless:
            return ("not_integer" if whole else "plain_number"), {}
        if not least <= value <= most:
            return "range", {"least": least, "most": most}
        return None

    return check


def region(value: Any) -> Wrong:
    """A GB/T 2260 code, or 000000 for a site abroad."""
    if isinstance(value, str) and (value == ABROAD or region_error(value) is None):
        return None
    return "site_region", {}


@cache
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones()
                     if ("/" in name or name == "UTC") and not name.startswith("posix"))


def zone(value: Any) -> Wrong:
    """An IANA time zone."""
    return None if isinstance(value, str) and value in _zones() else ("zone_unknown", {})


def kind(value: Any) -> Wrong:
    """One of the kinds of resource."""
    return None if value in KINDS else ("choice", {"choices": "/".join(KINDS)})


def service_code(value: Any) -> Wrong:
    """A code of our list."""
    return None if value in service_codes() else ("not_service_code", {})


SITE: dict[str, Check] = {
    "code": text(40), "name": text(120), "address": text(200), "region_code": region,
    "latitude": between(-90, 90, whole=False), "longitude": between(-180, 180, whole=False),
    "zone": zone,
}
RESOURCE: dict[str, Check] = {
    "code": text(40), "name": text(120), "model": text(80, least=0), "kind": kind,
    "lanes": between(1, 500), "buffer_before": between(0, 1440), "buffer_after": between(0, 1440),
}


def field_errors(checks: Mapping[str, Check], values: Mapping[str, Any]) -> list[FieldError]:
    """The wrong ones among the fields that are there."""
    found = []
    for name, check in checks.items():
        wrong = check(values[name]) if name in values else None
        if wrong is not None:
            found.append(FieldError(name, wrong[0], **wrong[1]))
    return found


def site_errors(values: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with a site or with changes of one."""
    return field_errors(SITE, values)


def resource_errors(values: Mapping[str, Any], kind_of: str | None = None) -> list[FieldError]:
    """What is wrong with a resource or with changes of one whose kind is `kind_of`."""
    errors = field_errors(RESOURCE, values)
    capabilities = values.get("capabilities")
    if capabilities is not None:
        errors += capability_errors(capabilities, values.get("kind", kind_of))
    return errors


def capability_errors(rows: Sequence[Mapping[str, Any]], of_kind: Any) -> list[FieldError]:
    """What is wrong with the capabilities of a resource of some kind."""
    if not 1 <= len(rows) <= 20:
        return [FieldError("capabilities", "how_many", least=1, most=20)]
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, row in enumerate(rows):
        prefix = f"capabilities.{index}"
        code = row.get("service_code")
        if code in seen:
            errors.append(FieldError(f"{prefix}.service_code", "given_twice"))
        seen.add(str(code))
        errors += _one_capability(prefix, row, TOP_TYPE.get(of_kind))
    return errors


def _one_capability(prefix: str, row: Mapping[str, Any], top_type: str | None) -> list[FieldError]:
    """The service code must suit the kind; limits of size belong to manufacturing."""
    errors: list[FieldError] = []
    code = row.get("service_code")
    if code is not None:
        wrong = service_code(code)
        known = service_codes().get(code)
        if wrong is None and known and top_type and known.top_type != top_type:
            wrong = "service_code_kind", {"top_type": top_type}
        if wrong:
            errors.append(FieldError(f"{prefix}.service_code", wrong[0], **wrong[1]))
    errors += _materials(f"{prefix}.materials", row.get("materials") or ())
    for name in ("envelope_mm", "tolerance_um"):
        if row.get(name) is not None and top_type not in (None, "manufacturing"):
            errors.append(FieldError(f"{prefix}.{name}", "only_manufacturing"))
    envelope = row.get("envelope_mm")
    if envelope is not None and (len(envelope) != 3 or any(
            between(1, 100_000)(each) for each in envelope)):
        errors.append(FieldError(f"{prefix}.envelope_mm", "three_lengths"))
    tolerance = row.get("tolerance_um")
    wrong = None if tolerance is None else between(1, 10**6)(tolerance)
    if wrong:
        errors.append(FieldError(f"{prefix}.tolerance_um", wrong[0], **wrong[1]))
    return errors


def _materials(name: str, materials: Sequence[Any]) -> list[FieldError]:
    """At most 40 different names."""
    if len(materials) > 40:
        return [FieldError(name, "how_many", least=0, most=40)]
    wrong = next(filter(None, map(text(40), materials)), None)
    if wrong:
        return [FieldError(name, wrong[0], **wrong[1])]
    if len({folded(each) for each in materials}) < len(materials):
        return [FieldError(name, "given_twice")]
    return []


def week_errors(rows: Sequence[WeekRow]) -> list[FieldError]:
    """Hours of a day in order, no two rows of a day over each other; touching rows are fine."""
    if len(rows) > 100:
        return [FieldError("hours", "how_many", least=0, most=100)]
    errors = []
    for index, row in enumerate(rows):
        if wrong := between(1, 7)(row.weekday):
            errors.append(FieldError(f"hours.{index}.weekday", wrong[0], **wrong[1]))
        wrong = span_error(row.opens, row.closes)
        if wrong is None and any(row.weekday == other.weekday and row.opens < other.closes
                                 and other.opens < row.closes for other in rows[:index]):
            wrong = "hours_overlap", {}
        if wrong:
            errors.append(FieldError(f"hours.{index}.closes", wrong[0], **wrong[1]))
    return errors


def day_errors(special: SpecialDay) -> list[FieldError]:
    """The hours of one day that differs."""
    weekday = special.day.isoweekday()
    return week_errors([WeekRow(weekday, *span) for span in special.hours])


def span_error(opens: Any, closes: Any) -> Wrong:
    """Minutes of one day, in order."""
    if between(0, 1439)(opens) or between(1, 1440)(closes):
        return "minute_of_day", {}
    return None if opens < closes else ("closes_before_opens", {})


def merged_week(rows: Sequence[WeekRow]) -> list[WeekRow]:
    """The rows by day and time, touching ones joined."""
    merged: list[WeekRow] = []
    for row in sorted(rows, key=lambda each: (each.weekday, each.opens)):
        last = merged[-1] if merged else None
        if last and last.weekday == row.weekday and last.closes >= row.opens:
            merged[-1] = WeekRow(row.weekday, last.opens, max(last.closes, row.closes))
        else:
            merged.append(row)
    return merged
