"""Who did what to which object, written in the transaction that did it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, insert
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import Base, db
from marketplace.core.types import BigId, UtcDateTime


class AuditEntry(Base):
    """One step. Names no person: `member_id` stays when the member is erased."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_object", "object_kind", "object_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    member_id: Mapped[int | None]
    company_id: Mapped[int | None]
    token_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(60))
    object_kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def record(actor: Actor, action: str, kind: str, object_id: int, **details: Any) -> None:
    """Write one audit row; `details` must be JSON and hold no personal data."""
    db.session.execute(_WRITE, {
        "at": clock.now(), "member_id": actor.member_id, "company_id": actor.company_id,
        "token_id": actor.token_id, "action": action, "object_kind": kind,
        "object_id": object_id, "details": details})


_TABLE: Any = AuditEntry.__table__
_WRITE = insert(_TABLE)   # at once: nothing is asked of the row afterwards
