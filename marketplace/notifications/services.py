"""Use cases of mail: carry out what waits in the outbox."""

from __future__ import annotations

from datetime import timedelta

from marketplace.core import clock, outbox
from marketplace.core.db import db
from marketplace.core.outbox import OutboxMessage
from marketplace.core.transaction import end_read, transactional
from marketplace.notifications import queries
from marketplace.notifications.letters import WRITERS
from marketplace.notifications.mail import CHANNEL_ERRORS, Mail, channel

LEASE = timedelta(minutes=2)   # longer than any channel takes; then another worker may try


def deliver_due(limit: int = 50) -> int:
    """Send the mails that are due, each on its own; returns how many went out."""
    numbers = queries.due(limit)
    end_read()
    return sum(deliver(number) for number in numbers)


def deliver(message_id: int) -> bool:
    """Send one mail; True when it went out.

    A lease is taken and the words are written in one transaction, the channel works without
    any (a slow relay must not hold the database), the result is noted in another. A worker
    killed between leaves the message to be sent again: the same file, the same Message-ID.
    """
    mail = _prepare(message_id)
    if mail is None:
        return False
    try:
        channel().send(mail)
    except CHANNEL_ERRORS as error:
        _note(message_id, _reason(error))
        return False
    _note(message_id, None)
    return True


def _reason(error: Exception) -> str:
    """What went wrong without the relay's sentence, which may repeat an address."""
    number = getattr(error, "smtp_code", None) or getattr(error, "errno", None)
    return type(error).__name__ + (f" {number}" if number else "")


@transactional
def _prepare(message_id: int) -> Mail | None:
    """Take the lease and write the mail; None when another has it or nobody is to be told."""
    message = outbox.claim(message_id)
    if message is None or message.failed_at or message.next_attempt_at > clock.now():
        return None
    writer = WRITERS.get(message.payload["kind"])
    if writer is None:
        outbox.failed(message, f"nobody writes {message.payload['kind']!r}")
        return None
    letter = writer(message.payload, message)
    if letter is None:
        outbox.sent(message)
        return None
    message.next_attempt_at = clock.now() + LEASE
    return Mail(message.id, letter.to, letter.lang, letter.subject, letter.body,
                message.created_at)


@transactional
def _note(message_id: int, error: str | None) -> None:
    """Write down what came of it."""
    message = db.session.get_one(OutboxMessage, message_id)
    if error is None:
        outbox.sent(message)
    else:
        outbox.failed(message, error)
