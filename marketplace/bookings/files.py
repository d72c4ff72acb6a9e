"""Files on bookings: for both parties, until the booking comes to nothing or is settled."""

from __future__ import annotations

from marketplace.bookings import lifecycle, queries
from marketplace.bookings.models import Booking
from marketplace.core.db import db
from marketplace.files.attachments import Subject, hangs_on

KIND = "booking"
CLOSED = frozenset({lifecycle.DECLINED, lifecycle.EXPIRED, lifecycle.CANCELLED,
                    lifecycle.NO_SHOW, lifecycle.SETTLED})
DELIVERED = frozenset({lifecycle.DELIVERED, lifecycle.ACCEPTED, lifecycle.SETTLED,
                       lifecycle.DISPUTED})


def _state(booking_id: int) -> str:
    return db.session.get_one(Booking, booking_id).state


def is_open(booking_id: int) -> bool:
    """True while files may be added."""
    return _state(booking_id) not in CLOSED


def is_delivered(booking_id: int) -> bool:
    """True once the work was delivered: what it was done by stays."""
    return _state(booking_id) in DELIVERED


hangs_on(KIND, Subject(queries.booking_of, is_open, is_delivered))
