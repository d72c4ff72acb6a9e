"""Table of what was printed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base
from marketplace.core.types import BigId, UtcDateTime


class BookingPaper(Base):
    """The facts of a booking's confirmation at one version, as its first reader found them.

    A company that is renamed later does not change a paper that somebody has in its hands.
    """

    __tablename__ = "booking_paper"

    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), primary_key=True,
                                            type_=BigId)
    version: Mapped[int] = mapped_column(primary_key=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
