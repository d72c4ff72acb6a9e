"""What answers about sites, resources and their hours look like."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from marketplace.resources.rules import TOP_TYPES
from marketplace.resources.schemas import minute


class OwnSiteSchema(Schema):
    """A site as its company sees it."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True)
    region_code = fields.String(required=True)
    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)
    zone = fields.String(required=True)
    shared_factory = fields.Boolean(required=True)


class OwnSitePage(Schema):
    """A page of sites."""

    items = fields.List(fields.Nested(OwnSiteSchema), required=True)
    next_cursor = fields.Integer(allow_none=True)


class PartySchema(Schema):
    """A company that owns or operates a resource."""

    name = fields.String(required=True)
    credit_code = fields.String(required=True)


class WorkSchema(Schema):
    """A kind of work of a resource."""

    service_code = fields.String(required=True)
    materials = fields.List(fields.String(), required=True)
    envelope_mm = fields.List(fields.Integer(), allow_none=True)
    tolerance_um = fields.Integer(allow_none=True)


class OwnResourceSchema(Schema):
    """A resource as its owner and its operating company see it."""

    id = fields.Integer(required=True)
    site_id = fields.Integer(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    top_type = fields.String(required=True, validate=validate.OneOf(TOP_TYPES))
    model = fields.String(required=True)
    lanes = fields.Integer(required=True)
    buffer_before = fields.Integer(required=True)
    buffer_after = fields.Integer(required=True)
    holidays = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    owner = fields.Nested(PartySchema, required=True)
    operating_company = fields.Nested(PartySchema, required=True)
    capabilities = fields.List(fields.Nested(WorkSchema), required=True)


class OwnResourcePage(Schema):
    """A page of resources."""

    items = fields.List(fields.Nested(OwnResourceSchema), required=True)
    next_cursor = fields.Integer(allow_none=True)


class HoursSchema(Schema):
    """A row of the week."""

    weekday = fields.Integer(required=True)
    opens = minute()
    closes = minute()


class SpanSchema(Schema):
    """Hours of a day."""

    opens = minute()
    closes = minute()


class SpecialDaySchema(Schema):
    """A day with other hours."""

    day = fields.Date(required=True)
    hours = fields.List(fields.Nested(SpanSchema), required=True)


class ResourceDetailSchema(OwnResourceSchema):
    """A resource with its week and the days that differ."""

    opening_hours = fields.List(fields.Nested(HoursSchema), required=True)
    exceptions = fields.List(fields.Nested(SpecialDaySchema), required=True)


class ServiceCodeSchema(Schema):
    """A kind of work."""

    code = fields.String(required=True)
    top_type = fields.String(required=True)
    gbt4754 = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class ServiceCodeList(Schema):
    """Every kind of work."""

    items = fields.List(fields.Nested(ServiceCodeSchema), required=True)
