"""A foreign calendar as lines, judged before any library reads it (pure).

Every refusal names the line. What is kept is times only: titles, places and people of somebody's
calendar are none of our business and are left out here, before anything is stored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from marketplace.calendars.errors import unreadable

BYTES = 2**20
LINES = 60_000
DEPTH = 6
EVENTS = 10_000
ZONES, OBSERVANCES = 40, 300
TITLE = 60   # characters of a title in a refusal
NUMBER = re.compile("0*[1-9][0-9]{0,8}", re.ASCII)
NAME = re.compile(r"[A-Za-z0-9-]{1,60}")
KEPT = frozenset({"UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE",
                  "RECURRENCE-ID", "STATUS", "TRANSP", "SEQUENCE", "BEGIN", "END"})
RULE_NAMES = frozenset({"RRULE", "EXRULE"})
RULE_PARTS = frozenset({"FREQ", "UNTIL", "COUNT", "INTERVAL", "BYHOUR", "BYMINUTE", "BYSECOND",
                        "BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS",
                        "WKST"})
ZONE_PARTS = frozenset({"FREQ", "UNTIL", "COUNT", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH",
                        "WKST"})   # what a clock change once a year needs
FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY")
TOO_OFTEN = ("SECONDLY", "MINUTELY")
ONCE = ("BYMINUTE", "BYSECOND")   # more than one of them is more often than hourly


@dataclass(frozen=True)
class Line:
    """One content line, unfolded, and where it begins."""

    number: int
    name: str
    text: str

    @property
    def value(self) -> str:
        """What stands behind the name and its parameters."""
        return _split(self.text)[1]


@dataclass
class Event:
    """Where an event begins and what it calls itself, for refusals."""

    line: int
    title: str = ""


@dataclass
class Scan:
    """The lines worth reading, and the events in their order."""

    kept: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The kept lines as a calendar."""
        return "".join(f"{line}\r\n" for line in self.kept)


def text_of(data: bytes) -> str:
    """The bytes of a file as text."""
    if len(data) > BYTES:
        raise unreadable("too_large", most=BYTES // 1024)
    if b"\x00" in data:
        raise unreadable("nul", line=data[:data.index(b"\x00")].count(b"\n") + 1)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unreadable("not_utf8", line=data[:error.start].count(b"\n") + 1) from None


def lines_of(text: str) -> list[Line]:
    """Content lines, unfolded; blank lines are no lines."""
    found: list[tuple[int, str]] = []
    for number, raw in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if raw[:1] in (" ", "\t") and found:
            found[-1] = (found[-1][0], found[-1][1] + raw[1:])
        elif raw.strip():
            found.append((number, raw))
        if len(found) > LINES:
            raise unreadable("too_many_lines", most=LINES)
    return [Line(number, _name(number, raw), raw) for number, raw in found]


def _name(number: int, raw: str) -> str:
    """The name a line begins with; raises for what is no content line."""
    head, value = _split(raw)
    name = head.partition(";")[0]
    if value is None or not NAME.fullmatch(name):
        raise unreadable("no_line", line=number)
    return name.upper()


def _split(raw: str) -> tuple[str, str]:
    """Name with parameters, and value: at the first colon that stands in no quotes."""
    quoted = False
    for place, character in enumerate(raw):
        if character == '"':
            quoted = not quoted
        elif character == ":" and not quoted:
            return raw[:place], raw[place + 1:]
    return raw, None   # type: ignore[return-value]


def scan(text: str) -> Scan:
    """Judge the shape of a calendar: what begins must end, in order, and not too deep."""
    found, path = Scan(), _Path()
    lines = lines_of(text)
    if not lines or (lines[0].name, lines[0].value.strip().upper()) != ("BEGIN", "VCALENDAR"):
        raise unreadable("no_calendar", line=lines[0].number if lines else 1)
    for line in lines:
        path.follow(line)
        if line.name in RULE_NAMES:
            check_rule(line, ZONE_PARTS if "VTIMEZONE" in path.inside else RULE_PARTS)
        _keep(found, path, line)
    if path.open:
        raise unreadable("cut_off", line=lines[-1].number, open=path.open[-1])
    if len(found.events) > EVENTS:
        raise unreadable("too_many_events", most=EVENTS)
    return found


class _Path:
    """Which components a line stands in."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.counts = {"VTIMEZONE": 0, "STANDARD": 0, "DAYLIGHT": 0}
        self.inside: list[str] = []   # what the present line belongs to, its own END included

    def follow(self, line: Line) -> None:
        """Enter or leave a component."""
        self.inside = list(self.open)
        if line.name == "BEGIN":
            self._enter(line)
            self.inside = list(self.open)
        elif line.name == "END":
            word = line.value.strip().upper()
            if not self.open or self.open[-1] != word:
                raise unreadable("wrong_end", line=line.number, word=word[:TITLE],
                                 open=self.open[-1] if self.open else "—")
            self.open.pop()
        elif not self.open:
            raise unreadable("no_calendar", line=line.number)

    def _enter(self, line: Line) -> None:
        word = line.value.strip().upper()
        nested = word == "VCALENDAR" and self.open
        if nested or not NAME.fullmatch(word) or len(self.open) >= DEPTH or (
                word == "VEVENT" and self.open != ["VCALENDAR"]) or (
                not self.open and word != "VCALENDAR"):
            raise unreadable("wrong_begin", line=line.number, word=word[:TITLE])
        self.open.append(word)
        if word in self.counts:
            self.counts[word] += 1
        if (self.counts["VTIMEZONE"] > ZONES
                or self.counts["STANDARD"] + self.counts["DAYLIGHT"] > OBSERVANCES):
            raise unreadable("too_many_zones", line=line.number)


def _keep(found: Scan, path: _Path, line: Line) -> None:
    """Keep zones whole and of events their times; note what an event calls itself."""
    place = path.inside
    if place == ["VCALENDAR"]:
        if line.name in ("BEGIN", "END"):
            found.kept.append(f"{line.name}:VCALENDAR")
        return
    if place[1] == "VTIMEZONE":
        found.kept.append(line.text)
    elif place[1] == "VEVENT" and len(place) == 2:
        if line.name == "BEGIN":
            found.events.append(Event(line.number))
        elif line.name == "SUMMARY":
            found.events[-1].title = line.value[:TITLE]
        if line.name in KEPT:
            found.kept.append(line.text)


def check_rule(line: Line, known: frozenset[str] = RULE_PARTS) -> None:
    """A repetition that we can follow: at most hourly, with parts that the standard has."""
    parts: dict[str, str] = {}
    for each in line.value.strip().upper().split(";"):
        name, equals, value = each.partition("=")
        if not equals or name not in known or name in parts or not value:
            raise unreadable("wrong_rule", line=line.number, part=each[:TITLE])
        parts[name] = value
    if parts.get("FREQ") in TOO_OFTEN or any("," in parts.get(name, "") for name in ONCE):
        raise unreadable("too_often", line=line.number)
    wanted = FREQUENCIES[:1] if known is ZONE_PARTS else FREQUENCIES
    if line.name == "EXRULE" or parts.get("FREQ") not in wanted:
        raise unreadable("wrong_rule", line=line.number, part=parts.get("FREQ", "EXRULE")[:TITLE])
    for name in ("COUNT", "INTERVAL"):
        if not NUMBER.fullmatch(parts.get(name, "1")):
            raise unreadable("wrong_rule", line=line.number,
                             part=f"{name}={parts[name]}"[:TITLE])
