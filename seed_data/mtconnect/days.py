"""From the SHDR lines of a machine-day to minutes cutting, connected, in fault and unknown."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

STATES = ("cutting", "connected_not_cutting", "fault", "unknown")
DAY_MINUTES = 1440
CONDITIONS = frozenset(
    ("servo", "logic", "system", "servo_cond", "logic_cond", "system_cond")
)
_NOT_CUTTING = frozenset(("READY", "STOPPED", "INTERRUPTED", "FEED_HOLD"))
_UNKNOWN = "UNAVAILABLE"


@dataclass(frozen=True)
class Line:
    """One value of one item from a moment on."""

    moment: datetime
    item: str
    value: str


@dataclass
class Machine:
    """The latest value of every item; what was never said is unknown."""

    items: dict[str, str] = field(default_factory=dict)

    def hear(self, line: Line) -> None:
        """Take a line in. Agents write UNAVAILABLE in any case."""
        self.items[line.item] = line.value.strip().upper()

    def state(self) -> str:
        """The one state: unknown without a connection, then fault, then what execution says.

        A lost connection outranks a fault: the fault was known before it, and is not known now.
        """
        execution = self.items.get("execution", _UNKNOWN)
        if self.items.get("avail") == _UNKNOWN or execution == _UNKNOWN:
            return "unknown"
        if self._faulty():
            return "fault"
        if execution == "ACTIVE":
            return "cutting"
        return "connected_not_cutting" if execution in _NOT_CUTTING else "unknown"

    def _faulty(self) -> bool:
        if self.items.get("estop") == "TRIGGERED":
            return True
        return any(self.items.get(item) == "FAULT" for item in CONDITIONS)


def parse(text: Iterable[str]) -> Iterator[Line]:
    """Every ``timestamp|item|value[|item|value...]`` line, in the order of the file.

    A condition carries more fields after its level; only items we know are read.
    """
    for raw in text:
        fields = raw.rstrip("\r\n").split("|")
        if len(fields) < 3:
            continue
        moment = _moment(fields[0])
        if fields[1] in CONDITIONS:
            yield Line(moment, fields[1], fields[2])
            continue
        for item, value in zip(fields[1::2], fields[2::2], strict=False):
            yield Line(moment, item, value)


def _moment(text: str) -> datetime:
    exact = re.sub(r"(\.\d{6})\d+", r"\1", text)
    return datetime.fromisoformat(exact.replace("Z", "+00:00")).astimezone(UTC)


def spans(lines: Iterable[Line], day: date) -> Iterator[tuple[datetime, datetime, str]]:
    """Half-open spans of one state that cover the UTC day exactly.

    Lines stamped before the day are the state at its start; lines stamped after it are ignored.
    """
    opens = datetime.combine(day, time(), UTC)
    closes = opens + timedelta(days=1)
    machine, since = Machine(), opens
    for line in sorted(lines, key=lambda line: line.moment):
        if line.moment >= closes:
            break
        if line.moment > since:
            yield since, line.moment, machine.state()
            since = line.moment
        machine.hear(line)
    yield since, closes, machine.state()


def minutes_of_day(lines: Iterable[Line], day: date) -> dict[str, int]:
    """Whole minutes per state; they sum to 1440. Largest remainders get the last minutes."""
    exact = dict.fromkeys(STATES, Fraction(0))
    for start, end, state in spans(lines, day):
        exact[state] += Fraction((end - start) // timedelta(microseconds=1), 60_000_000)
    whole = {state: int(minutes) for state, minutes in exact.items()}
    by_rest = sorted(STATES, key=lambda state: exact[state] - whole[state], reverse=True)
    for state in by_rest[: DAY_MINUTES - sum(whole.values())]:
        whole[state] += 1
    return whole


def summary(rows: Iterable[Mapping[str, str]]) -> dict[str, dict[str, float | None]]:
    """Per machine: hours known, cutting, in fault, unknown, and the share idle of what is known.

    Idle = connected and not cutting. The share is None where nothing is known.
    """
    totals: dict[str, dict[str, int]] = {}
    for row in rows:
        machine = totals.setdefault(row["machine"], dict.fromkeys(STATES, 0))
        for state in STATES:
            machine[state] += int(row[state])
    return {machine: _shares(minutes) for machine, minutes in totals.items()}


def _shares(minutes: Mapping[str, int]) -> dict[str, float | None]:
    known = sum(minutes[state] for state in STATES if state != "unknown")
    return {
        "hours_known": known / 60,
        "hours_cutting": minutes["cutting"] / 60,
        "hours_fault": minutes["fault"] / 60,
        "hours_unknown": minutes["unknown"] / 60,
        "share_idle_of_known": minutes["connected_not_cutting"] / known if known else None,
    }
