"""Who may operate what, and how much of a listing is left to a company, over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.accounts.permissions import require
from marketplace.bookings import qualifications, quota
from marketplace.bookings.access_schemas import (
    GrantRequest,
    QualificationPage,
    QualificationQuery,
    QualificationSchema,
    QuotaSchema,
)
from marketplace.bookings.qualification_models import Qualification
from marketplace.bookings.qualifications import Grant
from marketplace.catalogue import queries as catalogue
from marketplace.http.api import MarketBlueprint
from marketplace.http.auth import actor, scope
from marketplace.http.pages import page

blueprint = MarketBlueprint("access", __name__, url_prefix="/api/v1",
                            description="Who may operate, and what is left of a quota")
COLUMNS = ("id", "company_id", "member_id", "code", "valid_from", "valid_until", "created_at")


def shown(rows: Sequence[Qualification]) -> list[dict[str, Any]]:
    """Qualifications with the holder's name and company, and the company that granted them."""
    people, companies = qualifications.people(rows), qualifications.companies_of(rows)
    return [{name: getattr(row, name) for name in COLUMNS}
            | dict(zip(("name", "company"), people[row.member_id], strict=True))
            | {"granted_by": companies[row.company_id]} for row in rows]


@scope("market:read")
@blueprint.arguments(QualificationQuery, location="query", as_kwargs=True)
@blueprint.response(200, QualificationPage)
@blueprint.problems(401, 403, 422)
def list_granted(limit: int, cursor: int, **_: Any) -> Any:
    """Whom your company lets operate its resources."""
    require(actor(), "qualification.read")
    found = page(qualifications.granted_by(actor()), Qualification.id, limit, cursor,
                 newest_first=True)
    return found | {"items": shown(found["items"])}


@scope("market:read")
@blueprint.arguments(QualificationQuery, location="query", as_kwargs=True)
@blueprint.response(200, QualificationPage)
@blueprint.problems(401, 403, 422)
def list_held(limit: int, cursor: int, **_: Any) -> Any:
    """What you yourself may operate, and at which company."""
    require(actor(), "qualification.read")
    found = page(qualifications.held_by(actor()), Qualification.id, limit, cursor,
                 newest_first=True)
    return found | {"items": shown(found["items"])}


@scope("market:write")
@blueprint.arguments(GrantRequest, as_kwargs=True)
@blueprint.response(201, QualificationSchema)
@blueprint.problems(400, 401, 403, 404, 422, 429)
def grant(wish: Grant) -> Any:
    """Let somebody operate what asks for a code."""
    return shown([qualifications.grant(actor(), wish)])[0]


@scope("market:write")
@blueprint.response(204)
@blueprint.problems(401, 403, 404)
def revoke(qualification_id: int) -> None:
    """Take a qualification back from now on; bookings already made stay."""
    qualifications.revoke(actor(), qualification_id)


@scope("market:read")
@blueprint.response(200, QuotaSchema)
@blueprint.problems(401, 403, 404)
def show_quota(listing_id: int) -> Any:
    """What your company has used and left of a listing's quota, this week and the next."""
    require(actor(), "quote.read")
    left = quota.left(actor().company_id or 0, catalogue.offer(listing_id))
    rules = left.offer.rules
    return {"listing_id": listing_id, "quota_hours": rules.quota_hours,
            "quota_group": rules.quota_group, "last_day_free": rules.last_day_free,
            "weeks": left.weeks, "prime_minutes": rules.prime_minutes,
            "prime_days": [{"day": day, "remaining_minutes": minutes}
                           for day, minutes in left.prime]}


blueprint.route("/qualifications", endpoint="list_granted")(list_granted)
blueprint.route("/qualifications", methods=["POST"], endpoint="grant")(grant)
blueprint.route("/my/qualifications")(list_held)
blueprint.route("/qualifications/<int:qualification_id>", methods=["DELETE"])(revoke)
blueprint.route("/listings/<int:listing_id>/quota")(show_quota)
