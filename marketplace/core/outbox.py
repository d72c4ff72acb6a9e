"""What must happen after a transaction, as rows written in the transaction that wants it.

Mail leaves the database and has its own way out (`notifications.services`); every other topic has
a handler here, which the worker runs once, in the transaction that marks the row as done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core import clock
from marketplace.core.db import Base, db
from marketplace.core.errors import Unavailable
from marketplace.core.storing import store
from marketplace.core.transaction import end_read, transactional
from marketplace.core.types import BigId, UtcDateTime

MAX_ATTEMPTS = 12
log = logging.getLogger("marketplace.outbox")


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


def put(topic: str, payload: dict[str, Any]) -> OutboxMessage:
    """Ask for something outside; a worker carries it out after commit."""
    now = clock.now()
    message = OutboxMessage(topic=topic, payload=payload, created_at=now, next_attempt_at=now,
                            attempts=0)
    store(message)
    return message


Handler = Callable[[OutboxMessage], None]
_handlers: dict[str, Handler] = {}


def handler(topic: str) -> Callable[[Handler], Handler]:
    """Name the topic whose messages a function carries out, inside a transaction.

    Raises ValueError when another function has that topic.
    """

    def register(function: Handler) -> Handler:
        if _handlers.setdefault(topic, function) is not function:
            raise ValueError(f"two handlers carry out {topic!r}")
        return function

    return register


def due(limit: int = 50, topics: Collection[str] | None = None) -> list[int]:
    """Ids of messages to try now, of all topics or of these, oldest first."""
    query = (select(OutboxMessage.id)
             .where(OutboxMessage.sent_at.is_(None), OutboxMessage.failed_at.is_(None),
                    OutboxMessage.next_attempt_at <= clock.now())
             .order_by(OutboxMessage.id).limit(limit))
    if topics is not None:
        query = query.where(OutboxMessage.topic.in_(topics))
    return list(db.session.scalars(query))


def carry_out(limit: int = 50) -> int:
    """Run the handlers of what is due, each message in a transaction of its own.

    What a handler writes and the mark that it is done are committed together or not at all. One
    that fails is tried later and holds nobody up. Returns how many messages were carried out.
    """
    numbers = due(limit, list(_handlers))
    end_read()
    return sum(_carry_out(number) for number in numbers)


def _carry_out(message_id: int) -> bool:
    try:
        return _handle(message_id)
    except Unavailable:
        raise
    except Exception as error:
        log.exception("message %s cannot be carried out", message_id)
        _put_off(message_id, type(error).__name__)
        return False


@transactional
def _handle(message_id: int) -> bool:
    message = claim(message_id)
    if message is None or message.failed_at or message.next_attempt_at > clock.now():
        return False
    _handlers[message.topic](message)
    sent(message)
    return True


@transactional
def _put_off(message_id: int, error: str) -> None:
    message = claim(message_id)
    if message is not None:
        failed(message, error)


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
