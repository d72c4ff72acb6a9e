"""Files of jobs where bookings are known: a seller of its operations reads, delivery keeps."""

from __future__ import annotations

from sqlalchemy import Select, select

from marketplace.bookings.files import CLOSED, DELIVERED
from marketplace.bookings.models import Booking
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.files.attachments import Beyond, knows_more
from marketplace.jobs import files
from marketplace.jobs.models import Operation

ENDED = CLOSED - {"settled"}   # came to nothing: no reason to read any more


def _bookings(job_id: int) -> Select[int]:
    """Bookings made for an operation of a job."""
    return (select(Booking.id).join(Operation, Operation.id == Booking.operation_id)
            .where(Operation.job_id == job_id).limit(1))


def sells(actor: Actor, job_id: int) -> bool:
    """True for the seller of a booking made for the job that has not come to nothing."""
    if actor.company_id is None:
        return False
    return db.session.scalar(_bookings(job_id).where(
        Booking.seller_company_id == actor.company_id, Booking.state.not_in(ENDED))) is not None


def is_delivered(job_id: int) -> bool:
    """True once work for the job was delivered."""
    return db.session.scalar(_bookings(job_id).where(Booking.state.in_(DELIVERED))) is not None


def job_of(booking: Booking) -> int | None:
    """The job that a booking was made for."""
    if booking.operation_id is None:
        return None
    return db.session.scalar(select(Operation.job_id).where(
        Operation.id == booking.operation_id))


knows_more(files.KIND, Beyond(sells, is_delivered))
