"""Series over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from marketplace.accounts.permissions import require
from marketplace.bookings import series, series_queries, series_views
from marketplace.bookings.refusals import negotiated
from marketplace.bookings.series import Plan
from marketplace.bookings.series_models import Series
from marketplace.bookings.series_schemas import (
    PreviewRequest,
    PreviewSchema,
    RefillRequest,
    SeriesPage,
    SeriesQuery,
    SeriesRequest,
    SeriesSchema,
)
from marketplace.catalogue.services import Wish
from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from marketplace.http.api import MarketBlueprint
from marketplace.http.auth import actor, scope
from marketplace.http.idempotency import idempotent
from marketplace.http.pages import page

blueprint = MarketBlueprint("series", __name__, url_prefix="/api/v1",
                            description="Recurring bookings")


def refused_time(refusal: DomainError, _address: Mapping[str, Any],
                 body: Mapping[str, Any]) -> Wish:
    """The first time that cannot be booked, as a wish of its own."""
    plan: Plan = SeriesRequest().load(dict(body))["plan"]
    later = refusal.params.get("start", plan.wish.start) - plan.wish.start
    return replace(plan.wish, start=plan.wish.start + later,
                   end=plan.wish.end + later if plan.wish.end else None)


@scope("market:write")
@partial(negotiated, asked=refused_time)
@blueprint.arguments(PreviewRequest, as_kwargs=True)
@blueprint.response(200, PreviewSchema)
@blueprint.problems(400, 401, 403, 404, 422)
def preview_series(wish: Wish, rrule: str) -> Any:
    """See what would become of every time of a series and what it costs; nothing is written."""
    return series_views.foreseen(series.preview(actor(), wish, rrule))


@scope("market:write")
@partial(negotiated, asked=refused_time)
@idempotent
@blueprint.arguments(SeriesRequest, as_kwargs=True)
@blueprint.response(201, SeriesSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def make_series(plan: Plan) -> Any:
    """Book every free time of a series, or all or none of them."""
    return series_views.shown(series.create(actor(), plan))


@scope("market:read")
@blueprint.arguments(SeriesQuery, location="query", as_kwargs=True)
@blueprint.response(200, SeriesPage)
@blueprint.problems(401, 403, 422)
def list_series(limit: int, cursor: int, **_: Any) -> Any:
    """Series of your company, newest first."""
    require(actor(), "booking.read")
    found = page(series_queries.series_list(actor()), Series.id, limit, cursor,
                 newest_first=True)
    return found | {"items": series_views.listed(found["items"])}


@scope("market:read")
@blueprint.response(200, SeriesSchema)
@blueprint.problems(401, 403, 404)
def show_series(series_id: int) -> Any:
    """One series of your company with all its times."""
    require(actor(), "booking.read")
    return series_views.shown(series_queries.series_of(actor(), series_id))


@scope("market:write")
@idempotent
@blueprint.arguments(RefillRequest, as_kwargs=True)
@blueprint.response(200, SeriesSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def refill_series(series_id: int, max_each: Money | None) -> Any:
    """Try the times again that were skipped, for no more than they cost when it was made."""
    return series_views.shown(series.refill(actor(), series_id, max_each))


@scope("market:write")
@idempotent
@blueprint.response(200, SeriesSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def cancel_series(series_id: int) -> Any:
    """Cancel all that is to come of a series, each booking by its own terms."""
    return series_views.shown(series.cancel(actor(), series_id))


blueprint.route("/series/preview", methods=["POST"])(preview_series)
blueprint.route("/series", methods=["POST"], endpoint="make_series")(make_series)
blueprint.route("/series", endpoint="list_series")(list_series)
blueprint.route("/series/<int:series_id>")(show_series)
blueprint.route("/series/<int:series_id>/refill", methods=["POST"])(refill_series)
blueprint.route("/series/<int:series_id>/cancel", methods=["POST"])(cancel_series)
