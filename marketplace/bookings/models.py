"""Tables of holds and bookings. Their time on lanes is in `capacity.Claim`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base
from marketplace.core.money import Money
from marketplace.core.types import BigId, Fen, UtcDateTime


class Hold(Base):
    """A quoted slot kept for a few minutes."""

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint("state IN ('held','booked','expired','released')", name="state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"))
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    state: Mapped[str] = mapped_column(String(10), default="held")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Booking(Base):
    """The contract on a slot; it keeps its quote, whatever happens to the terms later."""

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint("state IN ('confirmed','cancelled')", name="state"),
        CheckConstraint("starts < ends", name="times"),
        Index("ix_booking_buyer", "company_id", "starts"),
        Index("ix_booking_seller", "seller_company_id", "starts"),
        Index("ix_booking_resource", "resource_id", "starts"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"), index=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"))
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    seller_company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    state: Mapped[str] = mapped_column(String(12), default="confirmed")
    mode: Mapped[str] = mapped_column(String(20))
    starts: Mapped[datetime] = mapped_column(UtcDateTime)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    pieces: Mapped[int | None]
    lanes: Mapped[int]
    total: Mapped[Money | None] = mapped_column(Fen)
    total_min: Mapped[Money | None] = mapped_column(Fen)
    total_max: Mapped[Money | None] = mapped_column(Fen)
    reference: Mapped[str] = mapped_column(String(60), default="")   # the buyer's work order
    operation_id: Mapped[int | None] = mapped_column(index=True)     # planning's, when planned
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
