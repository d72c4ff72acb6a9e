"""What listings and quotes look like outside."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from marketplace.catalogue.queries import Search
from marketplace.catalogue.services import Wish
from marketplace.core.timewindow import TimeWindow
from marketplace.http.api import PageQuery, QuerySchema, RequestSchema
from marketplace.http.fields import DecimalText, Instant, MoneyField, Text
from marketplace.pricing.quote import modes
from marketplace.resources.rules import KINDS, TOP_TYPES

MODES = tuple(sorted(modes()))
MAX_ID = 2**31 - 1
LISTING_FIELDS = ("id", "resource", "site", "company", "rules", "modes", "prices")


def row_id(**kwargs: Any) -> fields.Integer:
    """A row id in a request."""
    return fields.Integer(strict=True, validate=validate.Range(1, MAX_ID), **kwargs)


class WishFields(RequestSchema):
    """Work wanted: a start, and an end or a number of pieces."""

    listing_id = row_id(required=True)
    start = Instant(required=True)
    end = Instant()
    pieces = fields.Integer(strict=True, validate=validate.Range(1, 10**7))
    mode = fields.String(validate=validate.OneOf(
        MODES, error="!choice:choices=" + "/".join(MODES)))
    lanes = fields.Integer(strict=True, load_default=1, validate=validate.Range(1, 500))

    @validates_schema(skip_on_field_errors=True)
    def one_length(self, data: dict[str, Any], **_: Any) -> None:
        """Exactly one of end and pieces, and an end after the start."""
        check_length(data)


def check_length(data: dict[str, Any]) -> None:
    """Raise for both or neither of end and pieces, for a wrong order, for more than two months."""
    if ("end" in data) == ("pieces" in data):
        raise ValidationError("!end_or_pieces", "end")
    end: datetime | None = data.get("end")
    if end is not None and end <= data["start"]:
        raise ValidationError("!end_before_start", "end")
    if end is not None and end - data["start"] > timedelta(days=62):
        raise ValidationError("!too_far", "end")


class QuoteRequest(WishFields):
    """A request for quotes."""

    @post_load
    def to_wish(self, data: dict[str, Any], **_: Any) -> dict[str, Wish]:
        """As the value the service takes."""
        return {"wish": Wish(**data)}


class QuoteLineSchema(Schema):
    """One line of a quote and the rule that made it."""

    code = fields.String(required=True)
    quantity = fields.String(required=True)
    unit = fields.String(required=True)
    unit_price = fields.String(required=True)
    amount = fields.Dict(required=True)
    amount_max = fields.Dict()
    explain = fields.String(required=True)
    params = fields.Dict()


class QuoteSchema(Schema):
    """An immutable priced answer."""

    id = fields.Integer(required=True)
    listing_id = fields.Integer(required=True)
    mode = fields.String(required=True)
    start = Instant(attribute="starts", required=True)
    end = Instant(attribute="ends", required=True)
    pieces = fields.Integer(allow_none=True)
    lanes = fields.Integer(required=True)
    work_minutes = fields.Integer()
    lines = fields.List(fields.Nested(QuoteLineSchema), required=True)
    total = MoneyField(allow_none=True)
    total_min = MoneyField(allow_none=True)
    total_max = MoneyField(allow_none=True)
    valid_until = Instant(required=True)


class QuoteList(Schema):
    """One quote a mode."""

    items = fields.List(fields.Nested(QuoteSchema), required=True)


class RangeQuery(QuerySchema):
    """A window of time asked about."""

    start = Instant(required=True, data_key="from")
    end = Instant(required=True, data_key="to")

    @validates_schema(skip_on_field_errors=True)
    def order(self, data: dict[str, Any], **_: Any) -> None:
        """At most 62 days, in order."""
        if data["end"] <= data["start"]:
            raise ValidationError("!end_before_start", "to")
        if data["end"] - data["start"] > timedelta(days=62):
            raise ValidationError("!too_far", "to")

    @post_load
    def to_window(self, data: dict[str, Any], **_: Any) -> dict[str, TimeWindow]:
        """As the value the service takes."""
        return {"window": TimeWindow(data["start"], data["end"])}


class FreeWindow(Schema):
    """A stretch of free time and how many lanes are free in it."""

    start = Instant(required=True)
    end = Instant(required=True)
    lanes = fields.Integer(required=True)


class FreeList(Schema):
    """Free time in order."""

    items = fields.List(fields.Nested(FreeWindow), required=True)


class ListingQuery(PageQuery):
    """Filters of the search; all may be combined."""

    service_code = Text(30)
    q = Text(60)
    material = Text(40)
    envelope = fields.String(validate=validate.Regexp(
        r"^[0-9]{1,6}x[0-9]{1,6}x[0-9]{1,6}$", error="!envelope"),
        metadata={"description": "Length × width × height in mm, such as 400x300x200."})
    tolerance_um = fields.Integer(validate=validate.Range(1, 10**6))
    region = fields.String(validate=validate.Regexp(r"^[0-9]{2,6}$", error="!region"))
    near = fields.String(validate=validate.Regexp(
        r"^-?([0-8]?[0-9](\.[0-9]{1,8})?|90(\.0{1,8})?),"
        r"-?((1[0-7]|[0-9])?[0-9](\.[0-9]{1,8})?|180(\.0{1,8})?)$", error="!near"),
        metadata={"description": "Latitude,longitude in degrees."})
    distance_km = fields.Float(validate=validate.Range(0.1, 2000))
    kind = fields.String(validate=validate.OneOf(KINDS, error="!choice:choices="
                                                 + "/".join(KINDS)))
    top_type = fields.String(validate=validate.OneOf(TOP_TYPES, error="!choice:choices="
                                                     + "/".join(TOP_TYPES)))
    mode = fields.String(validate=validate.OneOf(
        MODES, error="!choice:choices=" + "/".join(MODES)))
    price_max = DecimalText(places=6, metadata={
        "description": "Highest unit price in the mode; members only."})
    order = fields.String(load_default="id", validate=validate.OneOf(
        ("id", "price"), error="!choice:choices=id/price"))
    free_from = Instant()
    free_to = Instant()
    lanes = fields.Integer(load_default=1, validate=validate.Range(1, 500))
    fields_ = fields.String(data_key="fields", validate=validate.Length(1, 120), metadata={
        "description": "Comma-separated names of the fields wanted. `fields=id` is the quickest: "
                       "its items are `{\"id\": 1}`."})

    @validates_schema(skip_on_field_errors=True)
    def pairs(self, data: dict[str, Any], **_: Any) -> None:
        """Filters that need each other."""
        if ("free_from" in data) != ("free_to" in data):
            raise ValidationError("!both_needed", "free_to")
        if "free_from" in data and data["free_to"] <= data["free_from"]:
            raise ValidationError("!end_before_start", "free_to")
        if ("distance_km" in data) != ("near" in data):
            raise ValidationError("!both_needed", "near" if "distance_km" in data
                                  else "distance_km")
        if ("price_max" in data or data["order"] == "price") and "mode" not in data:
            raise ValidationError("!mode_needed", "mode")
        unknown = set(data.get("fields_", "id").split(",")) - set(LISTING_FIELDS)
        if unknown:
            raise ValidationError("!choice:choices=" + "/".join(LISTING_FIELDS), "fields")

    @post_load
    def to_search(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As the value the query takes."""
        free = TimeWindow(data["free_from"], data["free_to"]) if "free_from" in data else None
        near = data.get("near")
        price = data.get("price_max")
        names = data.get("fields_")
        return {"limit": data["limit"], "cursor": data["cursor"],
                "wanted": tuple(names.split(",")) if names else LISTING_FIELDS,
                "wish": Search(
                    service_code=data.get("service_code"), text=data.get("q"),
                    material=data.get("material"), tolerance_um=data.get("tolerance_um"),
                    envelope=_envelope(data.get("envelope")), region=data.get("region"),
                    kind=data.get("kind"), top_type=data.get("top_type"), mode=data.get("mode"),
                    price_max_micro=None if price is None else int(price * 10**6),
                    order=data["order"], free=free, lanes=data["lanes"],
                    near=_point(near), distance_km=data.get("distance_km"))}


