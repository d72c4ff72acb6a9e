"""Plans over HTTP."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Response, request

from marketplace.accounts.permissions import require
from marketplace.bookings.refusals import negotiated
from marketplace.catalogue.services import Wish
from marketplace.core.errors import DomainError
from marketplace.http.api import MarketBlueprint
from marketplace.http.auth import actor, scope
from marketplace.http.idempotency import idempotent
from marketplace.http.pages import page
from marketplace.planning import queries, services, views
from marketplace.planning.models import PlanRun
from marketplace.planning.schemas import PlanBody, PlanPage, PlanQuery, PlanSchema
from marketplace.planning.services import PlanRequest

blueprint = MarketBlueprint("planning", __name__, url_prefix="/api/v1",
                            description="Plans of jobs over the whole market")


@scope("market:write")
@idempotent
@blueprint.arguments(PlanBody, as_kwargs=True)
@blueprint.response(202, PlanSchema, headers={"Location": {"schema": {"type": "string"}}})
@blueprint.problems(400, 401, 403, 409, 422)
def make_plan(wish: PlanRequest) -> Any:
    """Ask for a plan; a worker makes it, `Location` says where to look."""
    row = services.request_plan(actor(), wish)
    return views.whole(row), 202, {"Location": f"/api/v1/plans/{row.id}"}


@scope("market:read")
@blueprint.arguments(PlanQuery, location="query", as_kwargs=True)
@blueprint.response(200, PlanPage)
@blueprint.problems(401, 403, 422)
def list_plans(limit: int, cursor: int, **_: Any) -> Any:
    """Plans of your company, newest first."""
    require(actor(), "plan.read")
    found = page(queries.plans_of(actor()), PlanRun.id, limit, cursor, newest_first=True)
    return found | {"items": [views.summary(row) for row in found["items"]]}


@scope("market:read")
@blueprint.response(200, PlanSchema, headers={"ETag": {"schema": {"type": "string"}}})
@blueprint.alt_response(304, description="Nothing has changed since the ETag you sent.")
@blueprint.problems(401, 403, 404)
def show_plan(plan_id: int) -> Any:
    """One plan; send its ETag back as If-None-Match to ask whether anything has changed."""
    require(actor(), "plan.read")
    body = PlanSchema().dump(views.whole(queries.plan_of(actor(), plan_id)))
    text = json.dumps(body, ensure_ascii=False, sort_keys=True)
    response = Response(text, 200, mimetype="application/json")
    response.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    return response.make_conditional(request)


@scope("market:write")
@idempotent
@blueprint.response(200, PlanSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def cancel_plan(plan_id: int) -> Any:
    """Drop a plan that is not finished."""
    return views.whole(services.cancel_plan(actor(), plan_id))


@scope("market:write")
@idempotent
@blueprint.response(200, PlanSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def enough(plan_id: int) -> Any:
    """Stop the search and keep the best plan found so far."""
    return views.whole(services.enough(actor(), plan_id))


def refused_part(refusal: DomainError, address: Mapping[str, Any],
                 _body: Mapping[str, Any]) -> Wish | None:
    """The part of a plan whose slot was taken."""
    return services.wish_at(actor(), address["plan_id"], refusal.params["resource_id"],
                            refusal.params["start"])


@scope("market:write")
@partial(negotiated, asked=refused_part)
@idempotent
@blueprint.response(200, PlanSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def accept_plan(plan_id: int) -> Any:
    """Book every part of a plan, or none of them."""
    return views.whole(services.accept_plan(actor(), plan_id))


blueprint.route("/plans", methods=["POST"], endpoint="make_plan")(make_plan)
blueprint.route("/plans", endpoint="list_plans")(list_plans)
blueprint.route("/plans/<int:plan_id>")(show_plan)
blueprint.route("/plans/<int:plan_id>/cancel", methods=["POST"])(cancel_plan)
blueprint.route("/plans/<int:plan_id>/enough", methods=["POST"])(enough)
blueprint.route("/plans/<int:plan_id>/accept", methods=["POST"])(accept_plan)
