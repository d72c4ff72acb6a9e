"""Tables of lanes, claims and unavailability.

The migration adds what SQLAlchemy cannot say: PostgreSQL's exclusion constraint and SQLite's
overlap triggers, so that the database refuses two live claims on one lane by itself.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base
from marketplace.core.types import BigId, UtcDateTime


class Lane(Base):
    """One of a resource's identical parallel units, numbered from 1."""

    __tablename__ = "lane"
    __table_args__ = (UniqueConstraint("resource_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    number: Mapped[int]


class Claim(Base):
    """What takes a lane's time. `blocked_*` is the work plus buffers as they were when made.

    `pinned`: it stays on its lane, which was chosen by name or has been entered.
    """

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint("kind IN ('hold','booking','blocked')", name="kind"),
        CheckConstraint(
            "state IN ('held','booked','blocked','expired','released')", name="state"),
        CheckConstraint(
            "blocked_from <= starts AND starts < ends AND ends <= blocked_until", name="times"),
        Index("ix_claim_lane_from", "lane_id", "blocked_from"),
        Index("ix_claim_holder", "holder_kind", "holder_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    lane_id: Mapped[int] = mapped_column(ForeignKey("lane.id"))
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8))
    starts: Mapped[datetime] = mapped_column(UtcDateTime)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    blocked_from: Mapped[datetime] = mapped_column(UtcDateTime)
    blocked_until: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    holder_kind: Mapped[str] = mapped_column(String(12))
    holder_id: Mapped[int]
    pinned: Mapped[bool] = mapped_column(default=False, server_default=false())


class Unavailability(Base):
    """A fact that a resource cannot work; never refused, may overlap anything."""

    __tablename__ = "unavailability"
    __table_args__ = (
        CheckConstraint("starts < ends", name="times"),
        Index("ix_unavailability_resource", "resource_id", "starts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    starts: Mapped[datetime] = mapped_column(UtcDateTime)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(20))   # breakdown | maintenance | other …
    source_id: Mapped[int | None]                     # of the foreign calendar that says so
    source_uid: Mapped[str | None] = mapped_column(String(200))   # of the event there
    created_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
