"""Use cases of one's own account: language, password, sessions, consent."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from marketplace.accounts import links, login, passwords, queries
from marketplace.accounts.errors import LinkOver, WrongFields
from marketplace.accounts.models import Member, PasswordReset
from marketplace.accounts.permissions import require
from marketplace.accounts.services import consent_error
from marketplace.core import audit, clock, outbox
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.text import folded
from marketplace.core.tokens import digest
from marketplace.core.transaction import end_read, transactional

RESET_VALID = timedelta(hours=1)


@transactional
def edit(actor: Actor, name: str, language: str, theme: str) -> Member:
    """A member says what to call it, in which language, and which theme it likes."""
    require(actor, "self.edit")
    member = queries.me(actor)
    member.name, member.language, member.theme = name, language, theme
    audit.record(actor, "member.edit", "member", member.id)
    return member


@transactional
def consent(actor: Actor, version: str) -> None:
    """A member agrees to the newest terms and privacy notice."""
    require(actor, "self.edit")
    wrong = consent_error(version)
    if wrong:
        raise WrongFields(errors=wrong)
    member = queries.me(actor)
    member.terms_version, member.consented_at = version, clock.now()
    audit.record(actor, "member.consent", "member", member.id, version=version)


def request_reset(email: str, address: str) -> None:
    """Somebody forgot a password. Known or not, one row is written and the answer is the same."""
    login.count(email, address, "reset")
    _request_reset(email)


@transactional
def _request_reset(email: str) -> None:
    member = queries.by_email(folded(email)[:120])
    outbox.put("mail", {"kind": "password_reset", "member_id": member.id if member else None})


@transactional
def issue_reset(member_id: int, message_id: int, asked_at: datetime) -> str | None:
    """Make the secret of a reset mail, the same for the same message; None without a member."""
    member = db.session.get(Member, member_id)
    if member is None or member.state != "active":
        return None
    secret = links.secret("reset", message_id, asked_at)
    row = db.session.scalar(select(PasswordReset).where(
        PasswordReset.token_hash == digest(secret)))
    if row is None:
        db.session.add(PasswordReset(member_id=member.id, token_hash=digest(secret),
                                     expires_at=clock.now() + RESET_VALID))
    return secret


def reset(secret: str, password: str) -> None:
    """A member chooses a new password by the link of a mail; every open session ends.

    Raises LinkOver, WrongFields.
    """
    row = queries.open_reset(secret)
    email = db.session.get_one(Member, row.member_id).email or ""
    end_read()
    _reset(secret, passwords.new_hash(password, email))


@transactional
def _reset(secret: str, password_hash: str) -> None:
    row = queries.open_reset(secret)
    won = db.session.execute(
        update(PasswordReset).where(PasswordReset.id == row.id, PasswordReset.used_at.is_(None))
        .values(used_at=clock.now()).returning(PasswordReset.id)).first()
    if won is None:   # the same link, used twice at once
        raise LinkOver()
    member = db.session.get_one(Member, row.member_id)
    _set_password(member, password_hash)
    actor = Actor(member.id, member.company_id, member.role)
    audit.record(actor, "member.reset_password", "member", member.id)


def change_password(actor: Actor, present: str, password: str, address: str) -> int:
    """A member changes its password; other sessions end. Returns the epoch of the next session.

    Raises WrongPassword, WrongFields, TooManyAttempts.
    """
    require(actor, "self.edit")
    login.confirm(actor, present, address)
    email = queries.me(actor).email or ""
    end_read()
    return _change(actor, passwords.new_hash(password, email))


@transactional
def _change(actor: Actor, password_hash: str) -> int:
    member = queries.me(actor)
    _set_password(member, password_hash)
    audit.record(actor, "member.change_password", "member", member.id)
    return member.session_epoch


def _set_password(member: Member, password_hash: str) -> None:
    """A new password: old sessions and open resets end, and the member is told by mail."""
    member.password_hash = password_hash
    member.session_epoch += 1
    db.session.execute(update(PasswordReset).where(
        PasswordReset.member_id == member.id, PasswordReset.used_at.is_(None))
        .values(used_at=clock.now()))
    outbox.put("mail", {"kind": "password_changed", "member_id": member.id})


@transactional
def log_out_everywhere(actor: Actor) -> None:
    """A member ends all its sessions, this one too."""
    require(actor, "self.edit")
    queries.me(actor).session_epoch += 1
    audit.record(actor, "member.log_out_everywhere", "member", actor.member_id or 0)
