"""Sites, resources, opening hours and service codes over HTTP."""

from __future__ import annotations

from typing import Any

from marketplace.accounts.permissions import require
from marketplace.http.api import MarketBlueprint, PageQuery
from marketplace.http.auth import actor, scope
from marketplace.http.etag import IfMatch, headers
from marketplace.http.idempotency import repeatable
from marketplace.http.pages import page
from marketplace.resources import hours, queries, services, views
from marketplace.resources.models import Resource, Site
from marketplace.resources.schemas import (
    ExceptionRequest,
    ResourceEdit,
    ResourceQuery,
    ResourceRequest,
    ServiceCodeQuery,
    SiteRequest,
    WeekRequest,
    day_of,
)
from marketplace.resources.service_codes import service_codes
from marketplace.resources.shapes import (
    OwnResourcePage,
    OwnSitePage,
    OwnSiteSchema,
    ResourceDetailSchema,
    ServiceCodeList,
)
from marketplace.resources.values import SiteData, SpecialDay, WeekRow

blueprint = MarketBlueprint("resources", __name__, url_prefix="/api/v1",
                            description="Sites, resources and opening hours")


@blueprint.arguments(ServiceCodeQuery, location="query", as_kwargs=True)
@blueprint.response(200, ServiceCodeList)
@blueprint.problems(422)
def list_service_codes(top_type: str | None = None, **_: Any) -> Any:
    """Every kind of work there is; public."""
    return {"items": [each for each in service_codes().values()
                      if top_type in (None, each.top_type)]}


@scope("market:read")
@blueprint.arguments(PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, OwnSitePage)
@blueprint.problems(401, 403, 422)
def list_sites(limit: int, cursor: int, **_: Any) -> Any:
    """Your sites, and shared factories where machines of yours stand."""
    require(actor(), "resource.read")
    return page(queries.sites_of(actor()), Site.id, limit, cursor)


@scope("market:write")
@repeatable
@blueprint.arguments(SiteRequest, as_kwargs=True)
@blueprint.response(201, OwnSiteSchema)
@blueprint.problems(400, 401, 403, 409, 422)
def make_site(site: SiteData) -> Any:
    """Register a place where resources stand."""
    return services.create_site(actor(), site)


@scope("market:read")
@blueprint.arguments(ResourceQuery, location="query", as_kwargs=True)
@blueprint.response(200, OwnResourcePage)
@blueprint.problems(401, 403, 422)
def list_resources(limit: int, cursor: int, kind: str | None = None, **_: Any) -> Any:
    """Resources your company owns or operates."""
    require(actor(), "resource.read")
    query = queries.resources_of(actor())
    found = page(query if kind is None else query.where(Resource.kind == kind), Resource.id,
                 limit, cursor)
    return found | {"items": views.shown(found["items"])}


@scope("market:write")
@repeatable
@blueprint.arguments(ResourceRequest, as_kwargs=True)
@blueprint.response(201, ResourceDetailSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def make_resource(changes: dict[str, Any]) -> Any:
    """Register a resource; its lanes are made with it."""
    row = services.create_resource(actor(), queries.with_companies(changes))
    return views.detail(actor(), row.id), 201, headers(row.version)


@scope("market:read")
@blueprint.response(200, ResourceDetailSchema)
@blueprint.problems(401, 403, 404)
def show_resource(resource_id: int) -> Any:
    """One resource your company owns or operates; its version is the `ETag`."""
    require(actor(), "resource.read")
    found = views.detail(actor(), resource_id)
    return found, 200, headers(found["version"])


@scope("market:write")
@blueprint.arguments(IfMatch, location="headers", as_kwargs=True)
@blueprint.arguments(ResourceEdit, as_kwargs=True)
@blueprint.response(200, ResourceDetailSchema)
@blueprint.problems(400, 401, 403, 404, 409, 412, 422)
def edit_resource(resource_id: int, version: int | None, changes: dict[str, Any]) -> Any:
    """Change a resource that you operate, on the version you read."""
    row = services.edit_resource(actor(), resource_id, version, changes)
    return views.detail(actor(), row.id), 200, headers(row.version)


@scope("market:write")
@blueprint.arguments(WeekRequest, as_kwargs=True)
@blueprint.response(200, ResourceDetailSchema)
@blueprint.problems(400, 401, 403, 404, 422)
def set_hours(resource_id: int, rows: list[WeekRow]) -> Any:
    """Say when a resource that you operate is open in an ordinary week."""
    row = hours.set_week(actor(), resource_id, rows)
    return views.detail(actor(), row.id), 200, headers(row.version)


@scope("market:write")
@repeatable
@blueprint.arguments(ExceptionRequest, as_kwargs=True)
@blueprint.response(201, ResourceDetailSchema)
@blueprint.problems(400, 401, 403, 404, 422)
def set_exception(resource_id: int, special: SpecialDay) -> Any:
    """Give one day other hours, or none; they win over holidays and the week."""
    row = hours.set_exception(actor(), resource_id, special)
    return views.detail(actor(), row.id), 201, headers(row.version)


@scope("market:write")
@blueprint.response(204)
@blueprint.problems(401, 403, 404)
def remove_exception(resource_id: int, day: str) -> None:
    """Let a day follow the week and the holidays again."""
    hours.remove_exception(actor(), resource_id, day_of(day))


blueprint.route("/service-codes")(list_service_codes)
blueprint.route("/sites", endpoint="list_sites")(list_sites)
blueprint.route("/sites", methods=["POST"], endpoint="make_site")(make_site)
blueprint.route("/resources", endpoint="list_resources")(list_resources)
blueprint.route("/resources", methods=["POST"], endpoint="make_resource")(make_resource)
blueprint.route("/resources/<int:resource_id>", endpoint="show_resource")(show_resource)
blueprint.route("/resources/<int:resource_id>", methods=["PATCH"],
                endpoint="edit_resource")(edit_resource)
blueprint.route("/resources/<int:resource_id>/opening-hours", methods=["PUT"])(set_hours)
blueprint.route("/resources/<int:resource_id>/exceptions", methods=["POST"])(set_exception)
blueprint.route("/resources/<int:resource_id>/exceptions/<day>",
                methods=["DELETE"])(remove_exception)
