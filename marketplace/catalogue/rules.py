"""The rules of a listing as pure functions of values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from marketplace.core.errors import FieldError
from marketplace.core.timewindow import TimeWindow

FARTHEST = 366 * 2   # days a request may reach ahead at all


@dataclass(frozen=True)
class ListingRules:
    """Lengths and steps in minutes, the horizon in days, the zone of the site.

    What was added later has a default, so that the copy in an old quote still reads.
    """

    step: int
    min_minutes: int
    max_minutes: int
    notice_minutes: int
    horizon_days: int
    may_pause: bool
    zone: str
    approval: bool = False        # the seller answers each request
    reply_hours: int = 24         # within so many hours
    series: bool = True           # may be booked as a recurring series
    check_in: bool = False        # who has not checked in by the end of the grace has not come
    grace_minutes: int = 30
    free_hours: int = 24          # until so many hours before the start a change costs nothing
    late_percent: int = 50        # of the price, after that
    no_show_percent: int = 100
    accept_days: int = 7          # after delivery; silence is acceptance
    quota_hours: int = 0          # lane hours per company and week; 0: none
    quota_group: str = ""         # listings of the company with the same word share the quota
    last_day_free: bool = True    # the quota does not count work that starts within 24 hours
    prime_days: str = ""          # weekdays of the prime time, ISO 1-7; "": none
    prime_from: int = 480         # minutes after local midnight
    prime_until: int = 1200
    prime_minutes: int = 0        # of prime time a company may book a day
    qualification: str = ""       # who operates must have it from this company
    certificate: str = ""         # the resource must have it, valid through the work


@dataclass(frozen=True)
class Offer:
    """A published listing with what quoting and booking need, as values."""

    listing_id: int
    version: int
    company_id: int
    resource_id: int
    resource_name: str
    lanes: int
    rules: ListingRules
    terms: dict[str, dict[str, Any]]


def aligned(moment: datetime, step: int, zone: str) -> bool:
    """True when a moment lies on the step, counted from local midnight."""
    local = moment.astimezone(ZoneInfo(zone))
    if local.second or local.microsecond:
        return False
    return (local.hour * 60 + local.minute) % step == 0


def start_errors(rules: ListingRules, start: datetime, now: datetime) -> list[FieldError]:
    """What is wrong with a start: past, too soon, too far, off the step."""
    errors = []
    if start < now:
        errors.append(FieldError("start", "past"))
    elif start < now + timedelta(minutes=rules.notice_minutes):
        errors.append(FieldError("start", "notice", minutes=rules.notice_minutes))
    if start > now + timedelta(days=rules.horizon_days):
        errors.append(FieldError("start", "horizon", days=rules.horizon_days))
    if not aligned(start, rules.step, rules.zone):
        errors.append(FieldError("start", "step", minutes=rules.step))
    return errors


def end_errors(rules: ListingRules, window: TimeWindow) -> list[FieldError]:
    """An end is off the step when the wall clock shows no whole number of steps since the start.

    Where no clock is changed meanwhile that is the length itself.
    """
    if shown_length(window, rules.zone) % timedelta(minutes=rules.step):
        return [FieldError("end", "step", minutes=rules.step)]
    return []


def shown_length(window: TimeWindow, zone: str) -> timedelta:
    """What passes on the wall clock; it differs from the length where clocks are changed."""
    start, end = (each.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
                  for each in (window.start, window.end))
    return end - start


def counted_minutes(window: TimeWindow, minutes: int | None, zone: str) -> int:
    """The length of a window with `minutes` of work in it, as the bounds of a listing count it.

    A local day is a day, also where the change of the clock makes it one of 23 or 25 hours.
    """
    days, rest = divmod(shown_length(window, zone), timedelta(days=1))
    if days and not rest and minutes in (None, window.minutes):
        return days * 24 * 60
    return window.minutes if minutes is None else minutes


def length_errors(rules: ListingRules, work_minutes: int, field: str) -> list[FieldError]:
    """What is wrong with a length of work; `field` is `end` or `pieces`."""
    errors = []
    if work_minutes < rules.min_minutes:
        errors.append(FieldError(field, "too_short", minutes=rules.min_minutes))
    if work_minutes > rules.max_minutes:
        errors.append(FieldError(field, "too_long", minutes=rules.max_minutes))
    return errors


def end_over(openings: Sequence[TimeWindow], start: datetime, minutes: int,
             may_pause: bool) -> datetime | None:
    """When work of `minutes` that starts at `start` ends, counted over opening time.

    Where the listing does not allow a pause, the work must fit into one opening. None: it does
    not fit, or the machine is closed at the start.
    """
    start = start.astimezone(UTC)   # minutes are added in real time, not on the wall
    left = timedelta(minutes=minutes)
    started = False
    for opening in openings:
        if not started and not opening.start <= start < opening.end:
            continue
        begins = start if not started else opening.start
        started = True
        room = opening.end - begins
        if room >= left:
            return begins + left
        if not may_pause:
            return None
        left -= room
    return None


def work_minutes(openings: Sequence[TimeWindow], window: TimeWindow,
                 may_pause: bool) -> int | None:
    """Open minutes inside a window that begins and ends in opening time.

    None: the window begins or ends closed, or has a closed part where no pause is allowed.
    """
    inside = [TimeWindow(max(window.start, each.start), min(window.end, each.end))
              for each in openings if each.overlaps(window)]
    if not inside or inside[0].start != window.start or inside[-1].end != window.end:
        return None
    total = sum(each.minutes for each in inside)
    if total != window.minutes and not may_pause:
        return None
    return total
