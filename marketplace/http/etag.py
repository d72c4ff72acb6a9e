"""Edits name the version they were made on: `ETag` out, `If-Match` in (RFC 9110, 13.1.1)."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

TAG = re.compile(r'"?([0-9]{1,9})"?')


class VersionTag(fields.Field[int | None]):
    """`"3"` as 3; `*` as None: any version."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> int | None:
        if value == "*":
            return None
        found = TAG.fullmatch(str(value))
        if found is None:
            raise ValidationError("!version_tag")
        return int(found[1])


class IfMatch(Schema):
    """The header of every edit."""

    class Meta:
        """Other headers are not ours."""

        unknown = EXCLUDE

    version = VersionTag(data_key="If-Match", required=True, metadata={
        "type": "string", "description": "The `ETag` of what you read, such as \"3\"."})


class IfMatchMaybe(Schema):
    """The header of a step that is safe without it."""

    class Meta:
        """Other headers are not ours."""

        unknown = EXCLUDE

    version = VersionTag(data_key="If-Match", load_default=None, metadata={
        "type": "string", "description": "The `ETag` of what you read: refused when it changed."})


def headers(version: int) -> dict[str, str]:
    """The headers of an answer that shows a version."""
    return {"ETag": f'"{version}"'}
