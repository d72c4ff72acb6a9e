"""A resource's page: facts, rules in plain words, free time, this work and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import url_for

from marketplace.accounts.permissions import allowed
from marketplace.capacity import queries as capacity
from marketplace.catalogue import queries, services
from marketplace.catalogue.models import Listing
from marketplace.catalogue.rules import Offer
from marketplace.catalogue.services import Slot, Wish
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import DomainError
from marketplace.core.timewindow import TimeWindow
from marketplace.pricing.quote import Usage, load_terms, modes
from marketplace.pricing.quote import quote as priced
from marketplace.web import free, prices, work
from marketplace.web.formats import DASH, LOCALES, Formats
from marketplace.web.prices import Answer
from marketplace.web.reader import formats, words
from marketplace.web.results import need_of
from marketplace.web.work import WorkForm

SHOWN_DAYS = 14
OFFERED = 3   # starts offered instead of one that is taken


@dataclass(frozen=True)
class Asked:
    """A listing and the work somebody asks about on its page."""

    listing: Listing
    offer: Offer
    form: WorkForm
    actor: Actor | None

    @property
    def zone(self) -> str:
        """The zone of the site."""
        return self.listing.resource.site.zone

    @cached_property
    def slots(self) -> dict[str, Slot] | DomainError | None:
        """The work's window in every mode, or which rules it breaks; None: no work named."""
        if self.form.wish is None:
            return None
        try:
            return services.slots(self.offer, _any_mode(self.form.wish))
        except DomainError as refusal:
            return refusal

    @cached_property
    def answers(self) -> list[Answer]:
        """The price in every mode that can price the work, for members."""
        if not isinstance(self.slots, dict) or not allowed(self.actor, "price.read"):
            return []
        wish = self.form.wish
        return [Answer(mode, priced(mode, self.offer.terms[mode],
                                    Usage(slot.minutes, wish.lanes, wish.pieces)), slot.window)
                for mode, slot in self.slots.items() if wish is not None]

    @property
    def errors(self) -> dict[str, str]:
        """A sentence for every wrong field: not understood, or against the rules."""
        if isinstance(self.slots, DomainError):
            return work.sentences(self.slots.errors) or {
                "": words(f"problem.{self.slots.code}.title")}
        return dict(self.form.errors)

    @cached_property
    def in_the_way(self) -> list[TimeWindow]:
        """What takes the time of the work: the same questions that booking asks."""
        if not isinstance(self.slots, dict) or self.form.wish is None:
            return []
        resource = self.listing.resource
        window = max((slot.window for slot in self.slots.values()), key=lambda each: each.end)
        lanes = capacity.lane_ids(resource.id)
        need = need_of(self.listing, 0, self.form.wish.lanes)
        busy = capacity.overlapping(lanes, window.widened(need.before, need.after))
        facts = capacity.unavailable([resource.id], window)
        taken = [TimeWindow(each.starts, each.ends) for each in facts]
        if facts or len(lanes) - len({each.lane_id for each in busy}) < self.form.wish.lanes:
            taken += [TimeWindow(each.blocked_from, each.blocked_until) for each in busy]
        return sorted(taken)[:5]


def _any_mode(wish: Wish) -> Wish:
    """The same work without a mode: the page compares all of them."""
    return Wish(wish.listing_id, wish.start, wish.end, wish.pieces, None, wish.lanes)


def ask(listing_id: int, sent: Any, actor: Actor | None) -> Asked:
    """Read the work in an address; raises ListingNotFound."""
    listing = queries.detail(listing_id)
    form = work.read(sent, listing_id, listing.resource.site.zone)
    return Asked(listing, queries.offer(listing_id), form, actor)


def takes(asked: Asked) -> dict[str, bool]:
    """Which lengths the terms can price: an end, pieces."""
    terms = asked.offer.terms
    timed = any(modes()[name].timing(load_terms(name, values)) for name, values in terms.items())
    return {"end": any(not modes()[name].NEEDS_PIECES for name in terms), "pieces": timed}


def needed_minutes(asked: Asked) -> int | None:
    """Minutes of open time the work needs in its slowest mode; None where nothing says so."""
    wish = asked.form.wish
    if isinstance(asked.slots, dict):
        return max(slot.minutes for slot in asked.slots.values())
    if wish is None:
        return None
    if wish.pieces is None:
        return TimeWindow(wish.start, wish.end).minutes if wish.end else None
    found = [timing.minutes(wish.pieces, wish.lanes) for mode in asked.offer.terms
             if (timing := prices.timing(asked.offer.terms, mode))]
    return max(found, default=None)


