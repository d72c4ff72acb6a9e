"""News of bookings, handled in the same transaction by whoever cares."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BookingChanged:
    """A booking was made or made a step; `side` did it. Its row has been flushed."""

    booking_id: int
    action: str
    source: str      # "" when it was made
    target: str
    side: str
