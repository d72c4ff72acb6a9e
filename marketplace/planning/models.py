"""Tables of plan runs and what they answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base
from marketplace.core.money import Money
from marketplace.core.types import BigId, Fen, UtcDateTime


class PlanRun(Base):
    """One request to plan, and the truth about its state on both engines.

    `fence` grows with every attempt: a worker whose fence is old may not write its result.
    """

    __tablename__ = "plan_run"
    __table_args__ = (
        CheckConstraint(
            "state IN ('queued','running','solved','failed','cancelled','accepted')", name="state"),
        Index("ix_plan_run_queue", "state", "lease_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    state: Mapped[str] = mapped_column(String(10), default="queued")
    options: Mapped[dict[str, Any]] = mapped_column(JSON)       # job_ids, seconds, seed
    attempt: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wanted: Mapped[str] = mapped_column(String(8), default="")  # "" | cancel | enough
    progress: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    status: Mapped[str | None] = mapped_column(String(12))      # optimal | feasible | ...
    objective: Mapped[int | None] = mapped_column(BigInteger)   # fen
    bound: Mapped[int | None] = mapped_column(BigInteger)
    gap: Mapped[float | None]
    seconds: Mapped[float | None]
    problem_hash: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PlanPart(Base):
    """One assignment: an operation on a listing's resource at a time, with its price."""

    __tablename__ = "plan_part"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plan_run_id: Mapped[int] = mapped_column(ForeignKey("plan_run.id"), index=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"))
    operation_id: Mapped[int] = mapped_column(ForeignKey("operation.id"))
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"))
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    lane_id: Mapped[int | None] = mapped_column(ForeignKey("lane.id"))   # meant, taken if free
    mode: Mapped[str] = mapped_column(String(20))
    starts: Mapped[datetime] = mapped_column(UtcDateTime)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    price: Mapped[Money] = mapped_column(Fen)
    booking_id: Mapped[int | None] = mapped_column(BigInteger)


class PlanLeftOut(Base):
    """A job the plan could not or did not place, with the first reason."""

    __tablename__ = "plan_left_out"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plan_run_id: Mapped[int] = mapped_column(ForeignKey("plan_run.id"), index=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"))
    reason: Mapped[str] = mapped_column(String(30))
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
