"""Who may operate what: a company grants qualifications to people, and takes them back.

A listing names a code; who books it must have that code from the listing's company throughout
the work. The people may be of another company, or of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from marketplace.accounts import login, privacy
from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Company, Member
from marketplace.accounts.permissions import require
from marketplace.bookings import queries
from marketplace.bookings.errors import BookingNotFound, QualificationNotFound, QualificationWrong
from marketplace.bookings.qualification_models import Qualification
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import FieldError
from marketplace.core.text import folded
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transactional


@dataclass(frozen=True)
class Grant:
    """What is granted: to whoever a booking names, or to the person of an address and company."""

    code: str
    valid_from: datetime | None = None    # None: from now on
    valid_until: datetime | None = None   # None: until it is revoked
    booking_id: int = 0
    email: str = ""
    credit_code: str = ""


def grant(actor: Actor, wish: Grant) -> Qualification:
    """A company lets somebody operate its resources that ask for a code.

    Raises BookingNotFound, QualificationWrong naming every wrong field, TooManyAttempts for
    whoever tries out addresses.
    """
    require(actor, "qualification.edit")
    if not wish.booking_id:
        login.count(wish.email, f"company {actor.company_id}", "qualify")
    return _grant(actor, wish)


@transactional
def _grant(actor: Actor, wish: Grant) -> Qualification:
    now = clock.now()
    starts = wish.valid_from or now
    errors = []
    if wish.valid_until is not None and wish.valid_until <= max(starts, now):
        errors.append(FieldError("valid_until", "end_before_start"))
    member_id = _person(actor, wish)
    if member_id is None:
        errors.append(FieldError("email", "person_unknown"))
    if errors:
        raise QualificationWrong(errors=errors, count=len(errors))
    row = Qualification(company_id=actor.company_id, member_id=member_id, code=wish.code,
                        valid_from=starts, valid_until=wish.valid_until,
                        granted_by=actor.member_id, created_at=now)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "qualification.grant", "qualification", row.id, code=row.code,
                 member=member_id)
    return row


def _person(actor: Actor, wish: Grant) -> int | None:
    """The member that is meant: of a booking on one's machines, or by address and company."""
    if wish.booking_id:
        booking = queries.booking_of(actor, wish.booking_id)
        if booking.seller_company_id != actor.company_id:
            raise BookingNotFound(id=wish.booking_id)
        return booking.member_id
    member = accounts.by_email(folded(wish.email))
    if member is None or member.company_id is None:
        return None
    company = accounts.company(member.company_id)
    return member.id if company.credit_code == wish.credit_code.upper() else None


@transactional
def revoke(actor: Actor, qualification_id: int) -> Qualification:
    """A company takes a qualification back from now on; bookings already made stay."""
    require(actor, "qualification.edit")
    row = db.session.scalar(select(Qualification).where(
        Qualification.id == qualification_id, Qualification.company_id == actor.company_id,
        Qualification.revoked_at.is_(None)).with_for_update())
    if row is None:
        raise QualificationNotFound(id=qualification_id)
    row.revoked_at = clock.now()
    audit.record(actor, "qualification.revoke", "qualification", row.id, code=row.code,
                 member=row.member_id)
    return row


def holds(company_id: int, member_id: int, code: str, window: TimeWindow) -> bool:
    """True when the company has given the member the code for the whole window."""
    return db.session.scalar(select(Qualification.id).where(
        Qualification.company_id == company_id, Qualification.member_id == member_id,
        Qualification.code == code, *_valid(window)).limit(1)) is not None


def _valid(window: TimeWindow) -> tuple[ColumnElement[bool], ...]:
    """SQL: not revoked, and valid from the start to the end of a window."""
    return (Qualification.revoked_at.is_(None), Qualification.valid_from <= window.start,
            or_(Qualification.valid_until.is_(None), Qualification.valid_until >= window.end))


def granted_by(actor: Actor) -> Select[Qualification]:
    """What the company has granted and not taken back, newest first."""
    return (select(Qualification)
            .where(Qualification.company_id == actor.company_id,
                   Qualification.revoked_at.is_(None)).order_by(Qualification.id.desc()))


def held_by(actor: Actor) -> Select[Qualification]:
    """What companies let the actor operate, newest first."""
    return (select(Qualification)
            .where(Qualification.member_id == actor.member_id,
                   Qualification.revoked_at.is_(None)).order_by(Qualification.id.desc()))


def people(rows: Sequence[Qualification]) -> dict[int, tuple[str, str]]:
    """Name and company of the holders of qualifications, by member."""
    query = (select(Member.id, Member.name, Company.name)
             .join(Company, Company.id == Member.company_id)
             .where(Member.id.in_({row.member_id for row in rows})))
    return {member_id: (name, company) for member_id, name, company in db.session.execute(query)}


def companies_of(rows: Sequence[Qualification]) -> dict[int, str]:
    """Names of the companies that granted qualifications."""
    query = select(Company.id, Company.name).where(
        Company.id.in_({row.company_id for row in rows}))
    return {company_id: name for company_id, name in db.session.execute(query)}


@privacy.part("qualifications")
def qualifications_of(member_id: int) -> list[dict[str, Any]]:
    """What a member may operate, for the copy of its data."""
    rows = db.session.scalars(select(Qualification).where(Qualification.member_id == member_id)
                              .order_by(Qualification.id).limit(privacy.MOST))
    return [{"id": row.id, "company": row.company_id, "code": row.code,
             "valid_from": row.valid_from.isoformat(),
             "valid_until": row.valid_until.isoformat() if row.valid_until else None}
            for row in rows]
