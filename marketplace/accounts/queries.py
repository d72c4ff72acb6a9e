"""Reads of companies, members and invitations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, func, select

from marketplace.accounts.errors import CompanyNotFound, LinkOver
from marketplace.accounts.models import Company, Invitation, Member, PasswordReset
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.tokens import digest


def company(company_id: int | None) -> Company:
    """One company; raises CompanyNotFound."""
    row = db.session.get(Company, company_id) if company_id is not None else None
    if row is None:
        raise CompanyNotFound(id=company_id)
    return row


def companies(state: str | None = None) -> Select[Company]:
    """Companies, in one state or in all."""
    query = select(Company).order_by(Company.id)
    return query.where(Company.state == state) if state else query


def waiting() -> int:
    """How many companies wait for their verification."""
    return db.session.scalar(select(func.count()).select_from(Company)
                             .where(Company.state == "pending")) or 0


def members(company_id: int | None) -> Select[Member]:
    """Active members of a company."""
    return (select(Member).where(Member.company_id == company_id, Member.state == "active")
            .order_by(Member.id))


def member_of(company_id: int, member_id: int) -> Member | None:
    """An active member of a company, or None."""
    return db.session.scalar(members(company_id).where(Member.id == member_id))


def me(actor: Actor) -> Member:
    """The actor's own row."""
    return db.session.get_one(Member, actor.member_id)


def owners(company_id: int | None) -> Sequence[Member]:
    """Active owners of a company, the longest-standing first."""
    return db.session.scalars(members(company_id).where(Member.role == "owner")).all()


def invitations(company_id: int | None) -> Select[Invitation]:
    """Open invitations of a company."""
    return (select(Invitation).where(
        Invitation.company_id == company_id, Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None), Invitation.expires_at > clock.now())
        .order_by(Invitation.id))


def open_invitation(secret: str) -> Invitation:
    """The open invitation of a link; raises LinkOver."""
    row = db.session.scalar(select(Invitation).where(
        Invitation.token_hash == digest(secret), Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None), Invitation.expires_at > clock.now()))
    if row is None:
        raise LinkOver()
    return row


def open_reset(secret: str) -> PasswordReset:
    """The unused reset of a link, of a member who is still there; raises LinkOver."""
    row = db.session.scalar(
        select(PasswordReset).join(Member, Member.id == PasswordReset.member_id)
        .where(PasswordReset.token_hash == digest(secret), PasswordReset.used_at.is_(None),
               PasswordReset.expires_at > clock.now(), Member.state == "active"))
    if row is None:
        raise LinkOver()
    return row


def by_email(email_folded: str) -> Member | None:
    """The active member of a folded address."""
    return db.session.scalar(select(Member).where(Member.email_folded == email_folded,
                                                  Member.state == "active"))
