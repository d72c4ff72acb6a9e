"""What one's own listings look like outside."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from marketplace.catalogue.listing_rules import DEFAULTS, LIMITS, RULE_FIELDS, listing_errors
from marketplace.catalogue.services import Publication
from marketplace.http.api import RequestSchema
from marketplace.http.fields import Text
from marketplace.pricing.quote import modes
from marketplace.resources.schemas import MAX_ID, Flag, refuse, whole


def _terms() -> Any:
    """Terms by mode; each mode's own schema is documented beside the others."""
    kinds = {name: fields.Nested(type(f"Terms_{name}", (module.Terms,), {
        "__doc__": module.__doc__})) for name, module in modes().items()}
    return type("ListingTermsRequest", (RequestSchema,), {
        "__doc__": "Price terms by mode: at least one.", **kinds})


TermsByMode = _terms()


class RawTerms(fields.Nested):
    """Terms checked by their schemas and handed on as they were sent, for they are stored so."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, partial: Any = None,
                     **kwargs: Any) -> Any:
        super()._deserialize(value, attr, data, partial, **kwargs)
        if not value:
            raise ValidationError("!terms_one")
        return value


class ListingEdit(RequestSchema):
    """Changes of a listing, lengths in minutes; `terms` replace all there were."""

    step = whole(*LIMITS["step"], "Starts and lengths lie on it.")
    min_minutes = whole(*LIMITS["min_minutes"])
    max_minutes = whole(*LIMITS["max_minutes"])
    notice_minutes = whole(*LIMITS["notice_minutes"], "Least time before a start.")
    horizon_days = whole(*LIMITS["horizon_days"], "How far ahead may be booked.")
    may_pause = Flag(metadata={"description": "Work may rest over closed time."})
    show_company = Flag()
    approval = Flag(metadata={"description": "The seller answers each request."})
    reply_hours = whole(*LIMITS["reply_hours"], "Within so many hours.")
    series = Flag(metadata={"description": "May be booked as a recurring series."})
    check_in = Flag(metadata={"description": "Who has not checked in has not come."})
    grace_minutes = whole(*LIMITS["grace_minutes"], "After the start, to check in.")
    free_hours = whole(*LIMITS["free_hours"], "Until then a change costs nothing.")
    late_percent = whole(*LIMITS["late_percent"], "Of the price, for a late change.")
    no_show_percent = whole(*LIMITS["no_show_percent"], "Of the price, for not coming.")
    accept_days = whole(*LIMITS["accept_days"], "After delivery; silence is acceptance.")
    quota_hours = whole(*LIMITS["quota_hours"], "Lane hours a company and week; 0: none.")
    quota_group = Text(40, least=0, metadata={"description": "Listings that share the quota."})
    last_day_free = Flag(metadata={"description": "No quota in the last 24 hours."})
    prime_days = Text(7, least=0, metadata={"description": "ISO weekdays, such as 12345."})
    prime_from = whole(*LIMITS["prime_from"], "Minutes after local midnight.")
    prime_until = whole(*LIMITS["prime_until"], "Minutes after local midnight.")
    prime_minutes = whole(*LIMITS["prime_minutes"], "Of prime time a company and day.")
    qualification = Text(40, least=0, metadata={"description": "Who operates must have it."})
    certificate = Text(40, least=0, metadata={"description": "The resource must have it."})
    terms = RawTerms(TermsByMode)

    @validates_schema(skip_on_field_errors=False)
    def judge(self, data: dict[str, Any], **_: Any) -> None:
        """Every wrong rule in one answer."""
        refuse(listing_errors(data))

    @post_load
    def to_value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As the values the service takes."""
        return {"rules": {name: data[name] for name in RULE_FIELDS if name in data},
                "terms": data.get("terms")}


class ListingRequest(ListingEdit):
    """A resource to offer; rules that are not named take their defaults."""

    resource_id = whole(required=True, validate=validate.Range(
        1, MAX_ID, error=f"!range:least=1;most={MAX_ID}"))
    terms = RawTerms(TermsByMode, required=True)

    @validates_schema(skip_on_field_errors=False)
    def judge(self, data: dict[str, Any], **_: Any) -> None:
        """Every wrong rule in one answer, the defaults included."""
        refuse(listing_errors(DEFAULTS | data))

    @post_load
    def to_value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As the value the service takes."""
        rules = DEFAULTS | {name: data[name] for name in RULE_FIELDS if name in data}
        return {"publication": Publication(data["resource_id"], rules, data["terms"])}


class OwnListingSchema(Schema):
    """A listing as its company sees it."""

    id = fields.Integer(required=True)
    resource_id = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("published", "withdrawn")))
    step = fields.Integer(required=True)
    min_minutes = fields.Integer(required=True)
    max_minutes = fields.Integer(required=True)
    notice_minutes = fields.Integer(required=True)
    horizon_days = fields.Integer(required=True)
    may_pause = fields.Boolean(required=True)
    show_company = fields.Boolean(required=True)
    approval = fields.Boolean(required=True)
    reply_hours = fields.Integer(required=True)
    series = fields.Boolean(required=True)
    check_in = fields.Boolean(required=True)
    grace_minutes = fields.Integer(required=True)
    free_hours = fields.Integer(required=True)
    late_percent = fields.Integer(required=True)
    no_show_percent = fields.Integer(required=True)
    accept_days = fields.Integer(required=True)
    quota_hours = fields.Integer(required=True)
    quota_group = fields.String(required=True)
    last_day_free = fields.Boolean(required=True)
    prime_days = fields.String(required=True)
    prime_from = fields.Integer(required=True)
    prime_until = fields.Integer(required=True)
    prime_minutes = fields.Integer(required=True)
    qualification = fields.String(required=True)
    certificate = fields.String(required=True)
    version = fields.Integer(required=True)
    terms = fields.Function(lambda row: {each.mode: each.terms for each in row.terms},
                            required=True, metadata={"type": "object"})


class OwnListingPage(Schema):
    """A page of listings."""

    items = fields.List(fields.Nested(OwnListingSchema), required=True)
    next_cursor = fields.Integer(allow_none=True)
