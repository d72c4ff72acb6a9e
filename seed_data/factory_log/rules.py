"""The conversion rules, each one pure function. README.md beside this file says them in words."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from seed_data.factory_log.events import Event

HOUR = timedelta(hours=1)
NO_MACHINE_EVER: dict[str, tuple[str, ...]] = {
    "Change Version": ("other",),
    "Rework Milling": ("Machine 14 - Milling", "Machine 16 - Milling"),
    "Turning Rework": ("Machine 15 - Turning",),
    "Milling Q.C.": ("Quality Check 1",),
}
"""Activities the log never shows on a machine, and the stations of the nearest activity."""


@dataclass(frozen=True)
class Operation:
    """A maximal run of one activity's events of one order, its sub-batches merged."""

    activity: str
    events: tuple[Event, ...]

    @property
    def minutes(self) -> int:
        """Work: the sum of the events' minutes, also where two of them overlap."""
        return sum(event.minutes for event in self.events)

    @property
    def start(self) -> datetime:
        """When the first event really began."""
        return self.events[0].start

    @property
    def end(self) -> datetime:
        """When the last event really ended."""
        return max(event.end for event in self.events)

    @property
    def machines(self) -> tuple[str, ...]:
        """The machines really used, where the log names them."""
        return tuple(sorted({event.machine for event in self.events if event.machine}))


def by_order(events: Iterable[Event]) -> dict[str, list[Event]]:
    """Events of each order by start, then end; ties keep the order of the file."""
    orders: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        orders[event.order].append(event)
    return {
        order: sorted(rows, key=lambda row: (row.start, row.end))
        for order, rows in sorted(orders.items(), key=lambda item: order_number(item[0]))
    }


def order_number(case: str) -> int:
    """"Case17" -> 17."""
    return int("".join(letter for letter in case if letter.isdigit()))


def operations(rows: Sequence[Event]) -> list[Operation]:
    """The route of one order: maximal runs of one activity in the order of their starts."""
    runs: list[list[Event]] = []
    for event in rows:
        if runs and runs[-1][0].activity == event.activity:
            runs[-1].append(event)
        else:
            runs.append([event])
    return [Operation(run[0].activity, tuple(run)) for run in runs]


def machines_by_activity(events: Iterable[Event]) -> dict[str, tuple[str, ...]]:
    """For each activity, every machine the log shows it on; a fallback where there is none."""
    seen: dict[str, set[str]] = defaultdict(set)
    for event in events:
        seen[event.activity].update({event.machine} - {""})
    return {
        activity: tuple(sorted(machines)) or NO_MACHINE_EVER[activity]
        for activity, machines in seen.items()
    }


def eligible(operation: Operation, seen: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The machines named in the run; where none is named, any seen for the activity."""
    return operation.machines or seen[operation.activity]


def lanes_by_machine(events: Iterable[Event]) -> dict[str, int]:
    """How many different orders each station was seen serving at one moment."""
    spans: dict[tuple[str, str], list[tuple[datetime, datetime]]] = defaultdict(list)
    for event in events:
        if event.machine:
            spans[event.machine, event.order].append((event.start, event.end))
    steps: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for (machine, _), pieces in spans.items():
        for start, end in merged(pieces):
            steps[machine] += [(start, 1), (end, -1)]
    return {machine: _peak(changes) for machine, changes in sorted(steps.items())}


def merged(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Half-open spans in order, those that touch or overlap joined."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def touched_minutes(rows: Iterable[Event]) -> int:
    """Minutes in which at least one event of the order was running."""
    spans = merged((row.start, row.end) for row in rows)
    return sum(int((end - start).total_seconds() // 60) for start, end in spans)


def _peak(changes: list[tuple[datetime, int]]) -> int:
    running = peak = 0
    for _, change in sorted(changes):
        running += change
        peak = max(peak, running)
    return peak


def crews(events: Iterable[Event]) -> dict[datetime, int]:
    """Distinct workers seen in each calendar hour: a count, never who."""
    seen: dict[datetime, set[str]] = defaultdict(set)
    for event in events:
        for hour in hours_of(event.start, event.end):
            seen[hour].add(event.worker)
    return {hour: len(workers) for hour, workers in sorted(seen.items())}


def hours_of(start: datetime, end: datetime) -> list[datetime]:
    """The calendar hours that `[start, end)` touches."""
    hour = start.replace(minute=0, second=0, microsecond=0)
    hours = []
    while hour < end:
        hours.append(hour)
        hour += HOUR
    return hours


def open_hours(events: Sequence[Event], min_share: float = 0.5) -> dict[int, list[int]]:
    """ISO weekday -> hours in which the log shows work, on `min_share` of that weekday's dates."""
    worked = {hour for event in events for hour in hours_of(event.start, event.end)}
    if not worked:
        return {}
    day, last = min(worked).date(), max(worked).date()
    dates: dict[int, int] = defaultdict(int)
    while day <= last:
        dates[day.isoweekday()] += 1
        day += timedelta(days=1)
    seen: dict[tuple[int, int], int] = defaultdict(int)
    for hour in worked:
        seen[hour.isoweekday(), hour.hour] += 1
    return {
        weekday: [h for h in range(24) if seen[weekday, h] and seen[weekday, h] >= min_share * n]
        for weekday, n in sorted(dates.items())
    }


def already_running(orders: dict[str, list[Event]], days: int = 3) -> set[str]:
    """Orders whose first event lies in the first `days` calendar days of the log."""
    firsts = {order: rows[0].start for order, rows in orders.items()}
    opened = min(firsts.values()).replace(hour=0, minute=0, second=0, microsecond=0)
    return {order for order, first in firsts.items() if first < opened + timedelta(days=days)}


def due_after(start: datetime, minutes: int, opening: dict[int, list[int]]) -> datetime:
    """The moment `minutes` of opening time after `start`."""
    moment, left = start, timedelta(minutes=minutes)
    if left and not any(opening.values()):
        raise ValueError("the plant never opens")
    while left:
        hour_end = moment.replace(minute=0, second=0, microsecond=0) + HOUR
        if moment.hour in opening.get(moment.isoweekday(), []):
            step = min(left, hour_end - moment)
            left -= step
            moment += step
        else:
            moment = hour_end
    return moment
