"""News of bookings, handled in the same transaction by whoever cares."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BookingChanged:
    """A booking was made or made a step; `side` did it. Its row has been flushed.

    `member_id`: who did it, None for the system. `fee`: what the step costs the firm, in fen.
    """

    booking_id: int
    action: str
    source: str      # "" when it was made
    target: str
    side: str
    member_id: int | None = None
    fee: int = 0
