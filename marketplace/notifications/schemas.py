"""What notices and choices look like outside."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from marketplace.http.api import PageQuery, RequestSchema
from marketplace.http.fields import Instant
from marketplace.notifications.rules import EVENTS, Ways


class NoticeSchema(Schema):
    """One line of your inbox: the event, its words in your language, and where it leads."""

    id = fields.Integer(required=True)
    event = fields.String(required=True)
    text = fields.String(required=True)
    when = fields.String(required=True)
    price = fields.String(required=True)
    todo = fields.String(required=True)
    link = fields.String(required=True)
    created_at = Instant(required=True)
    read_at = Instant(required=True, allow_none=True)


class NoticeQuery(PageQuery):
    """A page of notices; `unread=true` leaves out those that were read."""

    unread = fields.Boolean(load_default=False)


class NoticePage(Schema):
    """Your notices, the newest first."""

    items = fields.List(fields.Nested(NoticeSchema), required=True)
    next_cursor = fields.Integer(allow_none=True)


class ReadSchema(Schema):
    """How many notices were new."""

    read = fields.Integer(required=True)


class ChoiceSchema(Schema):
    """Where you are told of an event."""

    event = fields.String(required=True, validate=validate.OneOf(
        tuple(EVENTS), error="!choice:choices=" + "/".join(EVENTS)))
    inbox = fields.Boolean(required=True, truthy={True}, falsy={False})
    mail = fields.Boolean(required=True, truthy={True}, falsy={False})


class ChoicesSchema(Schema):
    """Where you are told of every event."""

    choices = fields.List(fields.Nested(ChoiceSchema), required=True)


class ChoicesRequest(RequestSchema):
    """Where you wish to be told; an event that is not named is as by default."""

    choices = fields.List(fields.Nested(ChoiceSchema), required=True,
                          validate=validate.Length(max=len(EVENTS)))

    @validates_schema(skip_on_field_errors=True)
    def once(self, data: dict[str, Any], **_: Any) -> None:
        """An event is named once."""
        events = [each["event"] for each in data["choices"]]
        if len(set(events)) < len(events):
            raise ValidationError("!named_twice", "choices")


def wanted(choices: list[dict[str, Any]]) -> dict[str, Ways]:
    """The choices of a request by event."""
    return {each["event"]: Ways(each["inbox"], each["mail"]) for each in choices}
