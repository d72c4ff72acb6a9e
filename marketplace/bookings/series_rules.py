"""Recurrence rules of RFC 5545 (3.3.10, 3.8.5.3) as pure functions of values.

A series repeats by the wall clock of the site: 08:00 stays 08:00 over a change of the clocks. A
time that such a change leaves out is skipped and said so; one that it brings twice is the first.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from marketplace.catalogue.rules import FARTHEST
from marketplace.core.errors import FieldError

MOST = 200                  # times that one series names
FREQUENCIES = ("HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
PARTS = ("FREQ", "COUNT", "UNTIL", "INTERVAL", "WKST", "BYDAY", "BYMONTHDAY", "BYYEARDAY",
         "BYWEEKNO", "BYMONTH", "BYSETPOS", "BYHOUR", "BYMINUTE")
# Of the smaller frequencies such a part may never come true, and looking for it takes too long.
ONLY_WITH = {"BYSETPOS": ("MONTHLY", "YEARLY"), "BYWEEKNO": ("YEARLY",)}
UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII)
MISSING_HOUR = "missing_hour"


class RuleRefused(ValueError):
    """A rule that is none, or that we do not follow; `error` says which and why."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.error = FieldError("rrule", code, **params)


@dataclass(frozen=True)
class Time:
    """One time that a rule names; `exists` is False where the clocks leave it out."""

    starts: datetime
    exists: bool = True


def times(text: str, first: datetime, zone: str) -> list[Time]:
    """Every time that a rule names from its first start on, in order.

    Raises RuleRefused: no rule, a part or a frequency that we do not take, no end, an end too far
    off, more than MOST times, or a first start that the rule itself does not name.
    """
    parts = _parts(text)
    local = first.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    last = local + timedelta(days=FARTHEST)
    until, count = _until(parts, zone, last), _count(parts)
    found = list(islice(_expanded(parts, local, until or last), (count or MOST) + 1))
    if not found or found[0] != local:
        raise RuleRefused("rrule_first")
    if count is not None and len(found) < count:
        raise RuleRefused("rrule_too_far", days=FARTHEST)
    if count is None and len(found) > MOST:
        raise RuleRefused("rrule_too_many", most=MOST)
    return [_at(each, zone) for each in found[:count]]


def _parts(text: str) -> dict[str, str]:
    """The parts of a rule by name; only the forms that we take."""
    pairs = [part.partition("=") for part in
             text.strip().upper().removeprefix("RRULE:").split(";") if part]
    parts = {name: value for name, _, value in pairs}
    if len(parts) != len(pairs) or not all(parts.values()):
        raise RuleRefused("rrule_form")
    if parts.get("FREQ") not in FREQUENCIES:
        raise RuleRefused("rrule_frequency", choices="/".join(FREQUENCIES))
    unknown = sorted(set(parts) - set(PARTS))
    if unknown:
        raise RuleRefused("rrule_part", part=unknown[0])
    wrong = [name for name, kinds in ONLY_WITH.items()
             if name in parts and parts["FREQ"] not in kinds]
    if wrong:
        raise RuleRefused("rrule_part", part=wrong[0])
    if ("COUNT" in parts) == ("UNTIL" in parts):
        raise RuleRefused("rrule_end")
    return parts


def _may_name(parts: Mapping[str, str], first: datetime) -> bool:
    """False where a part alone rules the first start out.

    The library would look for a time that never comes until the year 9999.
    """
    year_end, month_end = date(first.year, 12, 31), monthrange(first.year, first.month)[1]
    of_year, days = first.timetuple().tm_yday, year_end.timetuple().tm_yday
    said = {"BYMONTH": {first.month}, "BYHOUR": {first.hour}, "BYMINUTE": {first.minute},
            "BYMONTHDAY": {first.day, first.day - month_end - 1},
            "BYYEARDAY": {of_year, of_year - days - 1}}
    for name, most in (("BYHOUR", 23), ("BYMINUTE", 59)):
        if not _numbers(parts.get(name, "0")) <= set(range(most + 1)):
            raise RuleRefused("rrule_form")
    numbers = all(_numbers(parts[name]) & values for name, values in said.items()
                  if name in parts)
    weekday = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[first.weekday()]
    return numbers and any(each.endswith(weekday)
                           for each in parts.get("BYDAY", weekday).split(","))


def _numbers(text: str) -> set[int]:
    """The numbers of a part; raises RuleRefused for what is none."""
    try:
        return {int(each) for each in text.split(",")}
    except ValueError:
        raise RuleRefused("rrule_form") from None


def _count(parts: Mapping[str, str]) -> int | None:
    if "COUNT" not in parts:
        return None
    text = parts["COUNT"]
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MOST):
        raise RuleRefused("rrule_count", most=MOST)
    return int(text)


def _until(parts: Mapping[str, str], zone: str, last: datetime) -> datetime | None:
    """The last moment of a rule by the wall clock of the zone; a mere date is its whole day."""
    if "UNTIL" not in parts:
        return None
    found = UNTIL.fullmatch(parts["UNTIL"])
    if found is None:
        raise RuleRefused("rrule_until")
    try:
        said = datetime.strptime(found[1] + (found[2] or "235959"),
                                 "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise RuleRefused("rrule_until") from None
    until = (said.astimezone(ZoneInfo(zone)) if found[3] else said).replace(tzinfo=None)
    if until > last:
        raise RuleRefused("rrule_too_far", days=FARTHEST)
    return until


def _expanded(parts: Mapping[str, str], first: datetime, until: datetime) -> Iterator[datetime]:
    """The wall clock's times. The end is always given: a rule that names none ends there too."""
    rule = ";".join(f"{name}={value}" for name, value in parts.items()
                    if name not in ("COUNT", "UNTIL"))
    ends = until.strftime("%Y%m%dT%H%M%S")
    try:
        if int(parts.get("INTERVAL", "1")) not in range(1, 1001):
            raise RuleRefused("rrule_form")
        found = rrulestr(f"{rule};UNTIL={ends}", dtstart=first)
        if not _may_name(parts, first):
            raise RuleRefused("rrule_first")
        yield from found
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        if isinstance(error, RuleRefused):
            raise
        raise RuleRefused("rrule_form") from error


def _at(local: datetime, zone: str) -> Time:
    """A wall clock's time as an instant; in a gap of the clocks, the instant after it."""
    moment = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    back = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return Time(moment, back == local)
