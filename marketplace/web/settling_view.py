"""Everything that the pages show by which two sides move a booking or settle a conflict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from sqlalchemy import select

from marketplace.accounts.permissions import allowed
from marketplace.bookings import conflict_views, lifecycle, moves
from marketplace.bookings.errors import IllegalTransition
from marketplace.bookings.models import Booking
from marketplace.catalogue.alternatives import Alternative, alternatives
from marketplace.catalogue.models import Listing, ListingTerms
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from marketplace.core.timewindow import TimeWindow
from marketplace.resources.models import Resource, Site
from marketplace.web import booking_view, instead, prices, work
from marketplace.web.once import new_key
from marketplace.web.reader import formats, words
from marketplace.web.settling_form import PROPOSE_MOVE, MoveForm, OfferForm

MOST_LISTINGS = 100


def zone_of(resource_id: int) -> str:
    """The zone of the site of a resource: times on these pages are read and shown in it."""
    return str(db.session.scalars(select(Site.zone).join(
        Resource, Resource.site_id == Site.id).where(Resource.id == resource_id)).one())


def listings_for(booking: Booking) -> list[tuple[int, str]]:
    """Where a booking may move: its own listing first, then others of the seller that charge so."""
    query = (select(Listing.id, Resource.name).join(Resource, Resource.id == Listing.resource_id)
             .join(ListingTerms, ListingTerms.listing_id == Listing.id)
             .where(Listing.company_id == booking.seller_company_id,
                    Listing.state == "published", Listing.approval.is_(False),
                    ListingTerms.mode == booking.mode)
             .order_by(Listing.id != booking.listing_id, Resource.name, Listing.id)
             .limit(MOST_LISTINGS))
    return [(id_, name) for id_, name in db.session.execute(query)]


def _detail(actor: Actor, booking_id: int, action: str) -> dict[str, Any]:
    """The booking for a page about one of its steps; raises IllegalTransition."""
    view = booking_view.detail(actor, booking_id)
    if action not in view["actions"]:
        raise IllegalTransition(action=action, state=view["booking"].state)
    return view


def _values(booking: Booking, typed: Mapping[str, str], zone: str) -> dict[str, str]:
    """What was typed, else what is booked."""
    return {"start": typed.get("start") or work.local(booking.starts, zone),
            "end": typed.get("end") or (
                "" if typed.get("start") else work.local(booking.ends, zone)),
            "listing_id": typed.get("listing_id") or str(booking.listing_id),
            "total": typed.get("total", ""), "note": typed.get("note", "")}


def move_page(actor: Actor, booking_id: int, form: MoveForm,
              refusal: DomainError | None = None) -> dict[str, Any]:
    """The page on which a firm moves its booking: where to, at what price and fee."""
    view = _detail(actor, booking_id, "move")
    booking, zone, errors = view["booking"], view["found"].site.zone, dict(form.errors)
    shown = None
    if form.to is not None and refusal is None:
        try:
            shown = _preview(actor, booking, form.to)
        except DomainError as wrong:
            refusal = wrong
    ways = [] if refusal is None or form.to is None else _ways(actor, booking, form.to)
    return view | {
        "values": _values(booking, form.values, zone), "errors": errors, "preview": shown,
        "listings": listings_for(booking), "once": new_key(), "ways": ways,
        "refusal": "" if refusal is None else instead.reason(refusal)}


def _preview(actor: Actor, booking: Booking, to: moves.Target) -> dict[str, Any]:
    """The new slot, its price, the difference and the fee, as words."""
    found, f = moves.preview(actor, booking.id, to), formats()
    new, old = found.priced.total, booking.total
    more = None if new is None or old is None else new - old
    return {"when": formats(found.offer.rules.zone).window(found.window),
            "resource": found.offer.resource_name, "total": prices.text(found.priced),
            "lines": prices.lines(line.as_json() for line in found.priced.lines),
            "difference": "" if more is None else _signed(more), "fee": f.money(found.fee),
            "costs": bool(found.fee.minor), "max_total": found.priced.most.amount}


def _signed(amount: Money) -> str:
    """A difference with its sign."""
    text = formats().money(amount)
    return f"+{text}" if amount.minor > 0 else text


def _ways(actor: Actor, booking: Booking, to: moves.Target) -> list[dict[str, str]]:
    """Free slots of the same seller instead of one that was refused, as links to this page."""
    wish = moves.wish_of(booking, to)

    def same_seller(_: Actor | None, found: Alternative) -> bool:
        offer = found.place.offer
        return (offer.company_id == booking.seller_company_id and not offer.rules.approval
                and found.lanes == booking.lanes and found.mode == booking.mode)

    return [_way(each, booking, "settling_page.show_move")
            for each in alternatives(actor, wish, judge=same_seller)]


def _way(found: Alternative, booking: Booking, page: str) -> dict[str, str]:
    offer = found.place.offer
    query: dict[str, Any] = {"start": work.local(found.window.start, zone_of(booking.resource_id)),
                             "listing_id": offer.listing_id}
    when = formats(offer.rules.zone).window(found.window)
    return {"label": when if offer.listing_id == booking.listing_id else words(
                "instead.elsewhere", resource=offer.resource_name, when=when),
            "why": "", "price": prices.text(found.priced),
            "url": url_for(page, booking_id=booking.id, **query)}


def offer_page(actor: Actor, booking_id: int, action: str, form: OfferForm,
               refusal: DomainError | None = None) -> dict[str, Any]:
    """The page on which one side proposes another price or time to the other."""
    view = _detail(actor, booking_id, action)
    booking, errors = view["booking"], dict(form.errors)
    if refusal is not None:
        errors |= {name.partition(".")[0]: text
                   for name, text in work.sentences(refusal.errors).items()}
    moving = action == PROPOSE_MOVE
    return view | {
        "action": action, "moving": moving, "errors": errors, "once": new_key(),
        "values": _values(booking, form.values, view["found"].site.zone),
        "listings": listings_for(booking) if moving else [],
        "bargains": booking.total is not None,
        "refusal": "" if refusal is None or refusal.errors else instead.reason(refusal),
        "ways": [_way(each, booking, "settling_page.show_propose_move")
                 for each in conflict_views.ways_out(actor, booking)] if moving else []}


def talks(actor: Actor, plain: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """What stands between the two sides of a booking: proposals, a breakdown, fees to waive."""
    side = plain["side"]
    may = allowed(actor, "booking.change")
    names = dict(_names([each["resource_id"] for each in plain["proposals"]]))
    waivable = plain["fees"] if may and side == lifecycle.SELLER else []
    return {"hit": plain["hit"], "once": new_key(), "may_answer": may,
            "proposals": [_proposal(each, side, names, zone) for each in plain["proposals"]],
            "fees": [_fee(each) for each in waivable if each.state == "due"]}


def _names(resource_ids: Sequence[int]) -> list[tuple[int, str]]:
    if not resource_ids:
        return []
    query = select(Resource.id, Resource.name).where(Resource.id.in_(resource_ids)).limit(500)
    return [(id_, name) for id_, name in db.session.execute(query)]


def _proposal(each: Mapping[str, Any], side: str, names: Mapping[int, str],
              zone: str) -> dict[str, Any]:
    quote, f, mine = each["quote"], formats(zone), each["by_side"] == side
    return {"id": each["id"], "open": each["state"] == "open", "mine": mine,
            "title": words(f"settling.proposed.{each['purpose']}.{'ours' if mine else 'theirs'}"),
            "state": words(f"settling.state.{each['state']}"), "note": each["note"],
            "when": f.window(TimeWindow(each["starts"], each["ends"])),
            "resource": names.get(each["resource_id"], ""),
            "total": prices.span(quote.total, quote.total_min, quote.total_max),
            "until": f.datetime(each["answer_by"])}


def _fee(fee: Any) -> dict[str, Any]:
    return {"id": fee.id, "amount": formats().money(fee.amount),
            "name": words(f"settling.fee.{fee.code}")}


def conflicts(actor: Actor, resource_id: int, zone: str) -> list[dict[str, Any]]:
    """What facts hit on one machine, and the ways to settle each, for its page."""
    return [_conflict(each, zone) for each in conflict_views.listed(actor, resource_id)]


def _conflict(each: Mapping[str, Any], zone: str) -> dict[str, Any]:
    f, fact, number = formats(zone), each["fact"], each["booking_id"]
    return {"id": number, "url": url_for("bookings_page.show_one", booking_id=number),
            "when": f.window(TimeWindow(each["start"], each["end"])),
            "fact": words(f"machines.reason.{fact.reason}"),
            "until": f.datetime(fact.ends), "waits": each["proposal_id"] is not None,
            "may_cancel": "cancel" in each["ways"], "may_move": "propose_move" in each["ways"],
            "ways": [_short(way, number, zone) for way in each["alternatives"]]}


def _short(way: Mapping[str, Any], booking_id: int, zone: str) -> dict[str, str]:
    """A free slot as a link to the page that proposes it."""
    when = formats(zone).window(TimeWindow(way["start"], way["end"]))
    return {"label": words("instead.elsewhere", resource=way["resource"], when=when),
            "url": url_for("settling_page.show_propose_move", booking_id=booking_id,
                           start=work.local(way["start"], zone),
                           listing_id=way["listing_id"])}
