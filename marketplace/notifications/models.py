"""Tables of the inbox: what members were told, and what they wish to be told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base
from marketplace.core.types import BigId, UtcDateTime


class Notice(Base):
    """One line of a member's inbox. `params` are numbers, codes and times, nobody's data."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_member", "member_id", "id"),
        Index("ix_notice_unread", "member_id", sqlite_where=text("read_at IS NULL"),
              postgresql_where=text("read_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    event: Mapped[str] = mapped_column(String(20))
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    link: Mapped[str] = mapped_column(String(120))   # a path of ours
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NoticeChoice(Base):
    """Where a member wishes to be told of an event; without a row, the default counts."""

    __tablename__ = "notice_choice"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    event: Mapped[str] = mapped_column(String(20), primary_key=True)
    inbox: Mapped[bool]
    mail: Mapped[bool]
