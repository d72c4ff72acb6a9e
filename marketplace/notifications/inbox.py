"""Use cases of the inbox: read notices, choose by which way to be told, forget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update

from marketplace.accounts import privacy
from marketplace.accounts.events import MemberErased
from marketplace.accounts.permissions import require
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.events import on
from marketplace.core.outbox import OutboxMessage
from marketplace.core.transaction import transactional
from marketplace.notifications import news, queries, rules
from marketplace.notifications.errors import NoticeNotFound
from marketplace.notifications.models import Notice, NoticeChoice
from marketplace.notifications.rules import Ways


@transactional
def mark_read(actor: Actor, notice_id: int) -> Notice:
    """A member has read one of its notices; the first time counts. Raises NoticeNotFound."""
    require(actor, "self.edit")
    row = queries.notice_of(actor, notice_id)
    if row is None:
        raise NoticeNotFound(id=notice_id)
    row.read_at = row.read_at or clock.now()
    return row


@transactional
def mark_all_read(actor: Actor) -> int:
    """A member has read all its notices; returns how many were new."""
    require(actor, "self.edit")
    return len(db.session.execute(
        update(Notice).where(Notice.member_id == actor.member_id, Notice.read_at.is_(None))
        .values(read_at=clock.now()).returning(Notice.id)).all())


@transactional
def choose(actor: Actor, wanted: Mapping[str, Ways]) -> dict[str, Ways]:
    """A member says where to be told of each event; an event that is not named is as by default.

    Returns the ways of every event.
    """
    require(actor, "self.edit")
    db.session.execute(delete(NoticeChoice).where(NoticeChoice.member_id == actor.member_id))
    for event, ways in rules.differing(wanted):
        db.session.add(NoticeChoice(member_id=actor.member_id, event=event, inbox=ways.inbox,
                                    mail=ways.mail))
    db.session.flush()
    audit.record(actor, "notices.choose", "member", actor.member_id or 0)
    return queries.choices_of(actor)


@transactional
def forget_old() -> int:
    """Delete notices older than a year, and news that was told; returns how many notices."""
    now = clock.now()
    gone = db.session.execute(delete(Notice).where(Notice.created_at < now - rules.KEPT)
                              .returning(Notice.id)).all()
    db.session.execute(delete(OutboxMessage).where(
        OutboxMessage.topic == news.TOPIC, OutboxMessage.sent_at < now - rules.STALE))
    return len(gone)


@on(MemberErased)
def forget_member(event: MemberErased) -> None:
    """What an erased member was told, and wished to be told, goes with its data."""
    for table in (Notice, NoticeChoice):
        db.session.execute(delete(table).where(table.member_id == event.member_id))


@privacy.part("notices")
def notices_for_copy(member_id: int) -> list[dict[str, Any]]:
    """A member's notices, for the copy of its data."""
    rows = db.session.scalars(select(Notice).where(Notice.member_id == member_id)
                              .order_by(Notice.id.desc()).limit(privacy.MOST))
    return [{"event": row.event, "link": row.link, "at": row.created_at.isoformat(),
             "read_at": row.read_at.isoformat() if row.read_at else None} for row in rows]


@privacy.part("notice_choices")
def choices_for_copy(member_id: int) -> list[dict[str, Any]]:
    """Where a member wished to be told of what, for the copy of its data."""
    rows = db.session.scalars(select(NoticeChoice).where(NoticeChoice.member_id == member_id)
                              .order_by(NoticeChoice.event))
    return [{"event": row.event, "inbox": row.inbox, "mail": row.mail} for row in rows]
