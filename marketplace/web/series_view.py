"""Everything the pages of series show: the form with its preview, the list, one series."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from sqlalchemy import select

from marketplace.accounts.permissions import allowed
from marketplace.bookings import fees, lifecycle, series, series_queries, series_views
from marketplace.bookings.models import Booking
from marketplace.bookings.series_judging import Judged
from marketplace.bookings.series_models import ACTIVE, Series, SeriesItem
from marketplace.catalogue import queries as catalogue
from marketplace.core import clock, i18n
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid
from marketplace.core.money import Money
from marketplace.core.timewindow import TimeWindow
from marketplace.http.language import language
from marketplace.http.problems import field_problem
from marketplace.pricing.quote import load_terms, modes
from marketplace.resources.models import Resource, Site
from marketplace.web import prices, series_form
from marketplace.web.forming import sentences
from marketplace.web.once import new_key
from marketplace.web.reader import formats, words
from marketplace.web.series_form import SeriesForm

SHOWN = 100
# The rules that the form writes, and so the ones that have words.
RULES = ("WEEKLY", "DAILY", "MONTHLY")
KNOWN = {"FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL"}
NTH = re.compile(r"([1-4]|-1)([A-Z]{2})")
NTHS = {"1": "first", "2": "second", "3": "third", "4": "fourth", "-1": "last"}


def asked(actor: Actor, listing_id: int, sent: Any) -> dict[str, Any]:
    """The form, and with a first start in it what would become of every time."""
    offer = catalogue.offer(listing_id)
    form = series_form.read(sent, listing_id, offer.rules.zone)
    judged, errors = _judged(actor, form)
    return {
        "page_title": words("series.new", resource=offer.resource_name), "offer": offer,
        "values": form.values, "errors": errors, "once": new_key(),
        "takes": _takes(offer.terms), "modes": [(mode, words(f"ui.mode.{mode}"))
                                                for mode in sorted(offer.terms, key=prices.place)],
        "days": [(day, words(f"series.day.{day.lower()}"), None) for day in series_form.DAYS],
        "frequencies": [(each, words(f"series.freq.{each.lower()}"))
                        for each in series_form.FREQUENCIES],
        "offered": offer.rules.series, "may_book": allowed(actor, "booking.create"),
        "preview": _preview(judged, offer.rules.zone) if judged else None, "form": form}


def _judged(actor: Actor, form: SeriesForm) -> tuple[list[Judged], Mapping[str, str]]:
    if form.wish is None:
        return [], form.errors
    try:
        return series.preview(actor, form.wish, form.rrule), {}
    except Invalid as refusal:
        if refusal.errors and refusal.errors[0].field == "rrule":
            error = refusal.errors[0]
            return [], {series_form.place("rrule", error.code):
                        str(field_problem(language(), error)["message"])}
        return [], sentences(refusal)


def _takes(terms: Mapping[str, Mapping[str, Any]]) -> dict[str, bool]:
    """Which lengths the terms can price: an end, pieces."""
    timed = any(modes()[name].timing(load_terms(name, values)) for name, values in terms.items())
    return {"end": any(not modes()[name].NEEDS_PIECES for name in terms), "pieces": timed}


def _preview(judged: Sequence[Judged], zone: str) -> dict[str, Any]:
    found, f = series_views.foreseen(judged), formats(zone)
    rows = [{"when": f.window(TimeWindow(each.starts, each.ends)), "free": not each.errors,
             "reason": reason(each.reason) if each.errors else "",
             "price": prices.span(each.quote.total, each.quote.total_min, each.quote.total_max)
             if each.quote and not each.errors else "—"} for each in judged]
    least, most = found["total_min"], found["total_max"]
    return {"rows": rows, "free": found["free"], "skipped": found["skipped"],
            "most": most.amount, "total": prices.span(most, None, None) if least == most
            else prices.span(None, least, most)}


def reason(code: str) -> str:
    """Why a time was skipped, in the reader's language."""
    key = f"series.reason.{code}"
    return words(key if i18n.has(language(), key) else "series.reason.other")


