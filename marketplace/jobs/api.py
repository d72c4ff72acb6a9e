"""Jobs over HTTP."""

from __future__ import annotations

from typing import Any

from marketplace.accounts.permissions import require
from marketplace.http.api import MarketBlueprint
from marketplace.http.auth import actor, scope
from marketplace.http.idempotency import idempotent
from marketplace.http.pages import page
from marketplace.jobs import queries, services
from marketplace.jobs.models import Job
from marketplace.jobs.rules import NewJob
from marketplace.jobs.schemas import JobPage, JobQuery, JobRequest, JobSchema

blueprint = MarketBlueprint("jobs", __name__, url_prefix="/api/v1",
                            description="Jobs and their operations")


@scope("market:write")
@idempotent
@blueprint.arguments(JobRequest, as_kwargs=True)
@blueprint.response(201, JobSchema)
@blueprint.problems(400, 401, 403, 409, 422)
def make_job(new: NewJob) -> Any:
    """Write a job down with its route of operations."""
    row = services.create_job(actor(), new)
    return row, 201, {"Location": f"/api/v1/jobs/{row.id}"}


@scope("market:read")
@blueprint.arguments(JobQuery, location="query", as_kwargs=True)
@blueprint.response(200, JobPage)
@blueprint.problems(401, 403, 422)
def list_jobs(limit: int, cursor: int, state: str | None = None, **_: Any) -> Any:
    """Jobs of your company, newest first."""
    require(actor(), "job.read")
    return page(queries.jobs_of(actor(), state), Job.id, limit, cursor, newest_first=True)


@scope("market:read")
@blueprint.response(200, JobSchema)
@blueprint.problems(401, 403, 404)
def show_job(job_id: int) -> Any:
    """One job of your company."""
    require(actor(), "job.read")
    return queries.job_of(actor(), job_id)


@scope("market:write")
@idempotent
@blueprint.response(200, JobSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def withdraw_job(job_id: int) -> Any:
    """Say that an open job is no longer wanted."""
    return services.withdraw_job(actor(), job_id)


blueprint.route("/jobs", methods=["POST"], endpoint="make_job")(make_job)
blueprint.route("/jobs", endpoint="list_jobs")(list_jobs)
blueprint.route("/jobs/<int:job_id>")(show_job)
blueprint.route("/jobs/<int:job_id>/withdraw", methods=["POST"])(withdraw_job)
