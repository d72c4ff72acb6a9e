"""Files on bookings and jobs over HTTP."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import FileStorage

from marketplace.files import attachments
from marketplace.files.schemas import DownloadList, FileList, FileSchema, UploadRequest, lines
from marketplace.files.sending import attachment
from marketplace.http.api import MarketBlueprint
from marketplace.http.auth import actor, scope

blueprint = MarketBlueprint("files", __name__, url_prefix="/api/v1",
                            description="Drawings on bookings and jobs")
BYTES = {"type": "string", "format": "binary"}


@scope("market:write")
@blueprint.arguments(UploadRequest, location="files", as_kwargs=True)
@blueprint.response(201, FileSchema)
@blueprint.problems(401, 403, 404, 409, 422)
def attach_to_booking(file: FileStorage, booking_id: int) -> Any:
    """Attach a file to a booking, for the other side to fetch."""
    return attachments.attach(actor(), "booking", booking_id, file.filename or "", file.stream)


@scope("market:read")
@blueprint.response(200, FileList)
@blueprint.problems(401, 403, 404)
def list_booking_files(booking_id: int) -> Any:
    """The files that both sides attached to a booking."""
    return {"items": attachments.listed(actor(), "booking", booking_id)}


@scope("market:write")
@blueprint.arguments(UploadRequest, location="files", as_kwargs=True)
@blueprint.response(201, FileSchema)
@blueprint.problems(401, 403, 404, 409, 422)
def attach_to_job(file: FileStorage, job_id: int) -> Any:
    """Attach a file to a job; who books an operation of it on a machine lets that seller read."""
    return attachments.attach(actor(), "job", job_id, file.filename or "", file.stream)


@scope("market:read")
@blueprint.response(200, FileList)
@blueprint.problems(401, 403, 404)
def list_job_files(job_id: int) -> Any:
    """The files of a job: your own, or one that you have a booking for."""
    return {"items": attachments.listed(actor(), "job", job_id)}


@scope("market:read")
@blueprint.response(200, BYTES, content_type="application/octet-stream")
@blueprint.problems(401, 403, 404)
def fetch_file(file_id: int) -> Any:
    """Fetch a file; the download is written down for its owner."""
    return attachment(*attachments.fetch(actor(), file_id))


@scope("market:write")
@blueprint.response(204)
@blueprint.problems(401, 403, 404, 409)
def take_away_file(file_id: int) -> Any:
    """Take a file of yours away, before the work is delivered."""
    attachments.take_away(actor(), file_id)


@scope("market:read")
@blueprint.response(200, DownloadList)
@blueprint.problems(401, 403, 404)
def list_downloads(file_id: int) -> Any:
    """Who fetched a file of yours, and when."""
    return lines(attachments.downloads_of(actor(), file_id))


blueprint.route("/bookings/<int:booking_id>/files", methods=["POST"])(attach_to_booking)
blueprint.route("/bookings/<int:booking_id>/files")(list_booking_files)
blueprint.route("/jobs/<int:job_id>/files", methods=["POST"])(attach_to_job)
blueprint.route("/jobs/<int:job_id>/files")(list_job_files)
blueprint.route("/files/<int:file_id>")(fetch_file)
blueprint.route("/files/<int:file_id>", methods=["DELETE"])(take_away_file)
blueprint.route("/files/<int:file_id>/downloads")(list_downloads)
