"""Rows of the search page: free days, the earliest finish, prices for this work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import url_for
from markupsafe import Markup

from marketplace import config
from marketplace.accounts.permissions import allowed
from marketplace.capacity import queries as capacity
from marketplace.capacity.queries import LaneBook
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue import views
from marketplace.catalogue.models import Listing
from marketplace.catalogue.rules import ListingRules
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.timewindow import TimeWindow
from marketplace.web import free, names, prices, work
from marketplace.web.reader import formats, login_url, words

if TYPE_CHECKING:
    from marketplace.web.searching import SearchForm

DAYS = 10


def rows(listings: Sequence[Listing], form: SearchForm,
         actor: Actor | None) -> list[dict[str, Any]]:
    """One page of results; free time of all of them comes in one go."""
    zone = config.current().default_zone
    today = clock.now().astimezone(ZoneInfo(zone)).date()
    span = TimeWindow(free.local_day(today, zone).start,
                      free.local_day(today + timedelta(days=DAYS), zone).start)
    books: dict[int, list[LaneBook]] = defaultdict(list)
    for book in capacity.books([row.resource_id for row in listings], span):
        books[book.resource_id].append(book)
    companies = views.companies(listings)
    return [_row(each, form, actor, books[each.resource_id])
            | {"company": companies[each.company_id] if each.show_company
               else words("offer.anonymous"), "verified": True} for each in listings]


def _row(listing: Listing, form: SearchForm, actor: Actor | None,
         books: Sequence[LaneBook]) -> dict[str, Any]:
    resource = listing.resource
    zone = resource.site.zone
    f = formats(zone)
    now = clock.now()
    first = now.astimezone(ZoneInfo(zone)).date()
    shown = free.strip(books, free.days_from(first, DAYS), zone, now)
    return {
        "title": resource.name, "url": _url(listing, form), "facts": _facts(listing),
        "strip": [{"day": str(each.day.day), "share": each.share, "closed": each.closed,
                   "name": f.date(each.day)} for each in shown],
        "earliest": _earliest(listing, form, books, now),
        "action": words("search.row.action")} | _prices(listing, form, actor)


def _url(listing: Listing, form: SearchForm) -> str:
    """The resource's page with the work that was asked about."""
    wish = form.finding.wish
    carried: dict[str, Any] = {}
    if wish.free is not None:
        carried["start"] = work.local(wish.free.start, listing.resource.site.zone)
        if form.pieces is None:
            carried["end"] = work.local(wish.free.end, listing.resource.site.zone)
    if form.pieces is not None:
        carried["pieces"] = str(form.pieces)
    if wish.lanes > 1:
        carried["lanes"] = str(wish.lanes)
    if wish.mode:
        carried["mode"] = wish.mode
    return url_for("listing_page.show", listing_id=listing.id, **carried)


def _facts(listing: Listing) -> list[dict[str, str]]:
    """Where it is, what it does, how finely, how many lanes."""
    resource = listing.resource
    facts = [{"icon": "pin", "text": names.city(resource.site.region_code)}]
    if resource.capabilities:
        first = resource.capabilities[0]
        facts.append({"icon": "machine", "text": names.service(first.service_code)})
        if first.tolerance_um:
            facts.append({"icon": "gauge", "text": names.tolerance(first.tolerance_um)})
    if resource.lanes > 1:
        facts.append({"icon": "box", "text": words("offer.lanes", count=resource.lanes,
                                                   number=formats().number(resource.lanes))})
    return facts


def _earliest(listing: Listing, form: SearchForm, books: Sequence[LaneBook],
              now: datetime) -> str:
    """The earliest finish of this work, or the first free moment where no work was named."""
    f = formats(listing.resource.site.zone)
    minutes = _minutes(listing, form)
    if minutes is None:
        return words("search.row.no_pieces")
    if not listing.min_minutes <= minutes <= listing.max_minutes:
        return words("search.row.length", least=names.length(listing.min_minutes),
                     most=names.length(listing.max_minutes))
    if form.finding.wish.free is not None:
        return words("search.row.free_then")
    found = next(free.starts(books, rules_of(listing), need_of(
        listing, minutes, form.finding.wish.lanes), now), None)
    if found is None:
        return words("search.row.none", count=DAYS)
    if form.pieces is not None:
        return words("search.row.finish", time=f.datetime(found.end))
    return words("search.row.from", time=f.datetime(found.start))


def _minutes(listing: Listing, form: SearchForm) -> int | None:
    """How long the work takes here, the shortest length where none was named; None: unknown."""
    if form.pieces is not None:
        terms = {each.mode: each.terms for each in listing.terms}
        needs = prices.timing(terms, next(iter(terms)))
        return needs.minutes(form.pieces, form.finding.wish.lanes) if needs else None
    window = form.finding.wish.free
    return window.minutes if window is not None else listing.min_minutes


def rules_of(listing: Listing) -> ListingRules:
    """The rules of a loaded listing as values."""
    return catalogue.rules_of(listing, listing.resource.site.zone)


def need_of(listing: Listing, minutes: int, lanes: int) -> free.Need:
    """What a work needs of this listing's machine."""
    return free.Need(minutes, lanes, timedelta(minutes=listing.resource.buffer_before),
                     timedelta(minutes=listing.resource.buffer_after))


def _prices(listing: Listing, form: SearchForm, actor: Actor | None) -> dict[str, Any]:
    """Prices for this work, or unit prices where no work was named; members only."""
    terms = sorted(listing.terms, key=lambda each: prices.place(each.mode))
    if not allowed(actor, "price.read"):
        link = Markup('<a href="{}">{}</a>').format(login_url(_url(listing, form)),
                                                    words("search.row.log_in"))
        return {"prices": [{"mode": each.mode, "text": ""} for each in terms], "price": "",
                "price_note": link}
    if not form.has_work:
        return {"prices": [{"mode": each.mode, "text": prices.headline(
            each.mode, each.headline_micro)} for each in terms], "price": "",
            "price_note": words("search.row.name_work")}
    window = form.finding.wish.free
    answers = prices.of_usage({each.mode: each.terms for each in terms},
                              window.minutes if window else None, form.pieces,
                              form.finding.wish.lanes)
    fits = [each for each in answers
            if listing.min_minutes <= each.minutes <= listing.max_minutes]
    if answers and not fits:
        return {"prices": [], "price": "", "price_note": words("search.row.length_note")}
    return _answered(fits, form.pieces)


def _answered(answers: Sequence[prices.Answer], pieces: int | None) -> dict[str, Any]:
    if not answers:
        return {"prices": [], "price": "", "price_note": words(
            "search.row.give_window" if pieces else "search.row.give_pieces")}
    best = next((each for each in answers if each.priced.total is not None), answers[0])
    order = sorted(answers, key=lambda each: each is not best)
    return {"prices": [{"mode": each.mode, "text": prices.short(each.priced),
                        "expected": each.priced.total is None} for each in order],
            "price": (prices.text(best.priced) if best.priced.total is not None
                      else prices.short(best.priced)),
            "price_note": words("search.row.by_mode", mode=words(f"ui.mode.{best.mode}"))}
