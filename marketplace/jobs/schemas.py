"""What jobs look like outside."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from marketplace.http.api import PageQuery, RequestSchema
from marketplace.http.fields import Instant, MoneyField, Text
from marketplace.jobs.rules import MAX_MINUTES, MAX_OPERATIONS, STATES, NewJob, NewOperation

MAX_ID = 2**31 - 1


def whole(least: int, most: int, **kwargs: Any) -> fields.Integer:
    """A whole number in a request, between two limits."""
    return fields.Integer(strict=True, validate=validate.Range(
        least, most, error=f"!range:least={least};most={most}"), **kwargs)


class OperationRequest(RequestSchema):
    """One step of the route; `minutes` is for the whole lot."""

    service_code = Text(30, required=True)
    material = Text(40, least=0, load_default="")
    quantity = whole(1, 10**7, load_default=1)
    minutes = whole(1, MAX_MINUTES, required=True)
    may_pause = fields.Boolean(load_default=False)
    resource_ids = fields.List(whole(1, MAX_ID), load_default=list, validate=validate.Length(
        max=50, error="!too_many:most=50"), metadata={
            "description": "Resources it is limited to; none: any that fits."})

    @post_load
    def to_value(self, data: dict[str, Any], **_: Any) -> NewOperation:
        """As the value the service takes."""
        return NewOperation(**data | {"resource_ids": tuple(data["resource_ids"])})


class JobRequest(RequestSchema):
    """Work to be done: its dates, its budget and its route."""

    code = Text(40, required=True)
    title = Text(120, required=True)
    release = Instant(required=True)
    due = Instant(required=True)
    deadline = Instant(metadata={"description": "Impossible after it; 90 days after due."})
    budget = MoneyField(metadata={"description": "The most the firm pays for all of it."})
    operations = fields.List(fields.Nested(OperationRequest), required=True,
                             validate=validate.Length(1, MAX_OPERATIONS,
                                                      error=f"!operations_count:"
                                                            f"most={MAX_OPERATIONS}"))

    @post_load
    def to_value(self, data: dict[str, Any], **_: Any) -> dict[str, NewJob]:
        """As the value the service takes."""
        return {"new": NewJob(**data | {"operations": tuple(data["operations"])})}


class OperationSchema(Schema):
    """One step of a job's route."""

    id = fields.Integer(required=True)
    position = fields.Integer(required=True)
    service_code = fields.String(required=True)
    material = fields.String(required=True)
    quantity = fields.Integer(required=True)
    minutes = fields.Integer(required=True)
    may_pause = fields.Boolean(required=True)
    resource_ids = fields.Function(lambda row: sorted(each.resource_id for each in row.eligible),
                                   metadata={"type": "array", "items": {"type": "integer"}})


class JobSchema(Schema):
    """A job of your company with its route."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    release = Instant(required=True)
    due = Instant(required=True)
    deadline = Instant(required=True)
    budget = MoneyField(allow_none=True)
    operations = fields.List(fields.Nested(OperationSchema), required=True)
    created_at = Instant(required=True)
    version = fields.Integer(required=True)


class JobQuery(PageQuery):
    """A page of jobs, newest first."""

    state = fields.String(validate=validate.OneOf(
        STATES, error="!choice:choices=" + "/".join(STATES)))


class JobPage(Schema):
    """Jobs of your company."""

    items = fields.List(fields.Nested(JobSchema), required=True)
    next_cursor = fields.Integer(allow_none=True)
