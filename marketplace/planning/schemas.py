"""What plans look like outside."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from marketplace.http.api import PageQuery, RequestSchema
from marketplace.http.fields import Instant, MoneyField
from marketplace.planning.rules import ERRORS, MAX_JOBS, REASONS, STATES
from marketplace.planning.services import PlanRequest

MAX_ID = 2**31 - 1


class PlanBody(RequestSchema):
    """Which jobs to plan (none named: every open one), how long to search, from which seed."""

    job_ids = fields.List(
        fields.Integer(strict=True, validate=validate.Range(
            1, MAX_ID, error=f"!range:least=1;most={MAX_ID}")),
        load_default=list, validate=validate.Length(max=MAX_JOBS,
                                                    error=f"!too_many:most={MAX_JOBS}"))
    seconds = fields.Integer(strict=True, load_default=None, validate=validate.Range(
        1, 600, error="!range:least=1;most=600"))
    seed = fields.Integer(strict=True, load_default=0, validate=validate.Range(
        0, MAX_ID, error=f"!range:least=0;most={MAX_ID}"))

    @post_load
    def to_value(self, data: dict[str, Any], **_: Any) -> dict[str, PlanRequest]:
        """As the value the service takes."""
        return {"wish": PlanRequest(tuple(data["job_ids"]), data["seconds"], data["seed"])}


class ProgressSchema(Schema):
    """How far the search has come; `placed` is known once the plan is checked."""

    seconds = fields.Float(allow_none=True)
    value = MoneyField(allow_none=True)
    bound = MoneyField(allow_none=True)
    placed = fields.Integer(allow_none=True)


class PlanSummary(Schema):
    """A plan without its parts. `gap` is a fraction; `possible_gain` is bound less value."""

    id = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    wanted = fields.String(required=True)
    attempt = fields.Integer(required=True)
    jobs = fields.Integer(required=True)
    job_ids = fields.List(fields.Integer(), required=True)
    time_limit = fields.Integer(required=True)
    seed = fields.Integer(required=True)
    progress = fields.Nested(ProgressSchema, required=True)
    status = fields.String(allow_none=True)
    value = MoneyField(allow_none=True)
    bound = MoneyField(allow_none=True)
    gap = fields.Float(allow_none=True)
    possible_gain = MoneyField(allow_none=True)
    seconds = fields.Float(allow_none=True)
    found_by = fields.String(allow_none=True)
    proven_by = fields.String(allow_none=True)
    error = fields.String(allow_none=True, validate=validate.OneOf(sorted(ERRORS)))
    actions = fields.List(fields.String(), required=True)
    created_at = Instant(required=True)
    started_at = Instant(allow_none=True)
    finished_at = Instant(allow_none=True)
    accepted_at = Instant(allow_none=True)


class AssignmentSchema(Schema):
    """One operation of a job on a listing's resource, with its time and its price.

    Which of the resource's identical lanes it gets is chosen when the plan is accepted.
    """

    job_id = fields.Integer(required=True)
    job = fields.String(required=True)
    operation_id = fields.Integer(required=True)
    operation = fields.Integer(required=True)
    listing_id = fields.Integer(required=True)
    resource_id = fields.Integer(required=True)
    resource = fields.String(required=True)
    mode = fields.String(required=True)
    start = Instant(attribute="starts", required=True)
    end = Instant(attribute="ends", required=True)
    price = MoneyField(required=True)
    booking_id = fields.Integer(allow_none=True)


class LeftOutSchema(Schema):
    """A job that is not in the plan, and the first reason that can be shown to hold."""

    job_id = fields.Integer(required=True)
    job = fields.String(required=True)
    reason = fields.String(required=True, validate=validate.OneOf(list(REASONS)))
    params = fields.Dict(required=True)


class PlanSchema(PlanSummary):
    """A plan with its assignments and the jobs left out."""

    cost = MoneyField(allow_none=True)
    assignments = fields.List(fields.Nested(AssignmentSchema), required=True)
    left_out = fields.List(fields.Nested(LeftOutSchema), required=True)


class PlanQuery(PageQuery):
    """A page of plans, newest first."""


class PlanPage(Schema):
    """Plans of your company."""

    items = fields.List(fields.Nested(PlanSummary), required=True)
    next_cursor = fields.Integer(allow_none=True)
