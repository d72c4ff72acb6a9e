"""Everything the template of a resource's page shows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from flask import url_for

from marketplace import config
from marketplace.accounts.permissions import allowed
from marketplace.bookings import queries as bookings
from marketplace.bookings.models import Hold
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue import views
from marketplace.catalogue.models import Listing, Quote
from marketplace.catalogue.rules import ListingRules
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.timewindow import TimeWindow
from marketplace.resources.models import Resource
from marketplace.telemetry import queries as telemetry
from marketplace.web import breakeven, instead, names, offering, prices, record_view, rule_words
from marketplace.web.offering import Asked
from marketplace.web.once import new_key
from marketplace.web.reader import formats, login_url, words


def view(asked: Asked, week: int | None, hold: dict[str, Any] | None = None,
         refused: str = "") -> dict[str, Any]:
    """The page with a work asked about, or with a slot that is held; None: the work's week."""
    wish = asked.form.wish
    if week is None:
        week = offering.week_of(asked, wish.start if wish else None)
    return {
        "listing": asked.listing, "resource": asked.listing.resource, "zone": asked.zone,
        "company": views.companies([asked.listing]).get(asked.listing.company_id),
        "zone_name": words("offer.beijing_time" if asked.zone == "Asia/Shanghai" else "offer.zone",
                           zone=asked.zone),
        "place": names.city(asked.listing.resource.site.region_code),
        "machine": machine(asked.listing), "recording_id": asked.listing.resource_id,
        "recording": telemetry.summary(asked.listing.resource_id),
        "record": record_view.card(asked.listing.company_id),
        "rules": rule_words.groups(asked.offer.rules, asked.listing.resource),
        "remainder": rule_words.remainder(asked.actor, asked.offer),
        "week": offering.week(asked, week, hold["window"] if hold else None), "hold": hold,
        "week_url": partial(_week_url, asked, hold), "login_url": login_url,
        "work": _work(asked, bool(refused) or bool(hold and not hold["live"])), "refused": refused,
        "once": new_key(), "member": allowed(asked.actor, "price.read"),
        "may_book": allowed(asked.actor, "booking.create"), "why_not": _why_not(asked.actor),
        "unit_prices": _unit_prices(asked), "hold_minutes": config.current().hold_minutes}


def _week_url(asked: Asked, hold: dict[str, Any] | None, number: int) -> str:
    """This page with another week of free time."""
    if hold:
        return url_for("listing_page.show", listing_id=asked.listing.id, hold=hold["id"],
                       week=number)
    return offering.address(asked, week=str(number))


def _work(asked: Asked, refused: bool) -> dict[str, Any]:
    """The form, prices of this work in all modes, what is in the way and what to do instead."""
    form, f = asked.form, formats(asked.zone)
    chosen = form.values["mode"] or None
    answers = sorted(asked.answers, key=lambda each: prices.place(each.mode))
    options = prices.options(answers, chosen, form.wish.pieces if form.wish else None)
    for option, answer in zip(options, answers, strict=True):
        if answer.window is not None and form.wish is not None and form.wish.pieces:
            option["note"] += words("offer.finish", time=f.datetime(answer.window.end))
    errors = asked.errors
    blocked = refused or bool(asked.in_the_way) or (form.wish is not None and "start" in errors)
    return {"values": form.values, "errors": errors, "takes": offering.takes(asked),
            "options": options, "ready": isinstance(asked.slots, dict), "asked": form.wish,
            "in_the_way": [f.window(each) for each in asked.in_the_way],
            "instead": _instead(asked) if blocked else [],
            "even": _even(asked), "seen": {each.mode: each.priced.most.amount for each in answers},
            "address": offering.address(asked)}


def _instead(asked: Asked) -> list[dict[str, str]]:
    """What is free instead, one of each kind; then the nearest starts of the same resource."""
    found = instead.rows(asked.actor, asked.form.wish) if asked.form.wish else []
    kinds = {each["kind"]: each for each in reversed(found)}
    best = [each for each in found if each is kinds[each["kind"]]]
    more = offering.instead(asked) if len(best) < instead.OFFERED else []
    rows = {each["label"]: each for each in reversed([*best, *more, *found])}
    order = dict.fromkeys(each["label"] for each in [*best, *more, *found])
    return [rows[label] for label in order][:instead.OFFERED]


