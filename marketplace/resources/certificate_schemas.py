"""What certificates of resources look like outside."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load

from marketplace.core import clock
from marketplace.http.api import RequestSchema
from marketplace.http.fields import Text
from marketplace.resources.certificates import Paper


class CertificateRequest(RequestSchema):
    """A certificate to add; its last day is by the clock of the site."""

    kind = Text(40, required=True, metadata={"description": "What listings name."})
    number = Text(60, required=True)
    issuer = Text(120, required=True)
    valid_until = fields.Date(required=True)

    @post_load
    def to_value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As the value the service takes."""
        return {"paper": Paper(**data)}


class CertificateSchema(Schema):
    """A certificate of a resource."""

    id = fields.Integer(required=True)
    resource_id = fields.Integer(required=True)
    kind = fields.String(required=True)
    number = fields.String(required=True)
    issuer = fields.String(required=True)
    valid_until = fields.Date(required=True)
    expired = fields.Function(lambda row: row.lapses_at <= clock.now(), required=True,
                              metadata={"type": "boolean"})


class CertificateList(Schema):
    """All certificates of a resource."""

    items = fields.List(fields.Nested(CertificateSchema), required=True)
