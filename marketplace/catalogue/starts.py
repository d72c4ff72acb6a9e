"""When a work could start: pure, from opening time, gaps of lanes and the listing's rules."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from marketplace.capacity.gaps import Free
from marketplace.catalogue.rules import ListingRules, end_over
from marketplace.core.timewindow import TimeWindow


@dataclass(frozen=True)
class Need:
    """Open minutes on so many lanes, with the resource's buffers around them."""

    minutes: int
    lanes: int
    before: timedelta
    after: timedelta


def stepped(moment: datetime, rules: ListingRules) -> datetime:
    """The next start on the listing's step, counted from local midnight."""
    local = moment.astimezone(ZoneInfo(rules.zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    step = timedelta(minutes=rules.step)
    return (midnight - (midnight - local) // step * step).astimezone(UTC)


def place(free: Free, rules: ListingRules, need: Need, start: datetime) -> TimeWindow | None:
    """The work's window from a start; None where it is closed, down, or too few lanes are free."""
    at = bisect_right(free.opened, start, key=lambda each: each.start) - 1
    if at < 0:
        return None
    end = end_over(free.opened[at:], start, need.minutes, rules.may_pause)
    if end is None:
        return None
    window = TimeWindow(start, end)
    blocked = window.widened(need.before, need.after)
    if any(each.overlaps(blocked) for each in free.down):
        return None
    return window if lanes_free(free, window, need) >= need.lanes else None


def lanes_free(free: Free, window: TimeWindow, need: Need) -> int:
    """How many lanes have a gap that holds a window with the buffers of its own."""
    blocked = window.widened(need.before, need.after)
    return sum(each.window.contains(blocked) for each in free.gaps)


def starts(free: Free, rules: ListingRules, need: Need, first: datetime,
           latest: datetime) -> Iterator[TimeWindow]:
    """Windows for the work, each begun as early as it can, one after the other."""
    least = timedelta(minutes=need.minutes) + need.before + need.after
    roomy = Free(free.opened, [each for each in free.gaps if each.window.length >= least],
                 free.down)
    tried = {first, *(each.window.start + need.before for each in roomy.gaps),
             *(each.start for each in free.opened), *(each.end + need.before for each in free.down)}
    last: datetime | None = None
    for moment in sorted({max(each, first) for each in tried}):
        start = stepped(moment, rules)
        if start > latest:
            return
        if last is not None and start < last:
            continue
        window = place(roomy, rules, need, start)
        if window is not None:
            yield window
            last = window.end
