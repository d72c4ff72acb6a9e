"""One's own listings over HTTP: publish, change, withdraw."""

from __future__ import annotations

from typing import Any

from marketplace.accounts.permissions import require
from marketplace.catalogue import listing_services, services
from marketplace.catalogue.listing_schemas import (
    ListingEdit,
    ListingRequest,
    OwnListingPage,
    OwnListingSchema,
)
from marketplace.catalogue.models import Listing
from marketplace.catalogue.services import Publication
from marketplace.http.api import MarketBlueprint, PageQuery
from marketplace.http.auth import actor, scope
from marketplace.http.etag import IfMatch, headers
from marketplace.http.idempotency import repeatable
from marketplace.http.pages import page

blueprint = MarketBlueprint("own_listings", __name__, url_prefix="/api/v1",
                            description="Your own listings")


@scope("market:read")
@blueprint.arguments(PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, OwnListingPage)
@blueprint.problems(401, 403, 422)
def my_listings(limit: int, cursor: int, **_: Any) -> Any:
    """Listings of your company, also withdrawn ones."""
    require(actor(), "resource.read")
    return page(listing_services.listings_of(actor()), Listing.id, limit, cursor)


@scope("market:write")
@repeatable
@blueprint.arguments(ListingRequest, as_kwargs=True)
@blueprint.response(201, OwnListingSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def publish(publication: Publication) -> Any:
    """Offer a resource that you operate under rules and price terms."""
    row = services.publish_listing(actor(), publication)
    return row, 201, headers(row.version)


@scope("market:write")
@blueprint.arguments(IfMatch, location="headers", as_kwargs=True)
@blueprint.arguments(ListingEdit, as_kwargs=True)
@blueprint.response(200, OwnListingSchema)
@blueprint.problems(400, 401, 403, 404, 412, 422)
def change(listing_id: int, version: int | None, rules: dict[str, Any],
           terms: dict[str, Any] | None) -> Any:
    """Change rules and terms from now on; quotes made before keep theirs."""
    row = listing_services.change_listing(actor(), listing_id, version, rules, terms)
    return listing_services.listing_of(actor(), row.id), 200, headers(row.version)


@scope("market:write")
@repeatable
@blueprint.response(200, OwnListingSchema)
@blueprint.problems(401, 403, 404)
def withdraw(listing_id: int) -> Any:
    """Take a listing off the market; bookings stay as they are."""
    services.withdraw_listing(actor(), listing_id)
    return listing_services.listing_of(actor(), listing_id)


blueprint.route("/my/listings")(my_listings)
blueprint.route("/listings", methods=["POST"], endpoint="publish")(publish)
blueprint.route("/listings/<int:listing_id>", methods=["PATCH"], endpoint="change")(change)
blueprint.route("/listings/<int:listing_id>/withdraw", methods=["POST"])(withdraw)