def instead(asked: Asked) -> list[dict[str, str]]:
    """The nearest starts at which the same machine is free for the same work."""
    wish, minutes = asked.form.wish, needed_minutes(asked)
    rules = asked.offer.rules
    if wish is None or not minutes or not rules.min_minutes <= minutes <= rules.max_minutes:
        return []
    now = clock.now()
    near = min(max(wish.start, now), now + timedelta(days=rules.horizon_days))
    span = TimeWindow(near - timedelta(days=SHOWN_DAYS), near + timedelta(days=SHOWN_DAYS + 14))
    books = capacity.books([asked.listing.resource_id], span)
    need = need_of(asked.listing, minutes, wish.lanes)
    f = formats(asked.zone)
    return [{"label": f.window(each), "why": "", "price": _cheapest(asked),
             "url": address(asked, each)}
            for each in islice(free.starts(books, rules, need, now, near), OFFERED)]


def _cheapest(asked: Asked) -> str:
    firm = [each.priced.total for each in asked.answers if each.priced.total is not None]
    return formats().money(min(firm)) if firm else ""


def address(asked: Asked, window: TimeWindow | None = None, **more: Any) -> str:
    """This page with its work, or with the work at another time."""
    wish = asked.form.wish
    if wish is None:
        return url_for("listing_page.show", listing_id=asked.listing.id, **more)
    moved = wish if window is None else Wish(
        wish.listing_id, window.start, None if wish.pieces else window.end, wish.pieces,
        wish.mode, wish.lanes)
    return url_for("listing_page.show", listing_id=asked.listing.id,
                   **work.query_of(moved, asked.zone), **more)


def week_of(asked: Asked, moment: datetime | None) -> int:
    """How many weeks after this one, counted from today, a moment lies; never before it."""
    if moment is None:
        return 0
    zone = ZoneInfo(asked.zone)
    days = (moment.astimezone(zone).date() - clock.now().astimezone(zone).date()).days
    return max(0, min(days, asked.offer.rules.horizon_days)) // 7


def week(asked: Asked, offset: int, own: TimeWindow | None) -> dict[str, Any]:
    """Seven days of free time from today plus `offset` weeks, as a grid and as a table."""
    now = clock.now()
    today = now.astimezone(ZoneInfo(asked.zone)).date()
    days = free.days_from(today + timedelta(days=7 * offset), 7)
    span = TimeWindow(free.local_day(days[0], asked.zone).start,
                      free.local_day(days[-1], asked.zone).end)
    resource_id = asked.listing.resource_id
    opened = capacity.openings([resource_id], span).get(resource_id, [])
    found = queries.free_windows(resource_id, span)
    columns = [_column(asked, day, free.parts(day, asked.zone, opened, found, now), own)
               for day in days]
    lit = [block for column in columns for block in column["blocks"]
           if block["state"] != "closed"]
    first = int(min((block["start"] for block in lit), default=6)) // 3 * 3
    last = -(-int(max((block["end"] for block in lit), default=21) + 0.999) // 3) * 3
    return {"days": columns, "first": first, "last": min(last, 24),
            "label": formats(asked.zone).days(days[0], days[-1]),
            "prev": offset - 1 if offset else None,
            "next": offset + 1 if offset < asked.offer.rules.horizon_days // 7 else None}


def _column(asked: Asked, day: date, parts: Sequence[free.Part],
            own: TimeWindow | None) -> dict[str, Any]:
    f = formats(asked.zone)
    blocks = [_block(asked, each) for each in parts]
    mine = free.own(own, day, asked.zone) if own else None
    if mine is not None:
        text = _hours(f, mine.window)
        blocks.append({"state": "held", "start": mine.start, "end": mine.end, "url": "",
                       "title": words("offer.this_work"), "note": text, "text": text})
    today = clock.now().astimezone(ZoneInfo(asked.zone)).date()
    name = format_date(day, "EEE", locale=LOCALES[f.lang])
    return {"name": name, "number": day.day, "today": day == today, "past": day < today,
            "date": f.date(day), "blocks": blocks}


def _block(asked: Asked, part: free.Part) -> dict[str, Any]:
    f = formats(asked.zone)
    block = {"state": part.state, "start": part.start, "end": part.end, "title": "", "note": "",
             "url": "", "text": _hours(f, part.window)}
    if part.state != "listed":
        return block
    lanes = asked.listing.resource.lanes
    hours = part.window.minutes // 60   # whole ones: the exact times stand below
    length = f.quantity(hours, "hour") if hours else f.duration(part.window.length)
    title = (words("offer.free", length=length) if lanes == 1 else
             words("offer.free_lanes", free=part.lanes, lanes=lanes))
    start = max(part.window.start, clock.now() + timedelta(
        minutes=asked.offer.rules.notice_minutes))
    start = free.stepped(start, asked.offer.rules)
    url = url_for("listing_page.show", listing_id=asked.listing.id,
                  start=work.local(start, asked.zone),
                  pieces=asked.form.values["pieces"] or None) + "#work"
    return block | {"title": title, "note": block["text"],
                    "url": url if start < part.window.end else ""}


def _hours(f: Formats, window: TimeWindow) -> str:
    """A stretch of one day as `08:00–24:00`."""
    end = f.time(window.end)
    return f"{f.time(window.start)}{DASH}{'24:00' if end == '00:00' else end}"
