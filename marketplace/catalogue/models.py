"""Tables of listings and quotes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Company
from marketplace.core.db import Base
from marketplace.core.money import Money
from marketplace.core.types import BigId, Fen, UtcDateTime
from marketplace.resources.models import Resource


class Listing(Base):
    """A resource offered under rules. At most one published listing a resource."""

    __tablename__ = "listing"
    __table_args__ = (
        CheckConstraint("state IN ('published','withdrawn')", name="state"),
        CheckConstraint("step >= 1 AND min_minutes >= 1 AND max_minutes >= min_minutes",
                        name="lengths"),
        CheckConstraint("notice_minutes >= 0 AND horizon_days >= 1", name="reach"),
        Index("uq_listing_published", "resource_id", unique=True,
              sqlite_where=text("state = 'published'"),
              postgresql_where=text("state = 'published'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="published")
    step: Mapped[int] = mapped_column(default=15)               # minutes; starts and lengths
    min_minutes: Mapped[int] = mapped_column(default=60)
    max_minutes: Mapped[int] = mapped_column(default=7 * 1440)
    notice_minutes: Mapped[int] = mapped_column(default=0)
    horizon_days: Mapped[int] = mapped_column(default=60)
    may_pause: Mapped[bool] = mapped_column(default=False)      # work may rest over closed time
    approval: Mapped[bool] = mapped_column(default=False)       # see rules.ListingRules
    reply_hours: Mapped[int] = mapped_column(default=24)
    series: Mapped[bool] = mapped_column(default=True)
    check_in: Mapped[bool] = mapped_column(default=False)
    grace_minutes: Mapped[int] = mapped_column(default=30)
    free_hours: Mapped[int] = mapped_column(default=24)
    late_percent: Mapped[int] = mapped_column(default=50)
    no_show_percent: Mapped[int] = mapped_column(default=100)
    accept_days: Mapped[int] = mapped_column(default=7)
    quota_hours: Mapped[int] = mapped_column(default=0)
    quota_group: Mapped[str] = mapped_column(String(40), default="")
    last_day_free: Mapped[bool] = mapped_column(default=True)
    prime_days: Mapped[str] = mapped_column(String(7), default="")
    prime_from: Mapped[int] = mapped_column(default=480)
    prime_until: Mapped[int] = mapped_column(default=1200)
    prime_minutes: Mapped[int] = mapped_column(default=0)
    qualification: Mapped[str] = mapped_column(String(40), default="")
    certificate: Mapped[str] = mapped_column(String(40), default="")
    show_company: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    resource: Mapped[Resource] = relationship(lazy="raise")
    company: Mapped[Company] = relationship(lazy="raise")
    terms: Mapped[list[ListingTerms]] = relationship(lazy="raise", order_by="ListingTerms.mode",
                                                     cascade="all, delete-orphan")


class ListingTerms(Base):
    """Price terms of one mode. `headline_micro`: the unit price that lists order by, ¥ × 10⁻⁶."""

    __tablename__ = "listing_terms"

    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), primary_key=True)
    mode: Mapped[str] = mapped_column(String(20), primary_key=True)
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    headline_micro: Mapped[int] = mapped_column(BigInteger)


class Quote(Base):
    """An immutable priced answer: lines with their rules, the terms as they were, its validity.

    A firm price has `total`; a price that depends on a measured value has a range instead.
    """

    __tablename__ = "quote"
    __table_args__ = (
        CheckConstraint("(total IS NULL) = (total_min IS NOT NULL)", name="one_total"),
        CheckConstraint("starts < ends", name="times"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    mode: Mapped[str] = mapped_column(String(20))
    starts: Mapped[datetime] = mapped_column(UtcDateTime)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    pieces: Mapped[int | None]
    lanes: Mapped[int]
    work_minutes: Mapped[int]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)   # of the listing, as they were
    total: Mapped[Money | None] = mapped_column(Fen)
    total_min: Mapped[Money | None] = mapped_column(Fen)
    total_max: Mapped[Money | None] = mapped_column(Fen)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime] = mapped_column(UtcDateTime)
