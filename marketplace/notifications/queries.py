"""Reads of mail that waits."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.outbox import OutboxMessage


def due(limit: int) -> list[int]:
    """Numbers of mails to try now, oldest first."""
    return list(db.session.scalars(
        select(OutboxMessage.id).where(
            OutboxMessage.topic == "mail", OutboxMessage.sent_at.is_(None),
            OutboxMessage.failed_at.is_(None), OutboxMessage.next_attempt_at <= clock.now())
        .order_by(OutboxMessage.id).limit(limit)))
