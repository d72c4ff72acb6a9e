"""What unavailability looks like outside."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from marketplace.capacity.unavailability import REASONS, Fact
from marketplace.core.timewindow import TimeWindow
from marketplace.http.api import RequestSchema
from marketplace.http.fields import Instant


class UnavailabilityRequest(RequestSchema):
    """A fact: the resource cannot work from start to end."""

    start = Instant(required=True)
    end = Instant(required=True)
    reason = fields.String(load_default="other", validate=validate.OneOf(
        REASONS, error="!choice:choices=" + "/".join(REASONS)))

    @validates_schema(skip_on_field_errors=True)
    def order(self, data: dict[str, Any], **_: Any) -> None:
        """In order."""
        if data["end"] <= data["start"]:
            raise ValidationError("!end_before_start", "end")

    @post_load
    def to_value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As the values the service takes."""
        return {"window": TimeWindow(data["start"], data["end"]), "reason": data["reason"]}


class HitSchema(Schema):
    """A claim that the fact hits; `booking_id` where it is a booking."""

    kind = fields.String(required=True)
    booking_id = fields.Integer(allow_none=True)
    start = Instant(required=True)
    end = Instant(required=True)


class UnavailabilitySchema(Schema):
    """When and why a resource cannot work."""

    id = fields.Integer(required=True)
    resource_id = fields.Integer(required=True)
    start = Instant(required=True)
    end = Instant(required=True)
    reason = fields.String(required=True)


class ReportedSchema(UnavailabilitySchema):
    """A new fact and what it hits, to be settled with those who booked."""

    hits = fields.List(fields.Nested(HitSchema), required=True)


class SiteReportedSchema(Schema):
    """The facts of a closed site, one a resource, each with what it hits."""

    items = fields.List(fields.Nested(ReportedSchema), required=True)


class UnavailabilityList(Schema):
    """Facts that are or will be, by start."""

    items = fields.List(fields.Nested(UnavailabilitySchema), required=True)


def shown(row: Any) -> dict[str, Any]:
    """A fact as plain values."""
    return {"id": row.id, "resource_id": row.resource_id, "start": row.starts, "end": row.ends,
            "reason": row.reason}


def reported(fact: Fact) -> dict[str, Any]:
    """A new fact with its hits."""
    return shown(fact.row) | {"hits": [
        {"kind": claim.kind, "start": claim.starts, "end": claim.ends,
         "booking_id": claim.holder_id if claim.holder_kind == "booking" else None}
        for claim in fact.hits]}
