"""The table of recorded machine-days."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base


class MachineDay(Base):
    """Minutes per state of one recorded UTC day; together always a day.

    `connected` is connected and not cutting. No other table is ever derived from this one.
    """

    __tablename__ = "machine_day"
    __table_args__ = (
        CheckConstraint("cutting + connected + fault + unknown = 1440", name="whole_day"),
        CheckConstraint("cutting >= 0 AND connected >= 0 AND fault >= 0 AND unknown >= 0",
                        name="not_negative"),
    )

    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(80))
    cutting: Mapped[int]
    connected: Mapped[int]
    fault: Mapped[int]
    unknown: Mapped[int]
