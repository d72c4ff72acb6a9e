"""Calendar files of other programs, written as they write them."""

from __future__ import annotations

from datetime import datetime, timedelta

from icalendar import Calendar

from marketplace.calendars.busy import Asked, Reading
from marketplace.calendars.reading import Reader
from marketplace.core.timewindow import TimeWindow
from tests.clocks import START

SPAN = TimeWindow(START - timedelta(days=1), START + timedelta(days=400))
HOST = "127.0.0.1"   # of the default public address


def event(*lines: str, uid: str = "") -> list[str]:
    """One event with a name of its own."""
    return ["BEGIN:VEVENT", f"UID:{uid or 'e-' + str(abs(hash(lines)))}", *lines, "END:VEVENT"]


def file_of(*events: list[str], head: tuple[str, ...] = ()) -> bytes:
    """A calendar with these events."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//test//EN", *head,
             *(line for each in events for line in each), "END:VCALENDAR"]
    return "".join(f"{line}\r\n" for line in lines).encode()


def read(data: bytes, zone: str = "Asia/Shanghai", span: TimeWindow = SPAN) -> Reading:
    """What a calendar says, read in this process."""
    return Reader(Asked(zone, HOST, span)).read(data)


def windows(data: bytes, zone: str = "Asia/Shanghai") -> list[TimeWindow]:
    """The busy time of a calendar, by start."""
    return sorted(each.window for each in read(data, zone).busy)


def entries(data: bytes) -> dict[str, dict[str, object]]:
    """A calendar of ours read strictly by the library: properties by event name."""
    calendar = Calendar.from_ical(data)
    found = {}
    for each in calendar.walk("VEVENT"):
        assert not each.errors
        found[str(each["UID"])] = {name: each[name] for name in each}
    return found


def at(text: str) -> datetime:
    """A moment from its text."""
    return datetime.fromisoformat(text)
