"""Which bookings a list shows: by side, and by what they wait for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from marketplace.accounts.models import Company
from marketplace.bookings import lifecycle
from marketplace.bookings.models import Booking
from marketplace.bookings.proposal_models import OPEN, Proposal
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.resources.models import Resource, Site
from marketplace.web.reads import MADE, RECEIVED, holds_waiting

WAITING, COMING, RUNNING = "waiting", "coming", "running"
PAST, CANCELLED = "past", "cancelled"
SIDES = (MADE, RECEIVED)
TIMES = (WAITING, COMING, RUNNING, PAST, CANCELLED)
COUNTED = (WAITING, COMING, RUNNING)   # tabs that say how many
GONE = (lifecycle.CANCELLED, lifecycle.DECLINED, lifecycle.EXPIRED)
DONE = (lifecycle.DELIVERED, lifecycle.ACCEPTED, lifecycle.SETTLED, lifecycle.NO_SHOW,
        lifecycle.DISPUTED)
DISPUTES = 200   # shown at once, the oldest first


def tabs(side: str, now: datetime) -> dict[str, ColumnElement[bool]]:
    """What belongs under each tab. What waits for an answer stands under another one too."""
    state, confirmed = Booking.state, Booking.state == lifecycle.CONFIRMED
    mine = lifecycle.BUYER if side == MADE else lifecycle.SELLER
    theirs = lifecycle.SELLER if side == MADE else lifecycle.BUYER
    asked = select(Proposal.id).where(
        Proposal.booking_id == Booking.id, Proposal.state == OPEN, Proposal.by_side == theirs,
        Proposal.answer_by > now).exists()
    due = and_(confirmed, Booking.answer_by > now,
               Booking.starts <= now + lifecycle.CHECK_IN_EARLY)
    own = {lifecycle.BUYER: state == lifecycle.DELIVERED,
           lifecycle.SELLER: and_(state == lifecycle.REQUESTED, Booking.answer_by > now)}[mine]
    return {
        WAITING: or_(own, due, asked),
        COMING: or_(state == lifecycle.REQUESTED, and_(confirmed, Booking.starts > now)),
        RUNNING: or_(state.in_((lifecycle.CHECKED_IN, lifecycle.RUNNING)),
                     and_(confirmed, Booking.starts <= now, Booking.ends > now)),
        PAST: or_(state.in_(DONE), and_(confirmed, Booking.ends <= now)),
        CANCELLED: state.in_(GONE)}


@dataclass(frozen=True)
class BookingList:
    """Which bookings: those the company made or received, under one tab."""

    side: str = MADE
    when: str = COMING

    def _mine(self, actor: Actor) -> ColumnElement[bool]:
        column = Booking.company_id if self.side == MADE else Booking.seller_company_id
        return column == actor.company_id

    def query(self, actor: Actor) -> Select[Any]:
        """(Booking, resource name, zone, the other company's name); the next one first."""
        other = Booking.seller_company_id if self.side == MADE else Booking.company_id
        query: Any = (select(Booking, Resource.name, Site.zone, Company.name)
                      .join(Resource, Resource.id == Booking.resource_id)
                      .join(Site, Site.id == Resource.site_id)
                      .join(Company, Company.id == other)
                      .where(self._mine(actor), tabs(self.side, clock.now())[self.when]))
        if self.when == WAITING:
            return query.order_by(func.coalesce(Booking.answer_by, Booking.starts), Booking.id)
        if self.when == CANCELLED:
            return query.order_by(func.coalesce(Booking.cancelled_at, Booking.created_at).desc(),
                                  Booking.id.desc())
        if self.when == PAST:
            return query.order_by(Booking.starts.desc(), Booking.id.desc())
        return query.order_by(Booking.starts, Booking.id)

    def counts(self, actor: Actor) -> dict[str, int]:
        """How many stand under each tab, in one query."""
        found = tabs(self.side, clock.now())
        row = db.session.execute(select(*(
            func.coalesce(func.sum(case((each, 1), else_=0)), 0).label(name)
            for name, each in found.items())).where(self._mine(actor))).one()
        return {name: int(count) for name, count in zip(found, row, strict=True)}


def page(actor: Actor, which: BookingList, limit: int, offset: int) -> Sequence[Any]:
    """The rows of one page."""
    return db.session.execute(which.query(actor).limit(limit).offset(offset)).all()


def waiting(actor: Actor) -> int:
    """What waits for the company: holds to confirm, and answers on either side."""
    now = clock.now()
    return holds_waiting(actor) + (db.session.scalar(
        select(func.count()).select_from(Booking).where(or_(
            and_(Booking.company_id == actor.company_id, tabs(MADE, now)[WAITING]),
            and_(Booking.seller_company_id == actor.company_id, tabs(RECEIVED, now)[WAITING]))))
        or 0)


def _disputed() -> ColumnElement[bool]:
    return Booking.state == lifecycle.DISPUTED


def disputes_open(_actor: Actor) -> int:
    """How many disputes wait for an operator."""
    return db.session.scalar(select(func.count()).select_from(Booking).where(_disputed())) or 0


def disputes() -> Sequence[Any]:
    """(Booking, resource, zone, buyer, seller, audit row of the dispute), the oldest first."""
    buyer, seller = aliased(Company), aliased(Company)
    said = (select(AuditEntry.object_id, func.max(AuditEntry.id).label("id"))
            .where(AuditEntry.object_kind == "booking", AuditEntry.action == "booking.dispute")
            .group_by(AuditEntry.object_id).subquery())
    return db.session.execute(
        select(Booking, Resource.name, Site.zone, buyer.name, seller.name, AuditEntry)
        .join(Resource, Resource.id == Booking.resource_id)
        .join(Site, Site.id == Resource.site_id)
        .join(buyer, buyer.id == Booking.company_id)
        .join(seller, seller.id == Booking.seller_company_id)
        .join(said, said.c.object_id == Booking.id).join(AuditEntry, AuditEntry.id == said.c.id)
        .where(_disputed()).order_by(AuditEntry.id).limit(DISPUTES)).all()


def history(booking_id: int) -> Sequence[AuditEntry]:
    """What happened to a booking, the newest last."""
    return db.session.scalars(
        select(AuditEntry).where(AuditEntry.object_kind == "booking",
                                 AuditEntry.object_id == booking_id)
        .order_by(AuditEntry.id).limit(200)).all()
