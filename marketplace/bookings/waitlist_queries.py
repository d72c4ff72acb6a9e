"""Reads of the waitlist: who waits, for what, and how far from its turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased

from marketplace.accounts.models import Company
from marketplace.bookings.waitlist_errors import EntryNotFound
from marketplace.bookings.waitlist_models import OFFERED, WAITING, WaitlistEntry
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.resources.models import Resource

NEAR = timedelta(days=1)   # a claim that ends just outside a wish reaches in by its buffers
PAGE = 200                 # entries of a line that are looked at in one go


def _in_line(resource_id: int, window: TimeWindow | None) -> ColumnElement[bool]:
    """SQL: waits for time of the resource, in or near a window where there is one."""
    waits = and_(WaitlistEntry.resource_id == resource_id, WaitlistEntry.state == WAITING)
    if window is None:
        return waits
    return and_(waits, WaitlistEntry.starts < window.end + NEAR,
                WaitlistEntry.ends > window.start - NEAR)


def somebody_waits(resource_id: int, window: TimeWindow) -> bool:
    """True when somebody waits for time of the resource in or near a window."""
    query = select(WaitlistEntry.id).where(_in_line(resource_id, window)).limit(1)
    return db.session.scalar(query) is not None


def firms_in_line(resource_id: int, window: TimeWindow | None = None) -> set[tuple[int, int]]:
    """The listings that are waited for in or near a window, each with every firm that waits."""
    query = (select(WaitlistEntry.listing_id, WaitlistEntry.company_id)
             .where(_in_line(resource_id, window)).distinct())
    return {(listing_id, company_id) for listing_id, company_id in db.session.execute(query)}


def line(resource_id: int,
         window: TimeWindow | None = None) -> Iterator[Sequence[WaitlistEntry]]:
    """Who waits for a resource, in or near a window: first come first, page after page.

    Each page is read when it is its turn, along the index on resource, state and id.
    """
    last = 0
    while rows := db.session.scalars(
            select(WaitlistEntry).where(_in_line(resource_id, window), WaitlistEntry.id > last)
            .order_by(WaitlistEntry.id).limit(PAGE)
            .execution_options(populate_existing=True)).all():
        last = rows[-1].id
        yield rows


def waits_already(row: WaitlistEntry) -> bool:
    """True when the member waits for this slot, or has it on offer."""
    query = (select(WaitlistEntry.id)
             .where(WaitlistEntry.member_id == row.member_id,
                    WaitlistEntry.resource_id == row.resource_id,
                    WaitlistEntry.state.in_((WAITING, OFFERED)),
                    WaitlistEntry.starts == row.starts, WaitlistEntry.ends == row.ends).limit(1))
    return db.session.scalar(query) is not None


def waiting_count(actor: Actor) -> int:
    """How many slots the actor's company waits for."""
    query = (select(func.count()).select_from(WaitlistEntry)
             .where(WaitlistEntry.company_id == actor.company_id,
                    WaitlistEntry.state.in_((WAITING, OFFERED))))
    return db.session.scalar(query) or 0


def entries_of(actor: Actor) -> Select[WaitlistEntry]:
    """What the actor's company waits for or has waited for, newest first."""
    return (select(WaitlistEntry).where(WaitlistEntry.company_id == actor.company_id)
            .order_by(WaitlistEntry.id.desc()))


def entry_of(actor: Actor, entry_id: int) -> WaitlistEntry:
    """One entry of the actor's company; raises EntryNotFound."""
    row = db.session.scalar(entries_of(actor).where(WaitlistEntry.id == entry_id))
    if row is None:
        raise EntryNotFound(id=entry_id)
    return row


def positions(ids: Sequence[int]) -> dict[int, int]:
    """Of entries that wait: 1 for who is offered the slot first, by entry.

    Counted are earlier entries whose slot overlaps.
    """
    earlier = aliased(WaitlistEntry)
    query = (select(WaitlistEntry.id, func.count(earlier.id))
             .outerjoin(earlier, (earlier.resource_id == WaitlistEntry.resource_id)
                        & (earlier.state == WAITING) & (earlier.id < WaitlistEntry.id)
                        & (earlier.starts < WaitlistEntry.ends)
                        & (earlier.ends > WaitlistEntry.starts))
             .where(WaitlistEntry.id.in_(ids), WaitlistEntry.state == WAITING)
             .group_by(WaitlistEntry.id))
    return {id_: count + 1 for id_, count in db.session.execute(query)}


@dataclass
class Demand:
    """Who waits for one resource of the seller: lane hours, and the names of firms."""

    resource_id: int
    resource: str
    waiting: int = 0
    hours: float = 0
    companies: list[str] = field(default_factory=list)


def demand(actor: Actor) -> list[Demand]:
    """Who waits for the machines that the actor's company operates, by machine."""
    query = (select(WaitlistEntry, Resource.name, Company.name)
             .join(Resource, Resource.id == WaitlistEntry.resource_id)
             .join(Company, Company.id == WaitlistEntry.company_id)
             .where(Resource.operating_company_id == actor.company_id,
                    WaitlistEntry.state == WAITING)
             .order_by(Resource.name, Resource.id, WaitlistEntry.id).limit(2000))
    found: dict[int, Demand] = {}
    for row, resource, company in db.session.execute(query):
        each = found.setdefault(row.resource_id, Demand(row.resource_id, resource))
        each.waiting += 1
        each.hours += row.lanes * (row.ends - row.starts).total_seconds() / 3600
        if company not in each.companies:
            each.companies.append(company)
    return list(found.values())


def resources_waited_for() -> Iterator[int]:
    """Every resource that somebody waits for, by id, page after page."""
    last = 0
    while found := db.session.scalars(
            select(WaitlistEntry.resource_id)
            .where(WaitlistEntry.state == WAITING, WaitlistEntry.resource_id > last)
            .distinct().order_by(WaitlistEntry.resource_id).limit(PAGE)).all():
        last = found[-1]
        yield from found


def resources_with_begun(limit: int = 200) -> list[int]:
    """Resources that somebody waits for although the slot has begun."""
    query = (select(WaitlistEntry.resource_id)
             .where(WaitlistEntry.state == WAITING, WaitlistEntry.starts <= clock.now())
             .distinct().order_by(WaitlistEntry.resource_id).limit(limit))
    return list(db.session.scalars(query))


def begun(resource_id: int) -> list[int]:
    """Entries of a resource that wait for a slot that has begun, the first of them."""
    query = (select(WaitlistEntry.id)
             .where(WaitlistEntry.resource_id == resource_id, WaitlistEntry.state == WAITING,
                    WaitlistEntry.starts <= clock.now())
             .order_by(WaitlistEntry.id).limit(PAGE))
    return list(db.session.scalars(query))
