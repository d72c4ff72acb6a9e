"""What attached files look like outside."""

from __future__ import annotations

from typing import Any

from flask_smorest.fields import Upload
from marshmallow import Schema, fields

from marketplace.files.attachments import Fetched
from marketplace.http.api import RequestSchema
from marketplace.http.fields import Instant


class UploadRequest(RequestSchema):
    """The file: PDF, PNG, JPEG, STEP, IGES, STL, DXF, DWG, or UTF-8 text, told by its content."""

    file = Upload(required=True)


class FileSchema(Schema):
    """A file on a booking or a job."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    company_id = fields.Integer(required=True, attribute="owner_company_id")
    created_at = Instant(required=True)


class FileList(Schema):
    """The files on a booking or a job, oldest first."""

    items = fields.List(fields.Nested(FileSchema), required=True)


class DownloadSchema(Schema):
    """Who fetched a file of yours."""

    member = fields.String(required=True)
    company = fields.String(required=True)
    at = Instant(required=True)


class DownloadList(Schema):
    """Who fetched a file of yours, the newest first."""

    items = fields.List(fields.Nested(DownloadSchema), required=True)


def lines(found: list[Fetched]) -> dict[str, Any]:
    """A log as it is shown."""
    return {"items": [{"member": each.member, "company": each.company, "at": each.at}
                      for each in found]}
