"""Listings, their free time, and quotes over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from marketplace.accounts.permissions import require
from marketplace.catalogue import queries, services, views
from marketplace.catalogue.queries import Search
from marketplace.catalogue.refusals import negotiated
from marketplace.catalogue.schemas import (
    LISTING_FIELDS,
    FreeList,
    ListingPage,
    ListingQuery,
    ListingSchema,
    QuoteList,
    QuoteRequest,
    QuoteSchema,
    RangeQuery,
)
from marketplace.catalogue.services import Wish
from marketplace.core.errors import DomainError
from marketplace.core.timewindow import TimeWindow
from marketplace.http.api import MarketBlueprint
from marketplace.http.auth import actor, actor_or_none, scope
from marketplace.http.idempotency import repeatable

blueprint = MarketBlueprint("catalogue", __name__, url_prefix="/api/v1",
                            description="Listings, free time and quotes")


@blueprint.arguments(ListingQuery, location="query", as_kwargs=True)
@blueprint.response(200, ListingPage)
@blueprint.problems(401, 422)
def find_listings(wish: Search, limit: int, cursor: int, wanted: tuple[str, ...]) -> Any:
    """Search listings; public, but price filter and price order are for members."""
    if wish.price_max_micro is not None or wish.order == "price":
        require(actor(), "price.read")
    return views.found(actor_or_none(), wish, limit, cursor, wanted)


@blueprint.response(200, ListingSchema)
@blueprint.problems(401, 404)
def show_listing(listing_id: int) -> Any:
    """One listing; prices for members."""
    return views.shown(actor_or_none(), listing_id, LISTING_FIELDS)


@blueprint.arguments(RangeQuery, location="query", as_kwargs=True)
@blueprint.response(200, FreeList)
@blueprint.problems(404, 422)
def show_free(window: TimeWindow, listing_id: int) -> Any:
    """Free time of a listing; public."""
    found = queries.free_windows(queries.offer(listing_id).resource_id, window)
    return {"items": [{"start": each.start, "end": each.end, "lanes": lanes}
                      for each, lanes in found]}


def unpriced(_refusal: DomainError, _address: Mapping[str, Any],
             body: Mapping[str, Any]) -> Wish:
    """The wish that breaks a rule of its listing."""
    wish: Wish = QuoteRequest().load(dict(body))["wish"]
    return wish


@scope("market:write")
@partial(negotiated, asked=unpriced)
@repeatable
@blueprint.arguments(QuoteRequest, as_kwargs=True)
@blueprint.response(201, QuoteList)
@blueprint.problems(400, 401, 403, 404, 422)
def make_quotes(wish: Wish) -> Any:
    """Price work in every mode the listing offers."""
    return {"items": services.quote(actor(), wish)}


@scope("market:read")
@blueprint.response(200, QuoteSchema)
@blueprint.problems(401, 403, 404)
def show_quote(quote_id: int) -> Any:
    """One quote of your company."""
    require(actor(), "quote.read")
    return queries.quote_of(quote_id, actor().company_id)


blueprint.route("/listings")(find_listings)
blueprint.route("/listings/<int:listing_id>")(show_listing)
blueprint.route("/listings/<int:listing_id>/free")(show_free)
blueprint.route("/quotes", methods=["POST"])(make_quotes)
blueprint.route("/quotes/<int:quote_id>")(show_quote)
