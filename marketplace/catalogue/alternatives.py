"""What is free instead of a work that was refused: found by SQL, priced and free at that moment.

First the same resource at its earliest free start, then another of the same seller or site at the
same time, then the nearest elsewhere at the same time; what is left of the list is filled with
the same work on fewer lanes and with later starts. No solver runs, and nothing is ever raised.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from marketplace.capacity import gaps
from marketplace.capacity.gaps import Free
from marketplace.catalogue import queries
from marketplace.catalogue.models import Quote
from marketplace.catalogue.neighbours import Place, place_of, stand_ins, still_free
from marketplace.catalogue.rules import (
    ListingRules,
    length_errors,
    start_errors,
    work_minutes,
)
from marketplace.catalogue.services import Wish
from marketplace.catalogue.starts import Need, lanes_free, place, starts, stepped
from marketplace.core import clock, transaction
from marketplace.core.actor import Actor
from marketplace.core.errors import DomainError
from marketplace.core.timewindow import TimeWindow
from marketplace.pricing.quote import Priced, Usage, load_terms, modes
from marketplace.pricing.quote import quote as priced

LATER, OTHER, NEARBY = "later", "other", "nearby"
NEAR = timedelta(days=10)   # how far a first look goes
ODD_LENGTHS = 4   # stand-ins whose own length is checked by a look of its own
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Alternative:
    """A slot that is free now, as it would be quoted now; `distance_km` where it is elsewhere."""

    kind: str
    place: Place
    window: TimeWindow
    lanes: int
    pieces: int | None
    mode: str
    minutes: int
    priced: Priced
    distance_km: float | None = None

    def shown(self) -> dict[str, Any]:
        """As plain values, for an answer."""
        offer, km = self.place.offer, self.distance_km
        return {"kind": self.kind, "listing_id": offer.listing_id,
                "resource_id": offer.resource_id, "resource": offer.resource_name,
                "start": self.window.start, "end": self.window.end, "pieces": self.pieces,
                "lanes": self.lanes, "mode": self.mode, "total": self.priced.total,
                "total_min": self.priced.total_min, "total_max": self.priced.total_max,
                "distance_km": None if km is None else round(km, 1),
                "approval": offer.rules.approval}

    @property
    def wish(self) -> Wish:
        """The wish that this answers."""
        return Wish(self.place.offer.listing_id, self.window.start,
                    None if self.pieces else self.window.end, self.pieces, self.mode, self.lanes)


Judge = Callable[[Actor | None, Alternative], bool]


def everything(_actor: Actor | None, _alternative: Alternative) -> bool:
    """The judge who lets all through; bookings know more rules than a listing's own."""
    return True


def wish_of(quote: Quote) -> Wish:
    """The wish that a quote answers."""
    return Wish(quote.listing_id, quote.starts, None if quote.pieces else quote.ends,
                quote.pieces, quote.mode, quote.lanes)


def alternatives(actor: Actor | None, wanted: Wish | Quote, limit: int = 3,
                 judge: Judge = everything) -> list[Alternative]:
    """Up to `limit` slots that can be booked at once in place of one that was refused.

    Empty when nothing is free, and when it cannot be found out: the refusal is what counts.
    """
    try:
        wish = wish_of(wanted) if isinstance(wanted, Quote) else wanted
        found: list[Alternative] = []
        kept = (each for each in _found(wish, limit, found) if judge(actor, each))
        for each in islice(kept, limit):
            found.append(each)   # which the search looks at: one of each kind comes first
        return found
    except (DomainError, SQLAlchemyError) as error:
        log.warning("no alternatives: %r", error)
        if not transaction.active():
            transaction.end_read()
        return []


def _found(wish: Wish, limit: int, kept: Sequence[Alternative]) -> Iterator[Alternative]:
    """One of each kind, then the rest; each is looked at when it is asked for."""
    asked = place_of(wish.listing_id)
    if asked is None:
        return
    wish = replace(wish, lanes=min(wish.lanes, asked.offer.lanes))
    same = _on_the_same(asked, wish, limit)
    yield from same[:1]
    elsewhere = _Elsewhere(asked, wish)
    more = []
    for spot in elsewhere.spots():
        if any(each.kind == _kind(spot) for each in kept):
            more.append(spot)
        else:
            yield from elsewhere.offered(spot)
    yield from same[1:]
    for spot in more:
        yield from elsewhere.offered(spot)


@dataclass(frozen=True)
class Way:
    """A mode that can price a work on an offer, and the open minutes the work takes in it."""

    mode: str
    minutes: int
    priced: Priced


def _ways(spot: Place, wish: Wish, minutes: int | None) -> list[Way]:
    """Modes that can price a work, the cheapest first; `minutes` of one with an end."""
    offer, found = spot.offer, []
    for mode in [wish.mode] if wish.mode else sorted(offer.terms):
        length = minutes if wish.pieces is None else _minutes_of(spot, wish, mode)
        if mode not in offer.terms or length is None or (
                wish.pieces is None and modes()[mode].NEEDS_PIECES):
            continue
        if length_errors(offer.rules, length, "end"):
            continue
        found.append(Way(mode, length, priced(mode, offer.terms[mode],
                                              Usage(length, wish.lanes, wish.pieces))))
    return sorted(found, key=lambda way: (way.priced.most.minor, way.mode))


def _minutes_of(spot: Place, wish: Wish, mode: str) -> int | None:
    """How long the pieces of a wish take: the mode's own word, else that of another mode."""
    terms = spot.offer.terms
    for name in (mode, *sorted(terms)):
        timing = modes()[name].timing(load_terms(name, terms[name])) if name in terms else None
        if timing is not None and wish.pieces is not None:
            return timing.minutes(wish.pieces, wish.lanes)
    return None


