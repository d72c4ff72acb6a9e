"""What must happen outside the database, as rows written in the transaction that wants it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core import clock
from marketplace.core.db import Base, db
from marketplace.core.types import BigId, UtcDateTime

MAX_ATTEMPTS = 12


class OutboxMessage(Base):
    """One message to carry out: its topic names the channel, its payload is JSON."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_message_due", "sent_at", "next_attempt_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    topic: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(Text)


def put(topic: str, payload: dict[str, Any]) -> None:
    """Ask for something outside; a worker carries it out after commit."""
    now = clock.now()
    db.session.add(OutboxMessage(topic=topic, payload=payload, created_at=now,
                                 next_attempt_at=now))


def due(limit: int = 50) -> list[int]:
    """Ids of messages to try now, oldest first."""
    query = (select(OutboxMessage.id)
             .where(OutboxMessage.sent_at.is_(None), OutboxMessage.failed_at.is_(None),
                    OutboxMessage.next_attempt_at <= clock.now())
             .order_by(OutboxMessage.id).limit(limit))
    return list(db.session.scalars(query))


def claim(message_id: int) -> OutboxMessage | None:
    """Lock one message that is still to be sent; None when another worker has it."""
    query = (select(OutboxMessage)
             .where(OutboxMessage.id == message_id, OutboxMessage.sent_at.is_(None))
             .with_for_update(skip_locked=True))
    return db.session.scalar(query)


def sent(message: OutboxMessage) -> None:
    """Note that it is done."""
    message.attempts += 1
    message.sent_at = clock.now()


def failed(message: OutboxMessage, error: str) -> None:
    """Try again later, doubling the pause; give up after MAX_ATTEMPTS."""
    message.attempts += 1
    message.last_error = error[:500]
    if message.attempts >= MAX_ATTEMPTS:
        message.failed_at = clock.now()
    message.next_attempt_at = clock.now() + timedelta(seconds=min(3600, 2 ** message.attempts))