def _envelope(text: str | None) -> tuple[int, int, int] | None:
    if text is None:
        return None
    x, y, z = text.split("x")
    return int(x), int(y), int(z)


def _point(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    latitude, longitude = text.split(",")
    return float(latitude), float(longitude)


class CapabilitySchema(Schema):
    """What kind of work a resource does."""

    service_code = fields.String(required=True)
    materials = fields.List(fields.String(), required=True)
    envelope_mm = fields.List(fields.Integer(), required=True, allow_none=True)
    tolerance_um = fields.Integer(allow_none=True)


class ListedResource(Schema):
    """The resource of a listing."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    top_type = fields.String(required=True)
    model = fields.String(required=True)
    lanes = fields.Integer(required=True)
    buffer_before = fields.Integer(required=True)
    buffer_after = fields.Integer(required=True)
    capabilities = fields.List(fields.Nested(CapabilitySchema), required=True)


class ListedSite(Schema):
    """Where it stands; no name and one decimal where the listing keeps its company's name."""

    name = fields.String(required=True, allow_none=True)
    region_code = fields.String(required=True)
    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)
    zone = fields.String(required=True)
    shared_factory = fields.Boolean(required=True)


class RulesSchema(Schema):
    """The rules of a listing, lengths in minutes."""

    step = fields.Integer(required=True)
    min_minutes = fields.Integer(required=True)
    max_minutes = fields.Integer(required=True)
    notice_minutes = fields.Integer(required=True)
    horizon_days = fields.Integer(required=True)
    may_pause = fields.Boolean(required=True)


class ListingSchema(Schema):
    """A listing as the asker may see it: prices for members, the company as it chose."""

    id = fields.Integer(required=True)
    resource = fields.Nested(ListedResource)
    site = fields.Nested(ListedSite)
    company = fields.String(allow_none=True)
    rules = fields.Nested(RulesSchema)
    modes = fields.List(fields.String())
    prices = fields.Dict(allow_none=True)


class ListingPage(Schema):
    """A page of listings; each holds the fields asked for."""

    items = fields.List(fields.Nested(ListingSchema), required=True)
    next_cursor = fields.Integer(allow_none=True)
