"""Tables of holds, bookings and their fees. Their time on lanes is in `capacity.Claim`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.bookings.lifecycle import STATES
from marketplace.core.db import Base
from marketplace.core.money import Money
from marketplace.core.types import BigId, Fen, UtcDateTime


class Hold(Base):
    """A quoted slot kept for a few minutes."""

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint("state IN ('held','booked','expired','released')", name="state"),
        Index("ix_hold_member", "member_id", "resource_id", "state"),
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
    """The contract on a slot; it keeps its quote, whatever happens to the terms later.

    `answer_by`: until when a request is to be answered, or delivered work to be accepted; empty
    while a counter-offer has its own clock. `placed_at`: when it got the slot that it has.
    `ended_at`: when work stopped or the slot was given back, which may cut the claim short.
    """

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint("state IN (" + ",".join(f"'{each}'" for each in STATES) + ")",
                        name="state"),
        CheckConstraint("starts < ends", name="times"),
        Index("ix_booking_buyer", "company_id", "starts"),
        Index("ix_booking_seller", "seller_company_id", "starts"),
        Index("ix_booking_resource", "resource_id", "starts"),
        Index("ix_booking_answer", "state", "answer_by"),
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
    grace_minutes: Mapped[int] = mapped_column(default=30)           # of the listing, as it was
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    placed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class BookingFee(Base):
    """What a late change costs by the terms shown before booking; the money work posts it.

    `starts` and `ends` are the slot given up: sold again in full before its start, the fee is
    waived.
    """

    __tablename__ = "booking_fee"
    __table_args__ = (
        CheckConstraint("code IN ('late_cancel','late_move','no_show')", name="code"),
        CheckConstraint("state IN ('due','waived')", name="state"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_booking_fee_slot", "resource_id", "state", "ends"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    code: Mapped[str] = mapped_column(String(12))
    percent: Mapped[int]
    amount: Mapped[Money] = mapped_column(Fen)
    state: Mapped[str] = mapped_column(String(8), default="due")
    waived_for: Mapped[str] = mapped_column(String(200), default="")   # resold | a seller's words
    starts: Mapped[datetime] = mapped_column(UtcDateTime)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    lanes: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