def listed(actor: Actor) -> dict[str, Any]:
    """The newest series of the company."""
    query = (select(Series, Resource.name, Site.zone)
             .join(Resource, Resource.id == Series.resource_id)
             .join(Site, Site.id == Resource.site_id)
             .where(Series.company_id == actor.company_id)
             .order_by(Series.id.desc()).limit(SHOWN))
    found = db.session.execute(query).all()
    counts = series_queries.counts([row.id for row, _, _ in found])
    return {"page_title": words("series.title"), "rows": [
        {"id": row.id, "url": url_for("series_page.show_one", series_id=row.id),
         "resource": name, "rule": rule_words(row.rrule), "state": row.state,
         "first": formats(zone).datetime(row.starts), "reference": row.reference,
         "booked": counts.get(row.id, (0, 0))[0], "skipped": counts.get(row.id, (0, 0))[1]}
        for row, name, zone in found]}


def rule_words(rrule: str) -> str:
    """A rule of our own form in words; any other as it is written."""
    parts = dict(part.split("=", 1) for part in rrule.upper().removeprefix("RRULE:").split(";")
                 if "=" in part)
    freq = parts.get("FREQ", "")
    days = [each for each in parts.get("BYDAY", "").split(",") if each]
    if not set(parts) <= KNOWN or freq not in RULES:
        return rrule
    every = words(f"series.every.{freq.lower()}", count=int(parts.get("INTERVAL", "1")))
    if freq == "MONTHLY" and len(days) == 1 and (found := NTH.fullmatch(days[0])):
        return words("series.nth_day", every=every, nth=words(f"series.nth.{NTHS[found[1]]}"),
                     day=words(f"series.day.{found[2].lower()}"))
    if not set(days) <= set(series_form.DAYS):
        return rrule
    names = words("offer.list_comma").join(words(f"series.day.{day.lower()}") for day in days)
    return words("series.on_days", every=every, days=names) if names else every


def detail(actor: Actor, series_id: int) -> dict[str, Any]:
    """One series: each time, its booking or why it was skipped; what cancelling costs."""
    row = series_queries.series_of(actor, series_id)
    name, zone = db.session.execute(
        select(Resource.name, Site.zone).join(Site, Site.id == Resource.site_id)
        .where(Resource.id == row.resource_id)).one()
    items = series_queries.items_of(row.id)
    bookings = series_queries.bookings_of(items)
    active, now = row.state == ACTIVE, clock.now()
    left = [item for item in items if item.booking_id is None and item.starts > now]
    coming = [each for each in bookings.values() if each.starts > now and each.state in (
        lifecycle.REQUESTED, lifecycle.CONFIRMED)]
    return {"page_title": words("series.number", number=row.id), "row": row, "resource": name,
            "rule": rule_words(row.rrule), "once": new_key(),
            "rows": [_item(item, bookings.get(item.booking_id or 0), zone) for item in items],
            "booked": sum(1 for item in items if item.booking_id), "coming": len(coming),
            "active": active, "may_act": allowed(actor, "booking.change"),
            "may_fill": active and allowed(actor, "booking.create") and bool(left),
            "dearest": _dearest(left), "once_dearer": new_key(),
            "cost": formats().money(_cost(coming))}


def _dearest(left: Sequence[SeriesItem]) -> dict[str, str] | None:
    """The most that a time costs which was left out for its price: what is to be agreed to."""
    asked = [item.price_now for item in left if item.price_now is not None]
    return {"amount": max(asked).amount, "text": formats().money(max(asked))} if asked else None


def _why(item: SeriesItem) -> str:
    """Why a time was skipped; a price with what it was and what it is."""
    if item.price_now is None:
        return reason(item.reason)
    f = formats()
    return words("series.dearer", now=f.money(item.price_now)) if item.price_seen is None else (
        words("series.dearer_than", now=f.money(item.price_now), seen=f.money(item.price_seen)))


def _item(item: SeriesItem, booking: Booking | None, zone: str) -> dict[str, Any]:
    now = booking or item
    return {"when": formats(zone).window(TimeWindow(now.starts, now.ends)),
            "state": booking.state if booking else "", "number": item.booking_id,
            "url": url_for("bookings_page.show_one", booking_id=booking.id) if booking else "",
            "reason": "" if booking else _why(item),
            "price": prices.span(booking.total, booking.total_min, booking.total_max)
            if booking else "—"}


def _cost(coming: Sequence[Booking]) -> Money:
    """What cancelling all of these costs now, by the terms of each."""
    total = Money(0)
    for booking in coming:
        if booking.state == lifecycle.CONFIRMED:
            percent = fees.percent_of(fees.terms_of(booking), fees.LATE_CANCEL, booking.starts,
                                      clock.now())
            total += fees.amount_of(booking, percent)
    return total
