"""What the waitlist looks like outside."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from marketplace.catalogue.schemas import MODES, WishFields
from marketplace.catalogue.services import Wish
from marketplace.http.api import PageQuery
from marketplace.http.fields import Instant


class WaitRequest(WishFields):
    """A slot to wait for; it is priced when it is offered."""

    mode = fields.String(required=True, validate=validate.OneOf(
        MODES, error="!choice:choices=" + "/".join(MODES)))

    @post_load
    def to_wish(self, data: dict[str, Any], **_: Any) -> dict[str, Wish]:
        """As the value the service takes."""
        return {"wish": Wish(**data)}


class EntrySchema(Schema):
    """A slot that your company waits for.

    `position` counts from 1 while it waits; `hold_id` and `offer_until` are of its offer.
    """

    id = fields.Integer(required=True)
    listing_id = fields.Integer(required=True)
    resource_id = fields.Integer(required=True)
    member_id = fields.Integer(required=True)
    start = Instant(attribute="starts", required=True)
    end = Instant(attribute="ends", required=True)
    pieces = fields.Integer(allow_none=True)
    mode = fields.String(required=True)
    lanes = fields.Integer(required=True)
    state = fields.String(required=True)
    position = fields.Integer(allow_none=True)
    hold_id = fields.Integer(allow_none=True)
    offer_until = Instant(allow_none=True)
    created_at = Instant(required=True)


class EntryQuery(PageQuery):
    """A page of entries, newest first."""


class EntryPage(Schema):
    """What your company waits for or has waited for."""

    items = fields.List(fields.Nested(EntrySchema), required=True)
    next_cursor = fields.Integer(allow_none=True)


class DemandSchema(Schema):
    """Who waits for one of your machines; `hours` counts each lane."""

    resource_id = fields.Integer(required=True)
    resource = fields.String(required=True)
    waiting = fields.Integer(required=True)
    hours = fields.Float(required=True)
    companies = fields.List(fields.String(), required=True)


class DemandList(Schema):
    """Your machines that somebody waits for, by name."""

    items = fields.List(fields.Nested(DemandSchema), required=True)
