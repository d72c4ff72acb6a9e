"""The listing of a resource: its rules and its price terms in every mode."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.accounts.permissions import require
from marketplace.catalogue import listing_services, services
from marketplace.catalogue.listing_schemas import ListingEdit, ListingRequest
from marketplace.catalogue.models import Listing
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.http.auth import actor
from marketplace.pricing.quote import modes
from marketplace.resources import certificates
from marketplace.web import forming, rule_words, terms_form
from marketplace.web.pages.machines_edit import operated
from marketplace.web.reader import words

blueprint = Blueprint("offer_page", __name__)


def offer(resource_id: int) -> Any:
    """The form of the listing, or an empty one."""
    operated(resource_id)
    return _page(resource_id, terms_form.values(_published(resource_id)), {})


def save_offer(resource_id: int) -> Any:
    """Publish the listing, or change it on the version that was shown."""
    operated(resource_id)
    found, body = _published(resource_id), terms_form.body(request.form)
    if found is None:
        _, errors, status = forming.carried_out(
            ListingRequest(), body | {"resource_id": resource_id},
            lambda publication: services.publish_listing(actor(), publication), terms_form.place)
    else:
        version = forming.whole(request.form.get("version", ""))
        _, errors, status = forming.carried_out(
            ListingEdit(), body, lambda rules, terms: listing_services.change_listing(
                actor(), found.id, version if isinstance(version, int) else 0, rules, terms),
            terms_form.place)
    if errors:
        return _page(resource_id, request.form, errors), status
    flash(words("terms.saved"), "done")
    return redirect(url_for(".offer", resource_id=resource_id), 303)


def withdraw(resource_id: int) -> Any:
    """Take the listing off the market; bookings stay."""
    operated(resource_id)
    found = _published(resource_id)
    if found is not None:
        services.withdraw_listing(actor(), found.id)
        flash(words("terms.withdrawn"), "done")
    return redirect(url_for(".offer", resource_id=resource_id), 303)


def _published(resource_id: int) -> Listing | None:
    return db.session.scalar(listing_services.listings_of(actor()).where(
        Listing.resource_id == resource_id, Listing.state == "published"))


def _page(resource_id: int, form: Any, errors: dict[str, str]) -> str:
    require(actor(), "listing.edit")
    row = operated(resource_id)
    zone, listing = row.site.zone, _published(resource_id)
    return render_template(
        "machines/offer.html", page_title=words("terms.title", name=row.name), row=row, form=form,
        errors=errors, listing=listing, clocks=terms_form.clocks(form),
        opened=terms_form.opened(errors), days=rule_words.day_names(),
        said=terms_form.summaries(listing, zone), lacking=_lacking(row.id, listing),
        kinds=sorted({each.kind for each in certificates.certificates_of(actor(), row.id)}),
        modes=[(mode, terms_form.inputs(mode)) for mode in modes()])


def _lacking(resource_id: int, listing: Listing | None) -> str:
    """The certificate that the listing asks for and the resource does not have now."""
    wanted = listing.certificate if listing is not None else ""
    if not wanted:
        return ""
    last = certificates.until_when({(resource_id, wanted)}).get((resource_id, wanted))
    return wanted if last is None or last <= clock.now() else ""


PATH = "/machines/<int:resource_id>/offer"
blueprint.add_url_rule(PATH, view_func=offer)
blueprint.add_url_rule(PATH, view_func=save_offer, methods=["POST"])
blueprint.add_url_rule(f"{PATH}/withdraw", view_func=withdraw, methods=["POST"])
