"""The record of a company over HTTP."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from marketplace.accounts import queries as accounts
from marketplace.accounts.permissions import require
from marketplace.http.api import MarketBlueprint
from marketplace.http.auth import actor, scope
from marketplace.kpis import record

blueprint = MarketBlueprint("record", __name__, url_prefix="/api/v1",
                            description="What companies have done")


class ShareSchema(Schema):
    """So many out of so many; `value` is 0 to 1, null where there was nothing to count."""

    name = fields.String(required=True)
    part = fields.Integer(required=True)
    whole = fields.Integer(required=True)
    value = fields.Float(required=True, allow_none=True)


class RecordSchema(Schema):
    """Twelve months of a seller, from the audit log; no shares below five delivered orders."""

    orders = fields.Integer(required=True)
    shares = fields.List(fields.Nested(ShareSchema), required=True)


@scope("market:read")
@blueprint.response(200, RecordSchema)
@blueprint.problems(401, 403, 404)
def show_record(company_id: int) -> Any:
    """On time, accepted first time, declined and cancelled, of a company's last twelve months."""
    require(actor(), "price.read")
    return record.record_of(accounts.company(company_id).id)


blueprint.route("/companies/<int:company_id>/record")(show_record)
