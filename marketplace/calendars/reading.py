"""The busy time of a foreign calendar: every event, repeated ones too, as moments.

The library does the parsing and the repeating. It keeps time zones by their names for its whole
process, and hostile rules can make it work for hours: what comes from outside is read by `apart`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar
from recurring_ical_events.query import CalendarQuery

from marketplace.calendars import repeating, rules
from marketplace.calendars.busy import Asked, Busy, Reading
from marketplace.calendars.errors import unreadable
from marketplace.calendars.scanning import Event, Scan, scan, text_of
from marketplace.core.timewindow import TimeWindow

MOST = 5000            # occurrences of one calendar
MOMENTS = ("DTSTART", "DTEND", "RECURRENCE-ID")
LISTS = ("RDATE", "EXDATE")
UID_LENGTH = 200       # a longer name is kept as its digest


class Reader:
    """Reads as it is asked."""

    def __init__(self, asked: Asked) -> None:
        self.zone, self.host, self.span = ZoneInfo(asked.zone), asked.host, asked.span

    def read(self, data: bytes) -> Reading:
        """Busy time inside the span; raises CalendarRefused naming the line or the event."""
        found = scan(text_of(data))
        calendars = parsed(found)
        events = [each for calendar in calendars for each in calendar.subcomponents
                  if each.name == "VEVENT"]
        budget = repeating.Budget()
        kept, ours = Calendar(), 0
        for component, event in zip(events, found.events, strict=True):
            if rules.is_ours(str(component.get("UID", "")), self.host):
                ours += 1
            elif not idle(component) or "RECURRENCE-ID" in component:   # it may call a day off
                kept.add_component(self._checked(component, event, budget))
        return Reading(self._busy(kept), ours, found.text)

    def _checked(self, component: Any, event: Event, budget: repeating.Budget) -> Any:
        """An event with whole moments in known zones, in order, and a rule that ends."""
        for name, words in component.errors:
            raise unreadable("wrong_value", **_place(event), part=f"{name or ''} {words}"[:80])
        if "DTSTART" not in component:
            raise unreadable("no_start", **_place(event))
        if "UID" not in component:
            component["UID"] = hashlib.sha256(component.to_ical()).hexdigest()
        for name in (*MOMENTS, *LISTS):
            for each in _values(component, name):
                self._grounded(each, event)
        in_order(component, event)
        repeating.bound(component, event, self.span.end, budget)
        return component

    def _grounded(self, value: Any, event: Event) -> None:
        """Give a moment without a zone that of the site."""
        zone = value.params.get("TZID")
        for each in getattr(value, "dts", [value]):
            moment = each.dt
            if isinstance(moment, tuple):
                continue   # a period: its start names the zone or UTC
            if isinstance(moment, datetime) and moment.tzinfo is None:
                if zone:
                    raise unreadable("unknown_zone", **_place(event), zone=str(zone)[:60])
                each.dt = moment.replace(tzinfo=self.zone)

    def _busy(self, calendar: Calendar) -> list[Busy]:
        """Every occurrence inside the span, by name and start."""
        found: set[Busy] = set()
        for series in CalendarQuery(calendar).series:
            for each in series.between(self.span.start, self.span.end):
                window = self._window(each.start, each.end)
                if window is not None and not idle(each.as_component(False)):
                    found.add(Busy(short(str(series.uid)), window))
                if len(found) > MOST:
                    raise unreadable("too_many_busy", most=MOST)
        return sorted(_longest(found))

    def _window(self, start: Any, end: Any) -> TimeWindow | None:
        """Days as the site's days; nothing for what has no length or lies outside."""
        first, last = self._moment(start), self._moment(end)
        if first >= last or first >= self.span.end or last <= self.span.start:
            return None
        return TimeWindow(first, last)

    def _moment(self, value: date | datetime) -> datetime:
        whole = value if isinstance(value, datetime) else datetime.combine(value, time())
        return (whole if whole.tzinfo else whole.replace(tzinfo=self.zone)).astimezone(UTC)


def parsed(found: Scan) -> list[Any]:
    """The calendars of a file, as the library reads them."""
    try:
        return list(Calendar.from_ical(found.text, multiple=True))
    except (ValueError, KeyError, TypeError, OverflowError, IndexError,
            AttributeError) as error:   # the library's words for what it cannot read
        raise unreadable("not_parsed", part=str(error)[:120]) from error


def idle(component: Any) -> bool:
    """True for an event that keeps nobody from working."""
    return (str(component.get("TRANSP", "")).upper() == "TRANSPARENT"
            or str(component.get("STATUS", "")).upper() == "CANCELLED")


def in_order(component: Any, event: Event) -> None:
    """Refuse an event that ends before it starts, or whose start is a day and its end a time."""
    start, end = component["DTSTART"].dt, component.get("DTEND")
    length = component.get("DURATION")
    if length is not None and length.dt < timedelta():
        raise unreadable("ends_before_start", **_place(event))
    if end is None:
        return
    if isinstance(start, datetime) != isinstance(end.dt, datetime):
        raise unreadable("day_and_time", **_place(event))
    if end.dt < start:
        raise unreadable("ends_before_start", **_place(event))


def short(name: str) -> str:
    """A name that fits its column."""
    name = "".join(each for each in name if each.isprintable())
    return name if len(name) <= UID_LENGTH else hashlib.sha256(name.encode()).hexdigest()


def _values(component: Any, name: str) -> Iterator[Any]:
    """The values of a property, however often it stands there."""
    found = component.get(name)
    if found is not None:
        yield from found if isinstance(found, list) else [found]


def _place(event: Event) -> dict[str, Any]:
    return {"line": event.line, "event": event.title or "—"}


def _longest(found: Iterable[Busy]) -> Iterator[Busy]:
    """One of each name and start: the longest."""
    longest: dict[tuple[str, datetime], Busy] = {}
    for each in found:
        key = (each.uid, each.window.start)
        if key not in longest or longest[key].window.end < each.window.end:
            longest[key] = each
    yield from longest.values()
