"""When several resources are free together, over HTTP."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from marketplace.accounts.permissions import require
from marketplace.catalogue import together
from marketplace.catalogue.schemas import MODES, RangeQuery, row_id
from marketplace.catalogue.together import Part
from marketplace.core.timewindow import TimeWindow
from marketplace.http.api import MarketBlueprint, RequestSchema
from marketplace.http.auth import actor, scope
from marketplace.http.fields import Instant

blueprint = MarketBlueprint("together", __name__, url_prefix="/api/v1",
                            description="When several resources are free together")


class PartRequest(RequestSchema):
    """Work on one listing: minutes or pieces."""

    listing_id = row_id(required=True)
    minutes = fields.Integer(strict=True, validate=validate.Range(1, 62 * 1440))
    pieces = fields.Integer(strict=True, validate=validate.Range(1, 10**7))
    lanes = fields.Integer(strict=True, load_default=1, validate=validate.Range(1, 500))
    mode = fields.String(validate=validate.OneOf(
        MODES, error="!choice:choices=" + "/".join(MODES)))

    @validates_schema(skip_on_field_errors=True)
    def one_length(self, data: dict[str, Any], **_: Any) -> None:
        """Exactly one of minutes and pieces."""
        if ("minutes" in data) == ("pieces" in data):
            raise ValidationError("!minutes_or_pieces", "minutes")

    @post_load
    def to_part(self, data: dict[str, Any], **_: Any) -> Part:
        """As the value the search takes."""
        return Part(**data)


class TogetherRequest(RequestSchema):
    """Parts that are to start together, inside a window."""

    start = Instant(required=True, data_key="from")
    end = Instant(required=True, data_key="to")
    limit = fields.Integer(strict=True, load_default=5, validate=validate.Range(1, 20))
    items = fields.List(fields.Nested(PartRequest), required=True, validate=validate.Length(
        1, together.MOST, error=f"!how_many:least=1;most={together.MOST}"))

    order = RangeQuery.order

    @validates_schema(skip_on_field_errors=True)
    def once(self, data: dict[str, Any], **_: Any) -> None:
        """A listing is asked about once; more of it are more lanes."""
        seen: set[int] = set()
        for place, part in enumerate(data["items"]):
            if part.listing_id in seen:
                raise ValidationError({"items": {place: {"listing_id": ["!given_twice"]}}})
            seen.add(part.listing_id)


class JointPart(Schema):
    """When one of the parts would run."""

    listing_id = fields.Integer(required=True)
    start = Instant(required=True)
    end = Instant(required=True)


class JointSchema(Schema):
    """A start at which all parts are free, in the order they were asked about."""

    start = Instant(required=True)
    parts = fields.List(fields.Nested(JointPart), required=True)


class JointList(Schema):
    """The earliest starts; empty when there is none in the window."""

    items = fields.List(fields.Nested(JointSchema), required=True)


@scope("market:read")
@blueprint.arguments(TogetherRequest, as_kwargs=True)
@blueprint.response(200, JointList)
@blueprint.problems(400, 401, 403, 404, 422)
def find_together(start: Any, end: Any, limit: int, items: list[Part]) -> Any:
    """Find the earliest starts at which several resources are all free; it books nothing."""
    require(actor(), "price.read")
    found = together.find(items, TimeWindow(start, end), limit)
    return {"items": [{"start": each.start, "parts": [
        {"listing_id": part.listing_id, "start": each.start, "end": end}
        for part, end in zip(items, each.ends, strict=True)]} for each in found]}


blueprint.route("/listings/together", methods=["POST"])(find_together)
