"""Holds and bookings over HTTP."""

from __future__ import annotations

from typing import Any

from marketplace.accounts.permissions import require
from marketplace.bookings import queries, services, views
from marketplace.bookings.models import Booking
from marketplace.bookings.refusals import negotiated
from marketplace.bookings.schemas import (
    BookingPage,
    BookingQuery,
    BookingRequest,
    BookingSchema,
    HoldRequest,
    HoldSchema,
    wish_of,
)
from marketplace.http.api import MarketBlueprint
from marketplace.http.auth import actor, scope
from marketplace.http.idempotency import idempotent, repeatable
from marketplace.http.pages import page

blueprint = MarketBlueprint("bookings", __name__, url_prefix="/api/v1",
                            description="Holds and bookings")


@scope("market:write")
@negotiated
@idempotent
@blueprint.arguments(HoldRequest, as_kwargs=True)
@blueprint.response(201, HoldSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def make_hold(quote_id: int) -> Any:
    """Keep the slot of a quote for a few minutes."""
    return views.shown_hold(services.hold(actor(), quote_id))


@scope("market:read")
@blueprint.response(200, HoldSchema)
@blueprint.problems(401, 403, 404)
def show_hold(hold_id: int) -> Any:
    """One hold of your company."""
    require(actor(), "booking.read")
    return views.shown_hold(queries.hold_of(actor(), hold_id))


@scope("market:write")
@repeatable
@blueprint.response(200, HoldSchema)
@blueprint.problems(401, 403, 404, 409, 422)
def release_hold(hold_id: int) -> Any:
    """Give a hold back before it runs out."""
    return views.shown_hold(services.release_hold(actor(), hold_id))


@scope("market:write")
@negotiated
@idempotent
@blueprint.arguments(BookingRequest)
@blueprint.response(201, BookingSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def make_booking(data: dict[str, Any]) -> Any:
    """Book a quote, a hold, or a wish in one step."""
    rest = (data.get("max_total"), data["reference"])
    if "quote_id" in data:
        row = services.book_quote(actor(), data["quote_id"], *rest)
    elif "hold_id" in data:
        row = services.book_hold(actor(), data["hold_id"], *rest)
    else:
        row = services.book_wish(actor(), wish_of(data), *rest)
    return views.made(actor(), row)


@scope("market:read")
@blueprint.arguments(BookingQuery, location="query", as_kwargs=True)
@blueprint.response(200, BookingPage)
@blueprint.problems(401, 403, 422)
def list_bookings(limit: int, cursor: int, **_: Any) -> Any:
    """Bookings of your company on either side, newest first."""
    require(actor(), "booking.read")
    found = page(queries.bookings_of(actor()), Booking.id, limit, cursor, newest_first=True)
    return found | {"items": views.shown(actor(), found["items"])}


@scope("market:read")
@blueprint.response(200, BookingSchema)
@blueprint.problems(401, 403, 404)
def show_booking(booking_id: int) -> Any:
    """One booking of your company on either side."""
    require(actor(), "booking.read")
    return views.shown(actor(), [queries.booking_of(actor(), booking_id)])[0]


blueprint.route("/holds", methods=["POST"])(make_hold)
blueprint.route("/holds/<int:hold_id>")(show_hold)
blueprint.route("/holds/<int:hold_id>/release", methods=["POST"])(release_hold)
blueprint.route("/bookings", methods=["POST"], endpoint="make_booking")(make_booking)
blueprint.route("/bookings", endpoint="list_bookings")(list_bookings)
blueprint.route("/bookings/<int:booking_id>")(show_booking)
