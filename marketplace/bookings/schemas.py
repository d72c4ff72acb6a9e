"""What holds and bookings look like outside."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from marketplace.catalogue.schemas import QuoteSchema, WishFields, check_length, row_id
from marketplace.catalogue.services import Wish
from marketplace.http.api import PageQuery, RequestSchema
from marketplace.http.fields import Instant, MoneyField, Text

WISH = ("listing_id", "start", "end", "pieces", "mode")


class HoldRequest(RequestSchema):
    """The quote whose slot is to be held."""

    quote_id = row_id(required=True)


class HoldSchema(Schema):
    """A slot kept for a few minutes."""

    id = fields.Integer(required=True)
    quote_id = fields.Integer(required=True)
    state = fields.String(required=True)
    lanes = fields.List(fields.Integer(), required=True)
    expires_at = Instant(required=True)


class BookingRequest(WishFields):
    """A quote or a hold to book, or a wish of its own with its mode and a ceiling."""

    listing_id = row_id()
    start = Instant()
    quote_id = row_id()
    hold_id = row_id()
    max_total = MoneyField()
    reference = Text(60, load_default="")

    @validates_schema(skip_on_field_errors=True)
    def one_length(self, data: dict[str, Any], **_: Any) -> None:
        """Exactly one of quote_id, hold_id and a whole wish."""
        ways = ("quote_id" in data) + ("hold_id" in data) + ("listing_id" in data)
        if ways != 1:
            raise ValidationError("!one_way", "quote_id")
        if "listing_id" not in data:
            extra = [name for name in WISH if name in data]
            if extra:
                raise ValidationError("!not_with_quote", extra[0])
            return
        missing = {name: ["!required"] for name in ("start", "mode") if name not in data}
        if missing:
            raise ValidationError(missing)
        check_length(data)


def wish_of(data: dict[str, Any]) -> Wish:
    """The wish in a booking request."""
    return Wish(**{name: data[name] for name in (*WISH, "lanes") if name in data})


class StepRequest(RequestSchema):
    """A step without words."""


class ReasonRequest(RequestSchema):
    """A step with the reason for it, where there is one."""

    reason = Text(200, least=0, load_default="")


class GroundsRequest(RequestSchema):
    """A step that needs its reason."""

    reason = Text(200, required=True)


class ColleagueRequest(RequestSchema):
    """The colleague who takes a booking over."""

    member_id = row_id(required=True)


class FeeSchema(Schema):
    """What a late change costs; `state` is due or waived."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    percent = fields.Integer(required=True)
    amount = MoneyField(required=True)
    state = fields.String(required=True)
    waived_for = fields.String()
    created_at = Instant()


class FeeNowSchema(Schema):
    """What a change would cost the firm at this moment."""

    code = fields.String(required=True)
    percent = fields.Integer(required=True)
    amount = MoneyField(required=True)


class ProposalSchema(Schema):
    """Another price or time that one side proposes; `state` open waits up to `answer_by`."""

    id = fields.Integer(required=True)
    by_side = fields.String(required=True)
    purpose = fields.String(required=True)
    state = fields.String(required=True)
    listing_id = fields.Integer(required=True)
    resource_id = fields.Integer(required=True)
    start = Instant(attribute="starts", required=True)
    end = Instant(attribute="ends", required=True)
    quote = fields.Nested(QuoteSchema, required=True)
    note = fields.String(required=True)
    answer_by = Instant(required=True)
    created_at = Instant(required=True)


class LinkSchema(Schema):
    """A step that you may make now, and where."""

    action = fields.String(required=True)
    method = fields.String(required=True)
    href = fields.String(required=True)


class BookingSchema(Schema):
    """The contract on a slot."""

    id = fields.Integer(required=True)
    listing_id = fields.Integer(required=True)
    resource_id = fields.Integer(required=True)
    quote_id = fields.Integer(required=True)
    quote = fields.Nested(QuoteSchema, required=True)
    state = fields.String(required=True)
    mode = fields.String(required=True)
    start = Instant(attribute="starts", required=True)
    end = Instant(attribute="ends", required=True)
    pieces = fields.Integer(allow_none=True)
    lanes = fields.List(fields.Integer(), required=True)
    total = MoneyField(allow_none=True)
    total_min = MoneyField(allow_none=True)
    total_max = MoneyField(allow_none=True)
    reference = fields.String()
    side = fields.String(required=True)
    member_id = fields.Integer(required=True)
    actions = fields.List(fields.String(), required=True)
    links = fields.List(fields.Nested(LinkSchema), required=True)
    fees = fields.List(fields.Nested(FeeSchema), required=True)
    fees_now = fields.List(fields.Nested(FeeNowSchema), required=True)
    free_until = Instant(required=True)
    hit = fields.Boolean(required=True)
    proposals = fields.List(fields.Nested(ProposalSchema), required=True)
    version = fields.Integer(required=True)
    created_at = Instant()
    answer_by = Instant(allow_none=True)
    checked_in_at = Instant(allow_none=True)
    started_at = Instant(allow_none=True)
    ended_at = Instant(allow_none=True)
    cancelled_at = Instant(allow_none=True)


class BookingQuery(PageQuery):
    """A page of bookings, newest first."""


class BookingPage(Schema):
    """Bookings that your company made or that are on its machines."""

    items = fields.List(fields.Nested(BookingSchema), required=True)
    next_cursor = fields.Integer(allow_none=True)
