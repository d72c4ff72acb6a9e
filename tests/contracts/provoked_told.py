"""What notices and files are provoked with."""

from __future__ import annotations

import io
from collections.abc import Callable

from sqlalchemy import func, select

from marketplace.bookings.models import Booking
from marketplace.core import outbox
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from marketplace.files import attachments
from marketplace.jobs.models import Job
from marketplace.notifications.models import Notice
from tests.contracts.provoking import Make, Provoked, each, fixed
from tests.contracts.stage import Request, Stage
from tests.files.drawings import HTML, PDF, STEP


def notice(stage: Stage) -> int:
    """A new notice of the seller."""
    stage.booking()
    with stage.app.app_context():
        outbox.carry_out()
        newest = db.session.scalar(select(func.max(Notice.id)).where(
            Notice.member_id == stage.market.seller.member.id))
        db.session.remove()
    return int(newest or 0)


def upload(path: str, make: Callable[[Stage], int], data: bytes = STEP) -> Make:
    """A file sent to something made for it."""
    return lambda stage: Request(path.format(make(stage)), files={"file": ("part.stp", data)})


def closed_booking(stage: Stage) -> int:
    """A booking that was cancelled."""
    booking = stage.booking()
    with stage.app.app_context(), transaction():
        db.session.get_one(Booking, booking).state = "cancelled"
    return booking


def closed_job(stage: Stage) -> int:
    """A job that was withdrawn."""
    job = stage.job()
    with stage.app.app_context(), transaction():
        db.session.get_one(Job, job).state = "withdrawn"
    return job


def attached(stage: Stage) -> int:
    """A file of the buyer on a new booking."""
    booking = stage.booking()
    with stage.app.app_context():
        return attachments.attach(stage.market.buyer.actor, "booking", booking, "p.pdf",
                                  io.BytesIO(PDF)).id


def delivered(stage: Stage) -> int:
    """A file of the buyer on a booking that was delivered since."""
    file = attached(stage)
    with stage.app.app_context(), transaction():
        newest = db.session.scalars(select(func.max(Booking.id))).one()
        db.session.get_one(Booking, newest).state = "delivered"
    return file


TABLE = {
    "GET /notices": Provoked(fixed("/notices", "seller")),
    "POST /notices/{notice_id}/read": Provoked(each("/notices/{}/read", notice, None, "seller")),
    "POST /notices/read": Provoked(fixed("/notices/read", "seller")),
    "GET /notice-choices": Provoked(fixed("/notice-choices")),
    "PUT /notice-choices": Provoked(lambda _: Request("/notice-choices", {"choices": [
        {"event": "made", "inbox": True, "mail": False}]})),
    "POST /bookings/{booking_id}/files": Provoked(
        upload("/bookings/{}/files", Stage.booking),
        {409: upload("/bookings/{}/files", closed_booking),
         422: upload("/bookings/{}/files", Stage.booking, HTML)}),
    "GET /bookings/{booking_id}/files": Provoked(each("/bookings/{}/files", Stage.booking)),
    "POST /jobs/{job_id}/files": Provoked(
        upload("/jobs/{}/files", Stage.job),
        {409: upload("/jobs/{}/files", closed_job),
         422: upload("/jobs/{}/files", Stage.job, HTML)}),
    "GET /jobs/{job_id}/files": Provoked(each("/jobs/{}/files", Stage.job)),
    "GET /files/{file_id}": Provoked(each("/files/{}", attached)),
    "DELETE /files/{file_id}": Provoked(
        each("/files/{}", attached), {409: each("/files/{}", delivered)}),
    "GET /files/{file_id}/downloads": Provoked(each("/files/{}/downloads", attached)),
}
