"""Free time as shapes for pages: strips of days, week grids, nearest starts. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from marketplace.capacity.queries import LaneBook
from marketplace.catalogue.rules import ListingRules, end_over
from marketplace.core.timewindow import TimeWindow, merge, subtract


@dataclass(frozen=True)
class Day:
    """One local day of a strip: the free share of its open lane time from now on."""

    day: date
    share: float
    closed: bool


@dataclass(frozen=True)
class Need:
    """What a work needs of a machine: minutes of open time on so many lanes, with buffers."""

    minutes: int
    lanes: int
    before: timedelta
    after: timedelta


@dataclass(frozen=True)
class Part:
    """A stretch of one local day in hours from midnight."""

    state: str
    start: float
    end: float
    window: TimeWindow
    lanes: int = 0


def local_day(day: date, zone: str) -> TimeWindow:
    """A day on the wall clock of a zone."""
    start = datetime.combine(day, datetime.min.time(), ZoneInfo(zone))
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))
    return TimeWindow(start, end)


def days_from(first: date, count: int) -> list[date]:
    """So many days from the first."""
    return [first + timedelta(days=number) for number in range(count)]


def strip(books: Sequence[LaneBook], days: Iterable[date], zone: str, now: datetime) -> list[Day]:
    """The free share of each day over all lanes; what has passed is not free."""
    free = [each for book in books for each in book.free]
    opened = [each for book in books for each in book.opened]
    found = []
    for day in days:
        whole = local_day(day, zone)
        total = _minutes(opened, whole)
        left = (_minutes(free, TimeWindow(max(whole.start, now), whole.end))
                if now < whole.end else 0)
        found.append(Day(day, left / total if total else 0.0, total == 0))
    return found


def _minutes(windows: Iterable[TimeWindow], inside: TimeWindow) -> int:
    return sum(TimeWindow(max(each.start, inside.start), min(each.end, inside.end)).minutes
               for each in windows if each.overlaps(inside))


def starts(books: Sequence[LaneBook], rules: ListingRules, need: Need, now: datetime,
           near: datetime | None = None) -> Iterator[TimeWindow]:
    """Windows in which the work fits, each begun as early as its gap allows, or as near to a
    moment as it allows; in order, or the nearest first."""
    opened = merge(each for book in books for each in book.opened)
    soonest = now + timedelta(minutes=rules.notice_minutes)
    latest = now + timedelta(days=rules.horizon_days)
    tried = _candidates(books, rules, need, soonest, near)
    order = sorted(tried, key=lambda each: (abs(each - near) if near else timedelta(), each))
    for start in order:
        end = end_over(opened, start, need.minutes, rules.may_pause)
        if end is None or not soonest <= start <= latest:
            continue
        whole = TimeWindow(start, end).widened(need.before, need.after)
        if lanes_free(books, whole) >= need.lanes:
            yield TimeWindow(start, end)


def _candidates(books: Sequence[LaneBook], rules: ListingRules, need: Need, soonest: datetime,
                near: datetime | None) -> set[datetime]:
    """Starts worth trying: the first of each gap, and around a wished moment."""
    length = timedelta(minutes=need.minutes)
    tried = set()
    for book in books:
        opens = {each.start for each in book.opened}
        for gap in book.free:
            first = gap.start if gap.start in opens else gap.start + need.before
            tried.add(stepped(max(first, soonest), rules))
            if near is not None:
                last = gap.end - length - need.after
                tried.add(stepped(min(max(near, first, soonest), max(last, first)), rules))
                tried.add(stepped(max(last, first, soonest), rules, down=True))
    return tried


def stepped(moment: datetime, rules: ListingRules, down: bool = False) -> datetime:
    """The next start on the listing's step, counted from local midnight; or the last before."""
    local = moment.astimezone(ZoneInfo(rules.zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    step = timedelta(minutes=rules.step)
    steps = (local - midnight) // step if down else -((midnight - local) // step)
    return (midnight + steps * step).astimezone(moment.tzinfo)


def lanes_free(books: Sequence[LaneBook], window: TimeWindow) -> int:
    """How many lanes nothing blocks in a window."""
    return sum(not any(each.overlaps(window) for each in book.blocked) for book in books)


def parts(day: date, zone: str, opened: Sequence[TimeWindow],
          free: Sequence[tuple[TimeWindow, int]], now: datetime) -> list[Part]:
    """One day of a week grid: closed, busy and listed stretches; what has passed is closed."""
    whole = local_day(day, zone)
    coming = [TimeWindow(max(whole.start, now), whole.end)] if now < whole.end else []
    inside = [_cut(each, whole) for each in opened if each.overlaps(whole)]
    could = [part for each in coming for part in _within(inside, each)]
    sold = [(_cut(each, whole), lanes) for each, lanes in free if each.overlaps(whole)]
    listed = [(part, lanes) for each, lanes in sold for part in _within([each], *coming)]
    busy = subtract(could, [each for each, _ in listed])
    closed = subtract([whole], could)
    rows = [_part("closed", each, whole) for each in closed]
    rows += [_part("busy", each, whole) for each in busy]
    rows += [_part("listed", each, whole, lanes) for each, lanes in listed]
    return sorted(rows, key=lambda row: row.start)


def _within(windows: Iterable[TimeWindow], *limits: TimeWindow) -> list[TimeWindow]:
    return [_cut(each, limit) for limit in limits for each in windows if each.overlaps(limit)]


def _cut(window: TimeWindow, inside: TimeWindow) -> TimeWindow:
    return TimeWindow(max(window.start, inside.start), min(window.end, inside.end))


def _part(state: str, window: TimeWindow, day: TimeWindow, lanes: int = 0) -> Part:
    return Part(state, _hours(window.start, day), _hours(window.end, day), window, lanes)


def own(window: TimeWindow, day: date, zone: str) -> Part | None:
    """The reader's own work on one day of a grid."""
    whole = local_day(day, zone)
    return _part("held", _cut(window, whole), whole) if window.overlaps(whole) else None


def _hours(moment: datetime, day: TimeWindow) -> float:
    """Hours from the day's midnight; on a day of 23 or 25 hours the grid stays 24 high."""
    return (moment - day.start) / day.length * 24
