"""Tables of jobs and their operations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core.db import Base
from marketplace.core.money import Money
from marketplace.core.types import Fen, UtcDateTime


class Job(Base):
    """Work to be done. `budget` is the most the firm pays for all of it, None: no ceiling."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("company_id", "code"),
        CheckConstraint("state IN ('open','booked','withdrawn')", name="state"),
        CheckConstraint("release < deadline AND release < due AND due <= deadline", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    code: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(10), default="open", index=True)
    release: Mapped[datetime] = mapped_column(UtcDateTime)
    due: Mapped[datetime] = mapped_column(UtcDateTime)
    deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    budget: Mapped[Money | None] = mapped_column(Fen)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    operations: Mapped[list[Operation]] = relationship(
        lazy="raise", order_by="Operation.position", cascade="all, delete-orphan")


class Operation(Base):
    """One step of a job's route, in order of `position` from 1; `minutes` is for the whole lot."""

    __tablename__ = "operation"
    __table_args__ = (
        UniqueConstraint("job_id", "position"),
        CheckConstraint("minutes >= 1 AND quantity >= 1", name="amounts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), index=True)
    position: Mapped[int]
    service_code: Mapped[str] = mapped_column(String(30))
    material: Mapped[str] = mapped_column(String(40), default="")
    quantity: Mapped[int] = mapped_column(default=1)
    minutes: Mapped[int]
    may_pause: Mapped[bool] = mapped_column(default=False)

    eligible: Mapped[list[OperationResource]] = relationship(
        lazy="raise", cascade="all, delete-orphan")


class OperationResource(Base):
    """A resource the operation is limited to; without any, every fitting one is eligible."""

    __tablename__ = "operation_resource"

    operation_id: Mapped[int] = mapped_column(ForeignKey("operation.id"), primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), primary_key=True)
