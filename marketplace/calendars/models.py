"""Tables of calendars: secret addresses out, foreign calendars in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base
from marketplace.core.types import UtcDateTime


class CalendarFeed(Base):
    """A secret address that shows bookings as a calendar; we keep the hash of its secret.

    It shows what its member may see, and nothing once the member has left the company.
    """

    __tablename__ = "calendar_feed"
    __table_args__ = (
        CheckConstraint("scope IN ('company','resource','member')", name="scope"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    scope: Mapped[str] = mapped_column(String(8))
    scope_id: Mapped[int]            # of the company, the resource or the member
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CalendarSource(Base):
    """A foreign calendar whose busy events keep a resource from working.

    `url` is empty for an upload. `body` holds times only, no titles. `error` is the code and the
    parameters of the refusal of the last look, whose words are chosen when it is shown.
    """

    __tablename__ = "calendar_source"
    __table_args__ = (
        CheckConstraint("state IN ('read','failed')", name="state"),
        Index("ix_calendar_source_due", "next_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    url: Mapped[str] = mapped_column(String(1000), default="")
    state: Mapped[str] = mapped_column(String(8), default="read")
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    failures: Mapped[int] = mapped_column(default=0)
    busy: Mapped[int] = mapped_column(default=0)
    ours: Mapped[int] = mapped_column(default=0)
    etag: Mapped[str] = mapped_column(String(200), default="")
    modified: Mapped[str] = mapped_column(String(60), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)     # last time it was taken
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)    # last time it was looked at
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
