"""The waitlist over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.accounts.permissions import require
from marketplace.bookings import waitlist, waitlist_queries
from marketplace.bookings.refusals import negotiated
from marketplace.bookings.waitlist_models import WaitlistEntry
from marketplace.bookings.waitlist_schemas import (
    DemandList,
    EntryPage,
    EntryQuery,
    EntrySchema,
    WaitRequest,
)
from marketplace.catalogue.services import Wish
from marketplace.http.api import MarketBlueprint
from marketplace.http.auth import actor, scope
from marketplace.http.idempotency import repeatable
from marketplace.http.pages import page

blueprint = MarketBlueprint("waitlist", __name__, url_prefix="/api/v1",
                            description="Waiting for slots that are taken")
COLUMNS = ("id", "listing_id", "resource_id", "member_id", "starts", "ends", "pieces", "mode",
           "lanes", "state", "hold_id", "offer_until", "created_at")


def shown(rows: Sequence[WaitlistEntry]) -> list[dict[str, Any]]:
    """Entries with their places in the line."""
    places = waitlist_queries.positions([row.id for row in rows])
    return [{name: getattr(row, name) for name in COLUMNS} | {"position": places.get(row.id)}
            for row in rows]


@scope("market:write")
@negotiated
@repeatable
@blueprint.arguments(WaitRequest, as_kwargs=True)
@blueprint.response(201, EntrySchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def join_waitlist(wish: Wish) -> Any:
    """Wait for a slot that is taken; it is offered in order when it gets free."""
    return shown([waitlist.join(actor(), wish)])[0]


@scope("market:read")
@blueprint.arguments(EntryQuery, location="query", as_kwargs=True)
@blueprint.response(200, EntryPage)
@blueprint.problems(401, 403, 422)
def list_waitlist(limit: int, cursor: int, **_: Any) -> Any:
    """What your company waits for or has waited for, newest first."""
    require(actor(), "booking.read")
    found = page(waitlist_queries.entries_of(actor()), WaitlistEntry.id, limit, cursor,
                 newest_first=True)
    return found | {"items": shown(found["items"])}


@scope("market:write")
@repeatable
@blueprint.response(200, EntrySchema)
@blueprint.problems(401, 403, 404, 409, 422)
def leave_waitlist(entry_id: int) -> Any:
    """Wait no longer; an offer that you have goes to the next."""
    return shown([waitlist.leave(actor(), entry_id)])[0]


@scope("market:read")
@blueprint.response(200, DemandList)
@blueprint.problems(401, 403)
def show_demand() -> Any:
    """Who waits for your machines, and for how many hours."""
    require(actor(), "booking.read")
    return {"items": waitlist_queries.demand(actor())}


blueprint.route("/waitlist", methods=["POST"], endpoint="join_waitlist")(join_waitlist)
blueprint.route("/waitlist", endpoint="list_waitlist")(list_waitlist)
blueprint.route("/waitlist/<int:entry_id>/leave", methods=["POST"])(leave_waitlist)
blueprint.route("/waitlist/demand")(show_demand)
