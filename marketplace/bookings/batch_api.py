"""Several bookings in one request over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from marketplace.bookings import batch, views
from marketplace.bookings.batch import Item
from marketplace.bookings.refusals import negotiated
from marketplace.bookings.schemas import BookingSchema
from marketplace.catalogue.models import Quote
from marketplace.catalogue.queries import quote_of
from marketplace.catalogue.schemas import row_id
from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from marketplace.http.api import MarketBlueprint, RequestSchema
from marketplace.http.auth import actor, scope
from marketplace.http.fields import MoneyField, Text
from marketplace.http.idempotency import idempotent

blueprint = MarketBlueprint("booking_batch", __name__, url_prefix="/api/v1",
                            description="Several bookings at once, or none")


class ItemRequest(RequestSchema):
    """One quote to book."""

    quote_id = row_id(required=True)
    reference = Text(60, load_default="")

    @post_load
    def to_item(self, data: dict[str, Any], **_: Any) -> Item:
        """As the value the service takes."""
        return Item(**data)


class BatchRequest(RequestSchema):
    """Quotes to book together, and the most that all of them may cost."""

    items = fields.List(fields.Nested(ItemRequest), required=True, validate=validate.Length(
        1, batch.MOST, error=f"!how_many:least=1;most={batch.MOST}"))
    max_total = MoneyField(load_default=None)


class BatchSchema(Schema):
    """The bookings that were made, in the order of the quotes."""

    items = fields.List(fields.Nested(BookingSchema), required=True)


def refused_item(refusal: DomainError, _address: Mapping[str, Any],
                 body: Mapping[str, Any]) -> Quote:
    """The quote that refused all."""
    place = int(refusal.errors[0].field.split(".")[1])
    return quote_of(body["items"][place]["quote_id"], actor().company_id)


@scope("market:write")
@partial(negotiated, asked=refused_item)
@idempotent
@blueprint.arguments(BatchRequest, as_kwargs=True)
@blueprint.response(201, BatchSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def make_bookings(items: list[Item], max_total: Money | None) -> Any:
    """Book the slots of several quotes, all of them or none."""
    return {"items": views.shown(actor(), batch.book_together(actor(), items, max_total))}


blueprint.route("/bookings/batch", methods=["POST"])(make_bookings)
