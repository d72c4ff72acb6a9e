"""What calendars look like outside."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from marketplace.calendars.feeds import SCOPES
from marketplace.calendars.scanning import BYTES
from marketplace.core.errors import FieldError
from marketplace.http.api import RequestSchema
from marketplace.http.fields import Instant, Text
from marketplace.http.language import language
from marketplace.http.problems import field_problem

MAX_ID = 2**31 - 1


class FeedRequest(RequestSchema):
    """Whose bookings an address shows; a machine is named by its number."""

    scope = fields.String(required=True, validate=validate.OneOf(
        SCOPES, error="!choice:choices=" + "/".join(SCOPES)))
    resource_id = fields.Integer(strict=True, validate=validate.Range(1, MAX_ID))

    @validates_schema(skip_on_field_errors=True)
    def one_resource(self, data: dict[str, Any], **_: Any) -> None:
        """A number goes with a machine and with nothing else."""
        if (data["scope"] == "resource") != ("resource_id" in data):
            raise ValidationError("!calendar_which_resource", "resource_id")


class FeedSchema(Schema):
    """A calendar address without its secret."""

    id = fields.Integer(required=True)
    scope = fields.String(required=True)
    resource_id = fields.Integer(allow_none=True, required=True)
    created_at = Instant(required=True)
    last_read_at = Instant(allow_none=True, required=True)


class NewFeedSchema(FeedSchema):
    """A new calendar address, which is shown only now."""

    url = fields.String(required=True)


class FeedList(Schema):
    """Your live calendar addresses, newest first."""

    items = fields.List(fields.Nested(FeedSchema), required=True)


def feed_shown(row: Any, url: str = "") -> dict[str, Any]:
    """A feed as plain values."""
    plain = {"id": row.id, "scope": row.scope, "created_at": row.created_at,
             "last_read_at": row.last_read_at,
             "resource_id": row.scope_id if row.scope == "resource" else None}
    return plain | ({"url": url} if url else {})


class Ics(fields.String):
    """The text of a calendar; what is wrong inside it is told by its line."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        text = super()._deserialize(value, attr, data)
        if len(text) > 2 * BYTES or any("\ud800" <= each <= "\udfff" for each in text):
            raise ValidationError(f"!calendar_too_large:most={BYTES // 1024}"
                                  if len(text) > 2 * BYTES else "!not_text")
        return text


class SourceRequest(RequestSchema):
    """A foreign calendar: an address that is read regularly, or the text of a file."""

    name = Text(60, required=True)
    url = Text(1000)
    ics = Ics()

    @validates_schema(skip_on_field_errors=True)
    def one_way(self, data: dict[str, Any], **_: Any) -> None:
        """Exactly one of both."""
        if ("url" in data) == ("ics" in data):
            raise ValidationError("!calendar_one_way", "url")


class FileRequest(RequestSchema):
    """A newer file in the place of the one before."""

    ics = Ics(required=True)


class ReadRequest(RequestSchema):
    """Nothing: an address is read again."""


class BusyHitSchema(Schema):
    """A booking or a hold that a new event overlaps."""

    kind = fields.String(required=True)
    booking_id = fields.Integer(allow_none=True, required=True)
    start = Instant(required=True)
    end = Instant(required=True)


class SourceSchema(Schema):
    """A foreign calendar. `busy`: events that keep the resource from working; `ours`: our own."""

    id = fields.Integer(required=True)
    resource_id = fields.Integer(required=True)
    name = fields.String(required=True)
    url = fields.String(required=True)
    state = fields.String(required=True)
    error = fields.String(allow_none=True, required=True)
    busy = fields.Integer(required=True)
    ours = fields.Integer(required=True)
    read_at = Instant(allow_none=True, required=True)
    tried_at = Instant(allow_none=True, required=True)


class TakenSchema(SourceSchema):
    """A foreign calendar that was just read, with what it changed and what it hits."""

    added = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    removed = fields.Integer(required=True)
    hits = fields.List(fields.Nested(BusyHitSchema), required=True)


class SourceList(Schema):
    """The foreign calendars of a resource."""

    items = fields.List(fields.Nested(SourceSchema), required=True)


COLUMNS = ("id", "resource_id", "name", "url", "state", "busy", "ours", "read_at", "tried_at")


def error_words(row: Any) -> str | None:
    """Why a calendar could not be read, in the reader's language."""
    if not row.error:
        return None
    wrong = FieldError("", row.error["code"], **row.error["params"])
    return str(field_problem(language(), wrong)["message"])


def source_shown(row: Any) -> dict[str, Any]:
    """A foreign calendar as plain values."""
    return {name: getattr(row, name) for name in COLUMNS} | {"error": error_words(row)}


def taken_shown(row: Any, settled: Any) -> dict[str, Any]:
    """A foreign calendar with what its last reading did."""
    return source_shown(row) | {
        "added": settled.added, "changed": settled.changed, "removed": settled.removed,
        "hits": [{"kind": claim.kind, "start": claim.starts, "end": claim.ends,
                  "booking_id": claim.holder_id if claim.holder_kind == "booking" else None}
                 for claim in settled.hits]}
