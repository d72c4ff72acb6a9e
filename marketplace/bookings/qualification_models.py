"""The table of who may operate what: a company grants somebody's member a qualification."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base
from marketplace.core.types import UtcDateTime


class Qualification(Base):
    """A company lets a member, of its own or of another company, operate what asks for `code`.

    Valid from a moment on; without `valid_until` until it is revoked.
    """

    __tablename__ = "qualification"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_from < valid_until", name="times"),
        Index("ix_qualification_holder", "member_id", "company_id", "code"),
        Index("ix_qualification_company", "company_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    code: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    granted_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
