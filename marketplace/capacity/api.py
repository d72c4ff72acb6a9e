"""Facts that resources cannot work, over HTTP."""

from __future__ import annotations

from typing import Any

from marketplace.accounts.permissions import require
from marketplace.capacity import lanes as _lanes  # noqa: F401 - listens to resources
from marketplace.capacity import unavailability
from marketplace.capacity.schemas import (
    ReportedSchema,
    SiteReportedSchema,
    UnavailabilityList,
    UnavailabilityRequest,
    reported,
    shown,
)
from marketplace.core import clock
from marketplace.core.timewindow import TimeWindow
from marketplace.http.api import MarketBlueprint
from marketplace.http.auth import actor, scope
from marketplace.http.idempotency import repeatable

blueprint = MarketBlueprint("capacity", __name__, url_prefix="/api/v1",
                            description="When resources cannot work")


@scope("market:read")
@blueprint.response(200, UnavailabilityList)
@blueprint.problems(401, 403, 404)
def list_unavailability(resource_id: int) -> Any:
    """What keeps a resource of yours from working, now and later."""
    require(actor(), "resource.read")
    found = unavailability.facts_of(actor(), resource_id, clock.now())
    return {"items": [shown(each) for each in found]}


@scope("market:write")
@repeatable
@blueprint.arguments(UnavailabilityRequest, as_kwargs=True)
@blueprint.response(201, ReportedSchema)
@blueprint.problems(400, 401, 403, 404, 422)
def report_unavailability(resource_id: int, window: TimeWindow, reason: str) -> Any:
    """Say that a resource you operate cannot work; never refused, the answer lists what it hits."""
    return reported(unavailability.report_unavailability(actor(), resource_id, window, reason))


@scope("market:write")
@repeatable
@blueprint.arguments(UnavailabilityRequest, as_kwargs=True)
@blueprint.response(201, SiteReportedSchema)
@blueprint.problems(400, 401, 403, 404, 422)
def report_site_unavailability(site_id: int, window: TimeWindow, reason: str) -> Any:
    """Say that all resources you operate on a site cannot work: one fact for each."""
    facts = unavailability.report_site(actor(), site_id, window, reason)
    return {"items": [reported(each) for each in facts]}


@scope("market:write")
@repeatable
@blueprint.arguments(UnavailabilityRequest, as_kwargs=True)
@blueprint.response(200, ReportedSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def edit_unavailability(unavailability_id: int, window: TimeWindow, reason: str) -> Any:
    """Give a fact that is not over other times: what it hits is looked up anew."""
    return reported(unavailability.edit_unavailability(actor(), unavailability_id, window, reason))


@scope("market:write")
@blueprint.response(204)
@blueprint.problems(401, 403, 404, 409)
def end_unavailability(unavailability_id: int) -> None:
    """The resource works again; what has not begun is taken back."""
    unavailability.end_unavailability(actor(), unavailability_id)


PATH = "/resources/<int:resource_id>/unavailability"
blueprint.route(PATH, endpoint="list_unavailability")(list_unavailability)
blueprint.route(PATH, methods=["POST"],
                endpoint="report_unavailability")(report_unavailability)
blueprint.route("/sites/<int:site_id>/unavailability",
                methods=["POST"])(report_site_unavailability)
blueprint.route("/unavailability/<int:unavailability_id>", methods=["POST"])(edit_unavailability)
blueprint.route("/unavailability/<int:unavailability_id>/end",
                methods=["POST"])(end_unavailability)
