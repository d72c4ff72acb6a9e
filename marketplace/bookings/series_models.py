"""Tables of series: one wish that repeats by a rule, and what became of each time it names."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base
from marketplace.core.money import Money
from marketplace.core.types import BigId, Fen, UtcDateTime

ACTIVE, CANCELLED = "active", "cancelled"


class Series(Base):
    """A recurring wish of a firm; `starts` is its first start, `minutes` from start to end."""

    __tablename__ = "series"
    __table_args__ = (
        CheckConstraint("state IN ('active','cancelled')", name="state"),
        CheckConstraint("(minutes IS NULL) <> (pieces IS NULL)", name="length"),
        Index("ix_series_company", "company_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"))
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    rrule: Mapped[str] = mapped_column(String(200))   # RFC 5545
    starts: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int | None]
    pieces: Mapped[int | None]
    mode: Mapped[str] = mapped_column(String(20))
    lanes: Mapped[int]
    reference: Mapped[str] = mapped_column(String(60), default="")
    state: Mapped[str] = mapped_column(String(10), default=ACTIVE)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SeriesItem(Base):
    """One time of a series: its booking, or the code of why it was skipped.

    `price_seen`: the most it cost when the series was made, empty where it had no price;
    `price_now`: the most it costs now, where it is skipped for that.
    """

    __tablename__ = "series_item"
    __table_args__ = (
        CheckConstraint("(booking_id IS NULL) <> (reason = '')", name="booked_or_skipped"),
        CheckConstraint("starts < ends", name="times"),
        Index("ix_series_item_series", "series_id", "id"),
        Index("ix_series_item_booking", "booking_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"))
    starts: Mapped[datetime] = mapped_column(UtcDateTime)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))
    reason: Mapped[str] = mapped_column(String(40), default="")   # "" where it is booked
    price_seen: Mapped[Money | None] = mapped_column(Fen)
    price_now: Mapped[Money | None] = mapped_column(Fen)
