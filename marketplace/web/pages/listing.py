"""A resource: when it is free, what this work costs, holding a slot, booking what is held."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import ValidationError

from marketplace.bookings import orders
from marketplace.bookings import services as bookings
from marketplace.bookings.errors import HoldOver, PriceChanged
from marketplace.catalogue import queries, services
from marketplace.catalogue.rules import ListingRules
from marketplace.core.errors import Conflict, DomainError, FieldError, Invalid
from marketplace.core.money import Money
from marketplace.http.api import InvalidRequest, invalid
from marketplace.http.auth import actor
from marketplace.http.fields import Text
from marketplace.http.problems import status_of
from marketplace.web import instead, listing_view, offering, reads, work
from marketplace.web.once import once
from marketplace.web.reader import asking, formats, words

blueprint = Blueprint("listing_page", __name__)
WEEKS = 104


def show(listing_id: int) -> Any:
    """The page of a resource, with the work in its address."""
    if request.args.get("hold", "").isdecimal():
        return show_held(listing_id, int(request.args["hold"][:18]))
    return _page(offering.ask(listing_id, request.args, asking()))


def show_held(listing_id: int, hold_id: int, status: int = 200, refused: str = "") -> Any:
    """The same page with a slot that the company holds; a hold already booked leads on."""
    hold, quote = listing_view.hold_and_quote(actor(), hold_id)
    booked = reads.booking_of_quote(actor(), quote.id) if hold.state == "booked" else None
    if booked is not None:
        return redirect(url_for("bookings_page.show_one", booking_id=booked))
    zone = queries.offer(quote.listing_id).rules.zone
    again = work.query_of(orders.again_of(quote), zone)
    card = listing_view.held(hold, quote, zone)
    return _page(offering.ask(listing_id, again, actor()), status, hold=card, refused=refused)


def _page(asked: offering.Asked, status: int = 200, **more: Any) -> Any:
    week = request.args.get("week", "")
    number = min(int(week[:4]), WEEKS) if week.isdecimal() else None
    hold = more.pop("hold", None)
    page = render_template("listing/page.html", page_title=asked.listing.resource.name,
                           **listing_view.view(asked, number, hold, more.get("refused", "")))
    return page, status


def hold_slot(listing_id: int) -> Any:
    """Hold the slot of a work in one mode at the price that was shown."""
    try:
        return make_hold(listing_id)
    except (Conflict, Invalid) as refusal:
        asked = offering.ask(listing_id, request.form, actor())
        return _page(asked, 409 if isinstance(refusal, Conflict) else 422,
                     refused=_reason(refusal))


def _reason(refusal: DomainError) -> str:
    """Why nothing is held, in one sentence; what is in the way is shown beside it."""
    if isinstance(refusal, PriceChanged):
        f, params = formats(), refusal.params
        return words("offer.refused.price", was=f.money(Money.parse(params["max_total"])),
                     now=f.money(Money.parse(params["total"])))
    return instead.reason(refusal)


@once
def make_hold(listing_id: int) -> str:
    """Quote, refuse a price above the one that was shown, hold: all or nothing."""
    form = work.read(request.form, listing_id, queries.offer(listing_id).rules.zone)
    if form.wish is None or form.wish.mode is None:
        raise InvalidRequest(errors=[FieldError("mode", "required")], count=1)
    quote = services.quote(actor(), form.wish)[0]
    orders.refuse_above(quote, _seen(form.wish.mode))
    row = bookings.hold(actor(), quote.id)
    return url_for("listing_page.show", listing_id=listing_id, hold=row.id)


def _seen(mode: str) -> Money | None:
    """The most that the page said this mode costs."""
    try:
        return Money.parse(request.form.get(f"seen_{mode}", ""))
    except ValueError:
        return None


def book_held(hold_id: int) -> Any:
    """Book a slot that is held, or ask for it where the seller answers each request."""
    _, quote = listing_view.hold_and_quote(actor(), hold_id)
    try:
        answer = make_booking(hold_id, _reference())
    except HoldOver:
        return redirect(url_for("listing_page.show", listing_id=quote.listing_id,
                                hold=hold_id), 303)
    except DomainError as refusal:
        if not refusal.negotiable:
            raise
        return show_held(quote.listing_id, hold_id, status_of(type(refusal)), _reason(refusal))
    flash(words("offer.asked" if ListingRules(**quote.rules).approval else "offer.booked"), "done")
    return answer


def release_held(hold_id: int) -> Any:
    """Give a slot that is held back, and show its work again."""
    _, quote = listing_view.hold_and_quote(actor(), hold_id)
    with suppress(HoldOver):   # it is free already
        bookings.release_hold(actor(), hold_id)
        flash(words("offer.released"), "done")
    zone = queries.offer(quote.listing_id).rules.zone
    return redirect(url_for("listing_page.show", listing_id=quote.listing_id, _anchor="work",
                            **work.query_of(orders.again_of(quote), zone)), 303)


@once
def make_booking(hold_id: int, reference: str) -> str:
    """The contract on what is held."""
    row = bookings.book_hold(actor(), hold_id, reference=reference)
    return url_for("bookings_page.show_one", booking_id=row.id)


def _reference() -> str:
    """The buyer's own work-order number; raises InvalidRequest when it is no short text."""
    try:
        return str(Text(60, least=0).deserialize(request.form.get("reference", "")))
    except ValidationError as error:
        raise invalid(ValidationError({"reference": error.messages})) from None


blueprint.add_url_rule("/listings/<int:listing_id>", view_func=show)
blueprint.add_url_rule("/listings/<int:listing_id>/holds", view_func=hold_slot, methods=["POST"])
blueprint.add_url_rule("/holds/<int:hold_id>/book", view_func=book_held, methods=["POST"])
blueprint.add_url_rule("/holds/<int:hold_id>/release", view_func=release_held, methods=["POST"])
