"""What series look like outside."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from marketplace.bookings.schemas import WISH
from marketplace.bookings.series import Plan
from marketplace.catalogue.schemas import MODES, WishFields
from marketplace.catalogue.services import Wish
from marketplace.http.api import PageQuery, RequestSchema
from marketplace.http.fields import Instant, MoneyField, Text

RULE = ("Recurrence rule of RFC 5545 with COUNT or UNTIL and at most 200 times, such as "
        "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10. It follows the wall clock of the site.")


class PreviewRequest(WishFields):
    """The first time of a series and the rule it repeats by."""

    mode = fields.String(required=True, validate=validate.OneOf(
        MODES, error="!choice:choices=" + "/".join(MODES)))
    rrule = Text(200, required=True, metadata={"description": RULE})

    @post_load
    def to_wish(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As the values the service takes."""
        return {"wish": wish_of(data), "rrule": data["rrule"]}


class SeriesRequest(PreviewRequest):
    """A series to book: what is not free is skipped, unless all or none is asked for."""

    reference = Text(60, load_default="")
    all_or_none = fields.Boolean(load_default=False)
    max_total = MoneyField(load_default=None)

    @post_load
    def to_wish(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As the value the service takes."""
        return {"plan": Plan(wish_of(data), data["rrule"], data["reference"],
                             data["all_or_none"], data["max_total"])}


def wish_of(data: dict[str, Any]) -> Wish:
    """The wish of the first time."""
    return Wish(**{name: data[name] for name in (*WISH, "lanes") if name in data})


class RefillRequest(RequestSchema):
    """What a firm agrees to when it tries the skipped times again."""

    max_each = MoneyField(load_default=None, metadata={
        "description": "What a time may cost now, though it cost less when the series was made."})


class TimeSchema(Schema):
    """One time: its price where it is free, else the code of what is against it."""

    start = Instant(required=True)
    end = Instant(required=True)
    free = fields.Boolean(required=True)
    reason = fields.String(required=True)
    total = MoneyField(allow_none=True)
    total_min = MoneyField(allow_none=True)
    total_max = MoneyField(allow_none=True)


class PreviewSchema(Schema):
    """What would become of a series; the totals are of its free times."""

    items = fields.List(fields.Nested(TimeSchema), required=True)
    free = fields.Integer(required=True)
    skipped = fields.Integer(required=True)
    total_min = MoneyField(required=True)
    total_max = MoneyField(required=True)


class SeriesFields(Schema):
    """A recurring wish."""

    id = fields.Integer(required=True)
    listing_id = fields.Integer(required=True)
    resource_id = fields.Integer(required=True)
    member_id = fields.Integer(required=True)
    rrule = fields.String(required=True)
    start = Instant(attribute="starts", required=True)
    minutes = fields.Integer(allow_none=True)
    pieces = fields.Integer(allow_none=True)
    mode = fields.String(required=True)
    lanes = fields.Integer(required=True)
    reference = fields.String(required=True)
    state = fields.String(required=True)
    booked = fields.Integer(required=True)
    skipped = fields.Integer(required=True)
    created_at = Instant(required=True)


class SeriesTime(Schema):
    """One time of a series: its booking and the state of it, or why it was skipped.

    `price_seen`: the most it cost when the series was made, which trying it again keeps to;
    `price_now`: the most it costs now, where it is skipped as `dearer`.
    """

    start = Instant(required=True)
    end = Instant(required=True)
    booking_id = fields.Integer(allow_none=True)
    state = fields.String(allow_none=True)
    reason = fields.String(required=True)
    price_seen = MoneyField(allow_none=True)
    price_now = MoneyField(allow_none=True)


class SeriesSchema(SeriesFields):
    """A recurring wish with all its times."""

    items = fields.List(fields.Nested(SeriesTime), required=True)


class SeriesQuery(PageQuery):
    """A page of series, newest first."""


class SeriesPage(Schema):
    """Series of your company."""

    items = fields.List(fields.Nested(SeriesFields), required=True)
    next_cursor = fields.Integer(allow_none=True)