def _even(asked: Asked) -> dict[str, Any] | None:
    """Which mode is cheapest at other quantities, for members who named pieces."""
    wish = asked.form.wish
    if wish is None or wish.pieces is None or not asked.answers:
        return None
    rules = asked.offer.rules
    return breakeven.view(asked.offer.terms, wish.pieces, wish.lanes,
                          breakeven.Bounds(rules.min_minutes, rules.max_minutes))


def _why_not(actor: Actor | None) -> str:
    """Why somebody who is logged in cannot book; empty when they can."""
    if actor is None or allowed(actor, "booking.create"):
        return ""
    if actor.is_operator:
        return words("offer.why_not.operator")
    return words("offer.why_not.verify" if not actor.company_verified else "offer.why_not.role")


def _unit_prices(asked: Asked) -> list[dict[str, str]]:
    """What each mode charges by, for members; the modes alone for visitors."""
    shown = allowed(asked.actor, "price.read")
    return [{"mode": each.mode, "text": prices.headline(
        each.mode, each.headline_micro) if shown else ""}
        for each in sorted(asked.listing.terms, key=lambda each: prices.place(each.mode))]


def machine(listing: Listing) -> list[tuple[str, str]]:
    """The facts of a resource, those that are stated."""
    resource, f = listing.resource, formats()
    capabilities = resource.capabilities
    sizes = [f"{each.envelope_x} × {each.envelope_y} × {each.envelope_z} mm"
             for each in capabilities if each.envelope_x]
    finest = [each.tolerance_um for each in capabilities if each.tolerance_um]
    pairs = [
        ("kind", words(f"kind.{resource.kind}")),
        ("service", _list(names.service(each.service_code) for each in capabilities)),
        ("model", resource.model),
        ("size", _list(dict.fromkeys(sizes))),
        ("tolerance", names.tolerance(min(finest)) if finest else ""),
        ("materials", _list(names.materials(capabilities))),
        ("lanes", f.number(resource.lanes) if resource.lanes > 1 else ""),
        ("site", resource.site.name if listing.show_company else "")]
    return [(words(f"offer.fact.{name}"), text) for name, text in pairs if text]


def _list(items: Iterable[str]) -> str:
    return words("offer.list_comma").join(items)


def rules_of(terms: ListingRules, resource: Resource) -> list[str]:
    """The rules of a listing in plain words."""
    return rule_words.flat(terms, resource)


def held(hold: Hold, quote: Quote, zone: str) -> dict[str, Any]:
    """The booking card of a slot that is held, or was."""
    f = formats(zone)
    left = int((hold.expires_at - clock.now()).total_seconds())
    live, rules = hold.state == "held" and left > 0, ListingRules(**quote.rules)
    total = int((hold.expires_at - hold.created_at).total_seconds())
    return {"id": hold.id, "live": live, "left": max(0, left), "total_seconds": total,
            "window": TimeWindow(quote.starts, quote.ends), "mode": quote.mode,
            "approval": rules.approval, "reply": formats().quantity(rules.reply_hours, "hour"),
            "free_until": f.datetime(quote.starts - timedelta(hours=rules.free_hours)),
            "ends_at": f.time(hold.expires_at), "pieces": quote.pieces, "lanes": quote.lanes,
            "length": names.length(quote.work_minutes), "lines": prices.lines(quote.lines),
            "total": prices.span(quote.total, quote.total_min, quote.total_max)}


def hold_and_quote(actor: Actor, hold_id: int) -> tuple[Hold, Quote]:
    """A hold of the company and its quote; raises HoldNotFound."""
    hold = bookings.hold_of(actor, hold_id)
    return hold, catalogue.quote_of(hold.quote_id, actor.company_id)
