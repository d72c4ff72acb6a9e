"""How a calendar is written down (RFC 5545): lines, folding, words, moments (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

OCTETS = 75   # of a line, its break not counted
CONFIRMED, TENTATIVE, CANCELLED = "CONFIRMED", "TENTATIVE", "CANCELLED"
HEAD = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Gongfang//Calendar 1//EN",
        "CALSCALE:GREGORIAN", "METHOD:PUBLISH", "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H")
STATUS = {"requested": TENTATIVE, "declined": CANCELLED, "expired": CANCELLED,
          "cancelled": CANCELLED, "no_show": CANCELLED}   # all other states are agreed
OURS = re.compile(r"booking-([0-9]{1,18})@(.+)")


@dataclass(frozen=True)
class Place:
    """Where a machine stands."""

    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Entry:
    """One booking as a calendar shows it; `stamp` is its last change."""

    booking_id: int
    version: int
    status: str
    starts: datetime
    ends: datetime
    stamp: datetime
    summary: str
    description: str
    place: Place


def uid(booking_id: int, host: str) -> str:
    """The name of a booking in every calendar, whoever reads it."""
    return f"booking-{booking_id}@{host}"


def is_ours(name: str, host: str) -> bool:
    """True for the name of one of our own bookings."""
    found = OURS.fullmatch(name.strip())
    return found is not None and found[2].lower() == host.lower()


def status_of(state: str) -> str:
    """A booking's state in the three words that calendars have."""
    return STATUS.get(state, CONFIRMED)


def moment(value: datetime) -> str:
    """A moment in UTC."""
    return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    """Text as a property's value."""
    text = text.replace("\\", "\\\\").replace(";", r"\;").replace(",", r"\,")
    return r"\n".join("".join(each for each in line if each.isprintable() or each == "\t")
                      for line in text.splitlines())


def folded(line: str) -> str:
    """A content line in pieces of at most 75 octets, no character cut in two."""
    pieces: list[str] = []
    piece, room = "", OCTETS
    for character in line:
        size = len(character.encode())
        if size > room:
            pieces.append(piece)
            piece, room = " ", OCTETS - 1
        piece += character
        room -= size
    return "\r\n".join([*pieces, piece])


def calendar(name: str, host: str, base: str, entries: Iterable[Entry]) -> bytes:
    """A whole calendar; `base` is what addresses of bookings begin with."""
    lines = [*HEAD, f"NAME:{escaped(name)}", f"X-WR-CALNAME:{escaped(name)}"]
    for entry in entries:
        lines += _event(entry, host, base)
    lines.append("END:VCALENDAR")
    return "".join(folded(line) + "\r\n" for line in lines).encode()


def _event(entry: Entry, host: str, base: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{uid(entry.booking_id, host)}"
    yield f"DTSTAMP:{moment(entry.stamp)}"
    yield f"LAST-MODIFIED:{moment(entry.stamp)}"
    yield f"SEQUENCE:{entry.version - 1}"
    yield f"STATUS:{entry.status}"
    yield f"TRANSP:{'OPAQUE' if entry.status == CONFIRMED else 'TRANSPARENT'}"
    yield f"DTSTART:{moment(entry.starts)}"
    yield f"DTEND:{moment(entry.ends)}"
    yield f"SUMMARY:{escaped(entry.summary)}"
    yield f"DESCRIPTION:{escaped(entry.description)}"
    yield f"LOCATION:{escaped(entry.place.name)}"
    yield f"GEO:{entry.place.latitude:.6f};{entry.place.longitude:.6f}"
    yield f"URL:{base}/bookings/{entry.booking_id}"
    yield "END:VEVENT"
