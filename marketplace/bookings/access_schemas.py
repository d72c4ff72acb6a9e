"""What qualifications and the rest of a quota look like outside."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from marketplace.bookings.qualifications import Grant
from marketplace.catalogue.schemas import row_id
from marketplace.http.api import PageQuery, RequestSchema
from marketplace.http.fields import Instant, Text


class GrantRequest(RequestSchema):
    """Who may operate what: whoever made a booking on your machine, or a person of a company."""

    code = Text(40, required=True, metadata={"description": "What listings name."})
    booking_id = row_id()
    email = Text(120)
    credit_code = Text(18, metadata={"description": "Of the company that the person is in."})
    valid_from = Instant(metadata={"description": "Without it, from now on."})
    valid_until = Instant(metadata={"description": "Without it, until it is revoked."})

    @validates_schema(skip_on_field_errors=True)
    def one_person(self, data: dict[str, Any], **_: Any) -> None:
        """A booking, or an address and a company."""
        if ("booking_id" in data) == ("email" in data):
            raise ValidationError("!booking_or_person", "booking_id")
        if ("email" in data) != ("credit_code" in data):
            raise ValidationError("!both_needed", "credit_code")

    @post_load
    def to_value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As the value the service takes."""
        return {"wish": Grant(**data)}


class QualificationSchema(Schema):
    """A person whom a company lets operate what asks for a code."""

    id = fields.Integer(required=True)
    company_id = fields.Integer(required=True)
    granted_by = fields.String(required=True, metadata={"description": "That company's name."})
    member_id = fields.Integer(required=True)
    name = fields.String(required=True)
    company = fields.String(required=True)
    code = fields.String(required=True)
    valid_from = Instant(required=True)
    valid_until = Instant(allow_none=True)
    created_at = Instant(required=True)


class QualificationQuery(PageQuery):
    """A page of qualifications, newest first."""


class QualificationPage(Schema):
    """Qualifications that stand."""

    items = fields.List(fields.Nested(QualificationSchema), required=True)
    next_cursor = fields.Integer(allow_none=True)


class WeekSchema(Schema):
    """What your company has used and left of a week, in lane minutes."""

    week = fields.String(required=True, metadata={"description": "ISO week, such as 2026-W10."})
    monday = fields.Date(required=True)
    used_minutes = fields.Integer(attribute="used", required=True)
    remaining_minutes = fields.Integer(attribute="left", required=True)


class PrimeDaySchema(Schema):
    """What your company has left of a day's prime time, in lane minutes."""

    day = fields.Date(required=True)
    remaining_minutes = fields.Integer(required=True)


class QuotaSchema(Schema):
    """Your company's part of a listing: this week and the next. 0 hours: no quota."""

    listing_id = fields.Integer(required=True)
    quota_hours = fields.Integer(required=True)
    quota_group = fields.String(required=True)
    last_day_free = fields.Boolean(required=True)
    weeks = fields.List(fields.Nested(WeekSchema), required=True)
    prime_minutes = fields.Integer(required=True)
    prime_days = fields.List(fields.Nested(PrimeDaySchema), required=True)
