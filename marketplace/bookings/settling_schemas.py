"""What moves, proposals and conflicts look like outside."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from marketplace.bookings.moves import Target
from marketplace.bookings.proposals import Offered
from marketplace.catalogue.schemas import row_id
from marketplace.http.api import FreeSlotSchema, RequestSchema
from marketplace.http.fields import Instant, MoneyField, Text


class MoveRequest(RequestSchema):
    """Where a booking is to be: a quote, or another start of the same work.

    Without `end` the work keeps its length, without `listing_id` its place.
    """

    quote_id = row_id()
    start = Instant()
    end = Instant()
    listing_id = row_id()
    max_total = MoneyField()

    @validates_schema(skip_on_field_errors=True)
    def one_way(self, data: dict[str, Any], **_: Any) -> None:
        """A quote says all; without one the start is needed."""
        if "quote_id" in data:
            extra = [name for name in ("start", "end", "listing_id") if name in data]
            if extra:
                raise ValidationError("!not_with_quote", extra[0])
        elif "start" not in data:
            raise ValidationError("!required", "start")
        _in_order(data)

    @post_load
    def to_value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As the value the use case takes."""
        return {"to": Target(**data)}


def _in_order(data: dict[str, Any]) -> None:
    if "end" in data and "start" in data and data["end"] <= data["start"]:
        raise ValidationError("!end_before_start", "end")


class CounterRequest(RequestSchema):
    """Another price, another time or both; without `end` the work keeps its length."""

    start = Instant()
    end = Instant()
    total = MoneyField()
    note = Text(300, least=0, load_default="")

    @validates_schema(skip_on_field_errors=True)
    def says_something(self, data: dict[str, Any], **_: Any) -> None:
        """A new start or a new price; an end belongs to a start."""
        if not {"start", "total"} & set(data):
            raise ValidationError("!required", "start")
        if "end" in data and "start" not in data:
            raise ValidationError("!required", "start")
        _in_order(data)

    @post_load
    def to_value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As the value the use case takes."""
        return {"offered": Offered(**data)}


class MoveProposalRequest(CounterRequest):
    """Another time or another of the seller's listings, at the same price or less."""

    listing_id = row_id()

    @validates_schema(skip_on_field_errors=True)
    def says_something(self, data: dict[str, Any], **_: Any) -> None:
        """Somewhere else, or at another time."""
        if not {"start", "listing_id"} & set(data) or ("end" in data and "start" not in data):
            raise ValidationError("!required", "start")
        _in_order(data)


class FactSchema(Schema):
    """Why and when a resource cannot work."""

    id = fields.Integer(required=True)
    start = Instant(attribute="starts", required=True)
    end = Instant(attribute="ends", required=True)
    reason = fields.String(required=True)



class ConflictSchema(Schema):
    """A booking and the fact that hits it; `ways` are steps you may make now to settle it."""

    booking_id = fields.Integer(required=True)
    resource_id = fields.Integer(required=True)
    state = fields.String(required=True)
    start = Instant(required=True)
    end = Instant(required=True)
    fact = fields.Nested(FactSchema, required=True)
    ways = fields.List(fields.String(), required=True)
    proposal_id = fields.Integer(required=True, allow_none=True)
    alternatives = fields.List(fields.Nested(FreeSlotSchema), required=True)


class ConflictList(Schema):
    """Bookings that facts hit, by start."""

    items = fields.List(fields.Nested(ConflictSchema), required=True)
