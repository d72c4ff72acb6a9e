"""When several resources are free at the same time: the earliest starts, by their rules.

One read of listings and one of what lies on all their lanes; the rest is arithmetic on intervals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import select

from marketplace.capacity import queries as capacity
from marketplace.capacity.queries import LaneBook
from marketplace.catalogue import queries, services
from marketplace.catalogue.errors import ListingNotFound, ModeNotOffered, RuleBroken
from marketplace.catalogue.rules import (
    ListingRules,
    Offer,
    end_over,
    length_errors,
    start_errors,
)
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import FieldError
from marketplace.core.timewindow import TimeWindow, merge, subtract
from marketplace.resources.models import Resource

MOST = 20                       # listings asked about at once
TRIED = 20_000                  # starts looked at before the search gives up
MINUTE = timedelta(minutes=1)   # the finest step


@dataclass(frozen=True)
class Part:
    """Work on one listing: minutes or pieces, on so many lanes."""

    listing_id: int
    minutes: int | None = None
    pieces: int | None = None
    lanes: int = 1
    mode: str | None = None


@dataclass(frozen=True)
class Joint:
    """A start at which all parts can be booked, and when each of them ends."""

    start: datetime
    ends: tuple[datetime, ...]


@dataclass(frozen=True)
class _Work:
    """A part resolved: its listing, its open minutes, and what is free of each lane."""

    offer: Offer
    part: Part
    minutes: int
    opened: Sequence[TimeWindow]
    free: Sequence[Sequence[TimeWindow]]   # by lane: neither claimed nor down, buffers kept

    def window(self, start: datetime) -> TimeWindow | None:
        """From that start to the end of the work; None where the listing's rules refuse it."""
        rules = self.offer.rules
        if start_errors(rules, start, clock.now()):
            return None
        end = end_over(self.opened, start, self.minutes, rules.may_pause)
        step = timedelta(minutes=rules.step)
        if end is None or (self.part.pieces is None and (end - start) % step):
            return None
        return TimeWindow(start, end)

    def fits(self, window: TimeWindow) -> bool:
        """True when enough lanes are free throughout."""
        return sum(any(each.contains(window) for each in lane)
                   for lane in self.free) >= self.part.lanes

    def hopeful(self) -> list[TimeWindow]:
        """Where a start may lie: enough lanes are free for as long as the work takes at least."""
        length = timedelta(minutes=self.minutes)
        starts = [[TimeWindow(each.start, each.end - length + MINUTE) for each in lane
                   if each.length >= length] for lane in self.free]
        edges = sorted({edge for lane in starts for each in lane
                        for edge in (each.start, each.end)})
        parts = [TimeWindow(*each) for each in pairwise(edges)]
        return merge(part for part in parts
                     if sum(any(each.contains(part) for each in lane)
                            for lane in starts) >= self.part.lanes)


def find(parts: Sequence[Part], window: TimeWindow, limit: int = 5) -> list[Joint]:
    """The earliest starts at which all parts can begin together and end inside the window.

    Raises ListingNotFound, ModeNotOffered for pieces that nothing times, RuleBroken naming the
    parts (`items.<n>`) that are too short, too long or want more lanes than there are.
    """
    works = _works(parts, window)
    found: list[Joint] = []
    for start in islice(_starts(works, window), TRIED):
        windows = [work.window(start) for work in works]
        if all(each is not None and work.fits(each)
               for work, each in zip(works, windows, strict=True)):
            found.append(Joint(start, tuple(each.end for each in windows if each is not None)))
            if len(found) == limit:
                break
    return found


def _works(parts: Sequence[Part], window: TimeWindow) -> list[_Work]:
    offers = queries.offers([part.listing_id for part in parts])
    for part in parts:
        if part.listing_id not in offers:
            raise ListingNotFound(id=part.listing_id)
    minutes = [_minutes(offers[part.listing_id], part) for part in parts]
    errors = [FieldError(f"items.{place}.{error.field}", error.code, **error.params)
              for place, part in enumerate(parts)
              for error in _errors(offers[part.listing_id], part, minutes[place])]
    if errors:
        raise RuleBroken(errors=errors, count=len(errors))
    lanes: dict[int, list[LaneBook]] = defaultdict(list)
    resources = {each.resource_id for each in offers.values()}
    for book in capacity.books(resources, window):
        lanes[book.resource_id].append(book)
    buffers = {id_: (timedelta(minutes=before), timedelta(minutes=after))
               for id_, before, after in db.session.execute(
                   select(Resource.id, Resource.buffer_before, Resource.buffer_after)
                   .where(Resource.id.in_(resources)))}
    return [_work(offers[part.listing_id], part, minutes[place], window,
                  (lanes, buffers)) for place, part in enumerate(parts)]


def _minutes(offer: Offer, part: Part) -> int:
    """Open minutes that a part takes."""
    if part.pieces is None:
        return part.minutes or 0
    modes = sorted(offer.terms)
    timing = services.timing(offer, part.mode or modes[0]) if part.mode in (None, *modes) else None
    if timing is None:
        raise ModeNotOffered(mode=part.mode or "piece", offered="/".join(modes))
    return timing.minutes(part.pieces, part.lanes)


def _errors(offer: Offer, part: Part, minutes: int) -> list[FieldError]:
    name = "minutes" if part.pieces is None else "pieces"
    errors = length_errors(offer.rules, minutes, name)
    if part.lanes > offer.lanes:
        errors.append(FieldError("lanes", "too_many_lanes", lanes=offer.lanes))
    return errors


def _work(offer: Offer, part: Part, minutes: int, window: TimeWindow, known: tuple[
        Mapping[int, Sequence[LaneBook]], Mapping[int, tuple[timedelta, timedelta]]]) -> _Work:
    books = known[0].get(offer.resource_id, [])
    before, after = known[1][offer.resource_id]
    free = [subtract([window], [each.widened(after, before) for each in book.blocked])
            for book in books]
    return _Work(offer, part, minutes, books[0].opened if books else [], free)


def _starts(works: Sequence[_Work], window: TimeWindow) -> Iterator[datetime]:
    """Every start on the coarsest step among the listings that is worth a look."""
    coarsest = max((work.offer.rules for work in works), key=lambda rules: rules.step)
    begin = max(window.start, clock.now())
    ranges = [TimeWindow(begin, window.end)] if begin < window.end else []
    for work in works:
        ranges = _common(ranges, work.hopeful())
    for each in ranges:
        start = _next(each.start, coarsest)
        while start < each.end:
            yield start
            start = _next(start + MINUTE, coarsest)


def _common(one: Sequence[TimeWindow], other: Sequence[TimeWindow]) -> list[TimeWindow]:
    """What two lists of windows have in common."""
    return [TimeWindow(max(a.start, b.start), min(a.end, b.end))
            for a in one for b in other if a.overlaps(b)]


def _next(moment: datetime, rules: ListingRules) -> datetime:
    """The first moment from this one on that lies on the step, counted from local midnight."""
    whole = moment + (-timedelta(seconds=moment.second, microseconds=moment.microsecond)
                      % MINUTE)
    local = whole.astimezone(ZoneInfo(rules.zone))
    passed = local.hour * 60 + local.minute
    return whole + timedelta(minutes=min(-passed % rules.step, 1440 - passed))
