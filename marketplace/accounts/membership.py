"""Use cases of membership: invite, accept, change a role, leave."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from marketplace.accounts import links, login, passwords, queries
from marketplace.accounts.errors import (
    AlreadyMember,
    InvitationNotFound,
    LastOwner,
    MemberNotFound,
    TooManyInvitations,
    WrongFields,
)
from marketplace.accounts.models import ApiToken, Company, Invitation, Member, PasswordReset
from marketplace.accounts.permissions import ROLES, require
from marketplace.accounts.rules import email_error
from marketplace.accounts.services import Person, add_member, consent_error, locked, unique
from marketplace.core import audit, clock, outbox
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import FieldError
from marketplace.core.text import folded
from marketplace.core.tokens import digest, new_secret
from marketplace.core.transaction import end_read, transactional

VALID = timedelta(days=7)
OPEN_MOST = 50


def invite(actor: Actor, email: str, role: str) -> Invitation:
    """An owner asks somebody to join in a role; a mail with a link goes out.

    An earlier open invitation to the same address is withdrawn. Raises TooManyAttempts,
    AlreadyMember, TooManyInvitations, WrongFields.
    """
    require(actor, "member.invite")
    wrong = [FieldError("email", code)] if (code := email_error(email)) else []
    if role not in ROLES:
        wrong.append(FieldError("role", "choice", choices="/".join(ROLES)))
    if wrong:
        raise WrongFields(errors=wrong)
    login.count(email, f"company {actor.company_id}", "invite")
    return _invite(actor, email, role)


@transactional
def _invite(actor: Actor, email: str, role: str) -> Invitation:
    company = locked(actor.company_id)
    now = clock.now()
    member = queries.by_email(folded(email))
    if member is not None and member.company_id == company.id:
        raise AlreadyMember()
    db.session.execute(update(Invitation).where(
        Invitation.company_id == company.id, func.lower(Invitation.email) == email.lower(),
        Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
        .values(withdrawn_at=now))
    still = db.session.scalar(select(func.count()).select_from(
        queries.invitations(company.id).order_by(None).subquery()))
    if (still or 0) >= OPEN_MOST:
        raise TooManyInvitations(most=OPEN_MOST)
    row = Invitation(company_id=company.id, invited_by=actor.member_id, email=email, role=role,
                     token_hash=digest(new_secret()), expires_at=now + VALID)
    db.session.add(row)
    db.session.flush()
    row.token_hash = digest(secret_of(row.id, row.expires_at))
    outbox.put("mail", {"kind": "invitation", "invitation_id": row.id})
    audit.record(actor, "member.invite", "invitation", row.id, role=role)
    return row


def secret_of(invitation_id: int, expires_at: datetime) -> str:
    """The secret in an invitation's link."""
    return links.secret("invitation", invitation_id, expires_at)


@transactional
def withdraw(actor: Actor, invitation_id: int) -> None:
    """An owner takes an open invitation back: its link is dead at once."""
    require(actor, "member.invite")
    row = db.session.scalar(queries.invitations(actor.company_id)
                            .where(Invitation.id == invitation_id))
    if row is None:
        raise InvitationNotFound(id=invitation_id)
    row.withdrawn_at = clock.now()
    audit.record(actor, "member.withdraw", "invitation", row.id)


def accept(secret: str, person: Person) -> Member:
    """The invited person joins; the address is the one the link was sent to.

    Raises LinkOver, AlreadyMember when the address has an account, WrongFields.
    """
    email = queries.open_invitation(secret).email
    end_read()
    wrong = consent_error(person.terms_version)
    if wrong:
        raise WrongFields(errors=wrong)
    person = Person(person.name, email, person.password, person.language, person.terms_version)
    return _accept(secret, person, passwords.new_hash(person.password, email))


@transactional
def _accept(secret: str, person: Person, password_hash: str) -> Member:
    company = locked(queries.open_invitation(secret).company_id)
    row = queries.open_invitation(secret)   # once more: rivals waited for the lock
    try:
        with unique(None, person.email):
            member = add_member(company.id, row.role, person, password_hash)
    except WrongFields:
        raise AlreadyMember() from None
    row.accepted_at = clock.now()
    actor = Actor(member.id, company.id, member.role)
    audit.record(actor, "member.join", "member", member.id, role=member.role)
    audit.record(actor, "member.consent", "member", member.id, version=person.terms_version)
    return member


@transactional
def change_role(actor: Actor, member_id: int, role: str) -> Member:
    """An owner gives a member another role; the last owner keeps its own."""
    require(actor, "member.edit")
    if role not in ROLES:
        raise WrongFields(errors=[FieldError("role", "choice", choices="/".join(ROLES))])
    company = locked(actor.company_id)
    member = _member(company, member_id)
    if role != "owner":
        _keep_an_owner(company, member)
    before, member.role = member.role, role
    audit.record(actor, "member.role", "member", member.id, before=before, after=role)
    return member


@transactional
def leave(actor: Actor, member_id: int) -> None:
    """A member leaves, or an owner takes it out: sessions, tokens and invitations end."""
    require(actor, "member.leave" if member_id == actor.member_id else "member.edit")
    company = locked(actor.company_id)
    member = _member(company, member_id)
    _keep_an_owner(company, member)
    end(member)
    audit.record(actor, "member.leave", "member", member.id)


def _member(company: Company, member_id: int) -> Member:
    """An active member of a locked company, read fresh; raises MemberNotFound."""
    member = db.session.scalar(queries.members(company.id).where(Member.id == member_id)
                               .execution_options(populate_existing=True))
    if member is None:
        raise MemberNotFound(id=member_id)
    return member


def _keep_an_owner(company: Company, member: Member) -> None:
    """Raise LastOwner when nobody else owns the company."""
    if member.role == "owner" and len(queries.owners(company.id)) == 1:
        raise LastOwner()


def end(member: Member) -> None:
    """Take from a member what lets it in, and its address; the name stays."""
    now = clock.now()
    hand_contact_on(member)
    forget_address(member.email or "")
    member.state, member.left_at = "left", now
    member.email = member.email_folded = member.password_hash = None
    member.session_epoch += 1
    db.session.execute(update(ApiToken).where(
        ApiToken.member_id == member.id, ApiToken.revoked_at.is_(None)).values(revoked_at=now))
    db.session.execute(update(Invitation).where(
        Invitation.invited_by == member.id, Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None)).values(withdrawn_at=now))
    db.session.execute(delete(PasswordReset).where(PasswordReset.member_id == member.id))


def hand_contact_on(member: Member) -> None:
    """A company's contact who goes is followed by its longest-standing other owner."""
    company = db.session.get(Company, member.company_id) if member.company_id else None
    email = (member.email or "").lower()
    if company is None or (company.contact_email.lower() != email
                           and company.contact_name != member.name):
        return
    others = [each for each in queries.owners(company.id) if each.id != member.id]
    company.contact_name = others[0].name if others else ""
    company.contact_email = (others[0].email or "") if others else ""
    company.contact_phone = ""
    company.version += 1


def forget_address(email: str) -> None:
    """Blank the address in every invitation it was sent."""
    if email:
        db.session.execute(update(Invitation).where(func.lower(Invitation.email) == email.lower())
                           .values(email=""))
