"""Reads of mail that waits, of inboxes, and of whom to tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select

from marketplace.accounts.models import Company, Member
from marketplace.accounts.permissions import OPERATOR, WORKERS
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.outbox import OutboxMessage
from marketplace.notifications.models import Notice, NoticeChoice
from marketplace.notifications.rules import Ways, events_of, ways
from marketplace.resources.models import Resource


def due(limit: int) -> list[int]:
    """Numbers of mails to try now, oldest first."""
    return list(db.session.scalars(
        select(OutboxMessage.id).where(
            OutboxMessage.topic == "mail", OutboxMessage.sent_at.is_(None),
            OutboxMessage.failed_at.is_(None), OutboxMessage.next_attempt_at <= clock.now())
        .order_by(OutboxMessage.id).limit(limit)))


def notices_of(actor: Actor, *, unread_only: bool = False) -> Select[Notice]:
    """The actor's own notices, the unread first, then the newest."""
    query = select(Notice).where(Notice.member_id == actor.member_id)
    if unread_only:
        query = query.where(Notice.read_at.is_(None))
    return query.order_by(Notice.read_at.is_not(None), Notice.id.desc())


def notice_of(actor: Actor, notice_id: int) -> Notice | None:
    """One of the actor's own notices, or None."""
    return db.session.scalar(notices_of(actor).where(Notice.id == notice_id))


def unread(actor: Actor) -> int:
    """How many notices the actor has not read."""
    return _count(Notice.member_id == actor.member_id, Notice.read_at.is_(None))


def total(actor: Actor) -> int:
    """How many notices the actor has."""
    return _count(Notice.member_id == actor.member_id)


def _count(*conditions: object) -> int:
    query = select(func.count()).select_from(Notice).where(*conditions)  # type: ignore[arg-type]
    return db.session.scalar(query) or 0


def choices_of(actor: Actor) -> dict[str, Ways]:
    """Where the actor is told of each event that it ever hears of, defaults filled in."""
    chosen = _chosen([actor.member_id or 0]).get(actor.member_id or 0, {})
    return {event: ways(event, chosen) for event in events_of(operator=actor.is_operator)}


def _chosen(member_ids: Collection[int]) -> dict[int, dict[str, Ways]]:
    found: dict[int, dict[str, Ways]] = {}
    query = select(NoticeChoice).where(NoticeChoice.member_id.in_(member_ids))
    for row in db.session.scalars(query):
        found.setdefault(row.member_id, {})[row.event] = Ways(row.inbox, row.mail)
    return found


def ways_of(member_ids: Collection[int], event: str) -> dict[int, Ways]:
    """Where each of these members is told of an event, by number."""
    chosen = _chosen(member_ids)
    return {each: ways(event, chosen.get(each, {})) for each in sorted(member_ids)}


def who_may_act(company_ids: Collection[int], also: int | None = None) -> Sequence[Member]:
    """Active owners and planners of these companies, and one member more."""
    return db.session.scalars(
        select(Member).where(Member.state == "active", or_(
            Member.company_id.in_(company_ids) & Member.role.in_(sorted(WORKERS)),
            Member.id == also)).order_by(Member.id)).all()


def operators() -> list[int]:
    """Members of the platform's staff who are active."""
    return list(db.session.scalars(select(Member.id).where(
        Member.state == "active", Member.role == OPERATOR).order_by(Member.id)))


@dataclass(frozen=True)
class Names:
    """Names of companies and resources as they are now, by number."""

    companies: Mapping[int, str]
    resources: Mapping[int, str]


def names_in(params: Iterable[Mapping[str, Any]]) -> Names:
    """The names that the words of some notices need."""
    rows = list(params)
    return Names(_names(Company, {row["doer"] for row in rows if row.get("doer")}),
                 _names(Resource, {row["resource"] for row in rows if row.get("resource")}))


def _names(model: Any, ids: set[int]) -> dict[int, str]:
    query = select(model.id, model.name).where(model.id.in_(ids))
    return {id_: name for id_, name in db.session.execute(query)}