def _rounded(rules: ListingRules, minutes: int) -> int:
    """A length on the listing's step, and not under its least."""
    return -(-max(minutes, rules.min_minutes) // rules.step) * rules.step


def _on_the_same(spot: Place, wish: Wish, limit: int) -> list[Alternative]:
    """The same resource later, and at the wished time on as many lanes as it has free."""
    rules, now = spot.offer.rules, clock.now()
    first = stepped(max(wish.start, now + timedelta(minutes=rules.notice_minutes)), rules)
    latest = now + timedelta(days=rules.horizon_days)
    if first > latest:
        return []
    since = min(wish.start, first) - spot.before
    near = max(since, wish.end or since) + NEAR   # most often there is room near by
    for until in (near, max(near, latest + queries.LOOK_AHEAD)):
        free = gaps.free(spot.offer.resource_id, TimeWindow(since, until))
        found = _starting(spot, wish, free, (first, latest), limit)
        if len(found) >= limit:
            break
    return found


def _starting(spot: Place, wish: Wish, free: Free, reach: tuple[datetime, datetime],
              limit: int) -> list[Alternative]:
    """What of the free time of a resource starts within a reach, earliest first."""
    rules, (first, latest) = spot.offer.rules, reach
    minutes = None if wish.end is None else _rounded(rules, _open_minutes(free, rules, wish))
    found: list[Alternative] = []
    for way in _ways(spot, wish, minutes)[:1]:
        need = Need(way.minutes, wish.lanes, spot.before, spot.after)
        windows = (each for each in starts(free, rules, need, first, latest)
                   if _keeps_rules(spot, wish, each))
        found = [_made(LATER, spot, wish, way, each) for each in islice(windows, limit)]
    if wish.lanes > 1 and not (found and found[0].window.start == first):
        found[1:1] = _on_fewer(spot, wish, free, minutes)
    return found


def _open_minutes(free: Free, rules: ListingRules, wish: Wish) -> int:
    """The open minutes inside a wish with an end; all of them where it lies in closed time."""
    assert wish.end is not None   # a wish has an end or pieces
    window = TimeWindow(wish.start, wish.end)
    return work_minutes(free.opened, window, rules.may_pause) or window.minutes


def _on_fewer(spot: Place, wish: Wish, free: Free, minutes: int | None) -> list[Alternative]:
    """The same work at the wished time on those lanes that are free then."""
    rules = spot.offer.rules
    start = stepped(max(wish.start, clock.now()), rules)
    for way in _ways(spot, wish, minutes)[:1]:
        need = Need(way.minutes, 1, spot.before, spot.after)
        whole = place(free, rules, need, start)
        count = min(lanes_free(free, whole, need) if whole else 0, wish.lanes - 1)
        fewer = replace(wish, lanes=count)
        for other in _ways(spot, fewer, minutes)[:1] if count else []:
            window = place(free, rules, replace(need, minutes=other.minutes, lanes=count), start)
            if window is not None and _keeps_rules(spot, fewer, window):
                return [_made(LATER, spot, fewer, other, window)]
    return []


def _keeps_rules(spot: Place, wish: Wish, window: TimeWindow) -> bool:
    """True when a start, and an end that is asked for, keep to the listing's rules now."""
    rules = spot.offer.rules
    on_step = wish.pieces is not None or not window.length % timedelta(minutes=rules.step)
    return on_step and not start_errors(rules, window.start, clock.now())


def _made(kind: str, spot: Place, wish: Wish, way: Way, window: TimeWindow,
          distance_km: float | None = None) -> Alternative:
    return Alternative(kind, spot, window, wish.lanes, wish.pieces, way.mode, way.minutes,
                       way.priced, distance_km)


def _kind(spot: Place) -> str:
    return OTHER if spot.other else NEARBY


@dataclass
class _Elsewhere:
    """Stand-ins at the wished time, each priced and judged by its own rules."""

    asked: Place
    wish: Wish
    odd: int = ODD_LENGTHS

    @cached_property
    def window(self) -> TimeWindow | None:
        """What is looked for: the wished window, or as long as the pieces take where asked."""
        wish, end = self.wish, self.wish.end
        if end is None and (ways := _ways(self.asked, wish, None)):
            end = wish.start + timedelta(minutes=ways[0].minutes)
        return None if end is None or wish.start < clock.now() else TimeWindow(wish.start, end)

    def spots(self) -> list[Place]:
        """Listings that are free then: of the same seller or site, then the nearest."""
        return stand_ins(self.asked, self.window, self.wish.lanes) if self.window else []

    def offered(self, spot: Place) -> Iterator[Alternative]:
        """The work on a stand-in, in the wished mode or its cheapest, where its rules allow it."""
        wish, looked = self.wish, self.window
        if looked is None:
            return
        ways = (_ways(spot, wish, looked.minutes)
                or _ways(spot, replace(wish, mode=None), looked.minutes))
        for way in ways[:1]:
            window = TimeWindow(wish.start, wish.start + timedelta(minutes=way.minutes))
            if _keeps_rules(spot, wish, window) and self._free(spot, window):
                km = spot.kilometres(self.asked) if spot.site_id != self.asked.site_id else None
                yield _made(_kind(spot), spot, wish, way, window, km)

    def _free(self, spot: Place, window: TimeWindow) -> bool:
        """True for the window that was looked for, and after a look for a few others."""
        if window == self.window:
            return True
        self.odd -= 1
        return self.odd >= 0 and still_free(spot, window, self.wish.lanes)
