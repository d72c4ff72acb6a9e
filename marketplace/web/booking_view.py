"""Everything the templates of bookings show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from marketplace.accounts.models import Company
from marketplace.bookings import views
from marketplace.bookings.models import Booking
from marketplace.catalogue.rules import ListingRules
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.timewindow import TimeWindow
from marketplace.web import booking_desk, booking_reads, listing_view, names, prices, reads
from marketplace.web.booking_reads import COUNTED, SIDES, TIMES, BookingList
from marketplace.web.navigation import FACTORY, desk_of
from marketplace.web.reader import formats, words

PAGE = 20


def listed(actor: Actor, sent: Mapping[str, str]) -> dict[str, Any]:
    """One page of the list; slots that are held stand above it."""
    home = reads.RECEIVED if desk_of(actor) == FACTORY else reads.MADE
    side = sent.get("side") if sent.get("side") in SIDES else home
    when = sent.get("when") if sent.get("when") in TIMES else booking_reads.COMING
    text = sent.get("page", "")
    number = max(1, min(int(text[:5]), 10**4)) if text.isdecimal() else 1
    which = BookingList(str(side), str(when))
    counts = which.counts(actor)
    rows = booking_reads.page(actor, which, PAGE, (number - 1) * PAGE)
    return {"rows": [_row(*each) for each in rows], "side": side, "when": when,
            "total": counts[str(when)],
            "holds": [_hold(*each) for each in reads.open_holds(actor)],
            "sides": [(words(f"booking.side.{each}"), _url(each, when), each == side)
                      for each in SIDES],
            "times": [(_tab(each, counts), _url(side, each), each == when) for each in TIMES],
            "pages": _pages(number, counts[str(when)], side, when)}


def _tab(when: str, counts: Mapping[str, int]) -> str:
    """The name of a tab, with how many stand under it where that is of use."""
    name = words(f"booking.when.{when}")
    count = counts[when] if when in COUNTED else 0
    return f"{name} {formats().number(count)}" if count else name


def _url(side: str | None, when: str | None, page: int | None = None) -> str:
    return url_for("bookings_page.show_list", side=side, when=when, page=page)


def _pages(number: int, total: int, side: str | None, when: str | None) -> dict[str, Any] | None:
    if total <= PAGE:
        return None
    last = min(number * PAGE, total)
    return {"first": min((number - 1) * PAGE + 1, total), "last": last, "total": total,
            "prev": _url(side, when, number - 1) if number > 1 else None,
            "next": _url(side, when, number + 1) if last < total else None}


def _row(booking: Booking, resource: str, zone: str, other: str) -> dict[str, Any]:
    return {"id": booking.id, "url": url_for("bookings_page.show_one", booking_id=booking.id),
            "resource": resource, "other": other, "mode": booking.mode, "state": shown(booking),
            "when": formats(zone).window(TimeWindow(booking.starts, booking.ends)),
            "pieces": booking.pieces, "reference": booking.reference,
            "total": prices.span(booking.total, booking.total_min, booking.total_max)}


def shown(booking: Booking) -> str:
    """The state in words of time: a confirmed booking is coming, running or over."""
    if booking.state != "confirmed":
        return booking.state
    now = clock.now()
    if booking.ends <= now:
        return "over"
    return "running" if booking.starts <= now else "confirmed"


def _hold(hold: Any, quote: Any, resource: str, zone: str) -> dict[str, Any]:
    return listing_view.held(hold, quote, zone) | {
        "resource": resource, "when": formats(zone).window(TimeWindow(quote.starts, quote.ends)),
        "url": url_for("listing_page.show", listing_id=quote.listing_id, hold=hold.id)}


def detail(actor: Actor, booking_id: int) -> dict[str, Any]:
    """One booking as either side or an operator sees it; raises BookingNotFound."""
    found = reads.booking_detail(actor, booking_id)
    booking, listing, resource = found.booking, found.listing, found.resource
    plain = views.shown(actor, [booking])[0]
    return {
        "page_title": words("booking.title", number=booking.id), "booking": booking,
        "found": found, "state": shown(booking), "side": plain["side"], "plain": plain,
        "actions": plain["actions"], "lanes": plain["lanes"],
        "buttons": booking_desk.buttons(booking, plain["actions"]),
        "clocks": booking_desk.clocks(booking, plain),
        "fee_lines": booking_desk.fee_lines(plain["fees"]),
        "history": booking_desk.timeline(actor, booking, found.site.zone),
        "local": formats(found.site.zone), "lines": prices.lines(found.quote.lines),
        "window": TimeWindow(booking.starts, booking.ends),
        "length": names.length(found.quote.work_minutes),
        "total": prices.span(booking.total, booking.total_min, booking.total_max),
        "parties": [(words("booking.buyer"), _party(found.buyer)),
                    (words("booking.seller"), _party(found.seller))],
        "rules": listing_view.rules_of(ListingRules(**found.quote.rules), resource),
        "listed": listing.state == "published"}


def asked(actor: Actor, booking_id: int, action: str) -> dict[str, Any]:
    """What a step means before it is made: its cost now, who could take over, what it asks for."""
    view = detail(actor, booking_id)
    fields = booking_desk.DEEDS[action][0]().fields
    reason = fields.get("reason")
    return view | {
        "action": action, "cost": booking_desk.cost(view["booking"], action, view["plain"]),
        "asks_reason": reason is not None, "needs_reason": bool(reason and reason.required),
        "colleagues": booking_desk.colleagues(actor, view["booking"])
        if "member_id" in fields else None}


def disputes() -> dict[str, Any]:
    """Work that buyers dispute, the oldest first."""
    f = formats()
    return {"rows": [{
        "id": booking.id, "url": url_for("bookings_page.show_one", booking_id=booking.id),
        "resource": resource, "buyer": buyer, "seller": seller, "since": f.datetime(said.at),
        "when": formats(zone).window(TimeWindow(booking.starts, booking.ends)),
        "reason": said.details.get("reason", ""),
        "total": prices.span(booking.total, booking.total_min, booking.total_max)}
        for booking, resource, zone, buyer, seller, said in booking_reads.disputes()]}


def _party(company: Company) -> list[tuple[str, str]]:
    """Who answers for a company: business contact data only."""
    return [(words("booking.party.company"), company.name),
            (words("booking.party.contact"), company.contact_name),
            (words("booking.party.phone"), company.contact_phone),
            (words("booking.party.email"), company.contact_email)]
