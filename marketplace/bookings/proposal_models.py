"""Table of proposals: another price or time that one side offers the other about a booking.

The lock of the booking's resource guards its proposals.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base
from marketplace.core.types import BigId, UtcDateTime

COUNTER, MOVE = "counter", "move"
OPEN, ACCEPTED, DECLINED = "open", "accepted", "declined"
EXPIRED, WITHDRAWN = "expired", "withdrawn"


class Proposal(Base):
    """A counter-offer to a request, or a seller's wish to move a booking; one open a booking.

    `left_seconds`: what was left of the request's own clock, which waits meanwhile.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("by_side IN ('buyer','seller')", name="by_side"),
        CheckConstraint("purpose IN ('counter','move')", name="purpose"),
        CheckConstraint("state IN ('open','accepted','declined','expired','withdrawn')",
                        name="state"),
        CheckConstraint("starts < ends", name="times"),
        Index("uq_proposal_open", "booking_id", unique=True,
              sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
        Index("ix_proposal_booking", "booking_id", "id"),
        Index("ix_proposal_answer", "state", "answer_by"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    by_side: Mapped[str] = mapped_column(String(8))
    purpose: Mapped[str] = mapped_column(String(8))
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"))
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"))
    starts: Mapped[datetime] = mapped_column(UtcDateTime)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    answer_by: Mapped[datetime] = mapped_column(UtcDateTime)
    left_seconds: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
