"""What changed on bookings over HTTP: for programs that keep a copy."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from marketplace.bookings import feed
from marketplace.http.api import MarketBlueprint, QuerySchema
from marketplace.http.auth import actor, scope
from marketplace.http.fields import Instant

blueprint = MarketBlueprint("booking_changes", __name__, url_prefix="/api/v1",
                            description="What changed on bookings, without gaps or repeats")


class ChangesQuery(QuerySchema):
    """Where to go on, and how much at once."""

    since = fields.String(load_default=feed.START, validate=validate.Regexp(
        "^" + feed.CURSOR.pattern + "$", error="!cursor"), metadata={
            "description": "`cursor` of the page before; without it, from the beginning."})
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class ChangeSchema(Schema):
    """One step of a booking: `source` is empty where it was made; `side` is yours."""

    cursor = fields.String(required=True)
    booking_id = fields.Integer(required=True)
    action = fields.String(required=True)
    source = fields.String(required=True)
    target = fields.String(required=True)
    side = fields.String(required=True)
    at = Instant(required=True)


class ChangesPage(Schema):
    """Changes in order. Ask again with `cursor`; an empty page returns the one you sent."""

    items = fields.List(fields.Nested(ChangeSchema), required=True)
    cursor = fields.String(required=True)
    more = fields.Boolean(required=True)


@scope("market:read")
@blueprint.arguments(ChangesQuery, location="query", as_kwargs=True)
@blueprint.response(200, ChangesPage)
@blueprint.problems(401, 403, 422)
def list_changes(since: str, limit: int, **_: Any) -> Any:
    """What changed on bookings that your company is party to, after a cursor."""
    return feed.since(actor(), since, limit)


blueprint.route("/changes")(list_changes)
