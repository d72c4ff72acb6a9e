"""What a member may ask of us about its own data: a copy, and erasure (PIPL art. 45, 47)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, or_, select, update

from marketplace.accounts import links, login, membership, queries
from marketplace.accounts.errors import MemberNotFound
from marketplace.accounts.events import MemberErased
from marketplace.accounts.models import ApiToken, Invitation, Member, PasswordReset
from marketplace.accounts.permissions import require
from marketplace.accounts.services import locked
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.core.events import publish
from marketplace.core.transaction import transactional

MOST = 10_000   # lines of one kind in a copy
Part = Callable[[int], Any]
_parts: dict[str, Part] = {}


def part(name: str) -> Callable[[Part], Part]:
    """Let a higher feature add what it holds about a member to the copy."""

    def register(function: Part) -> Part:
        _parts[name] = function
        return function

    return register


@transactional
def export(actor: Actor) -> dict[str, Any]:
    """A member takes a copy of what we hold about it: JSON values, no secrets, nobody else."""
    require(actor, "self.edit")
    member = queries.me(actor)
    copy: dict[str, Any] = {
        "made_at": clock.now().isoformat(),
        "member": {name: _plain(getattr(member, name)) for name in (
            "id", "email", "name", "role", "state", "language", "theme", "terms_version",
            "consented_at", "created_at")},
        "company": _company(actor),
    }
    audit.record(actor, "member.export", "member", member.id)
    return copy | {name: read(member.id) for name, read in sorted(_parts.items())}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _company(actor: Actor) -> dict[str, Any] | None:
    if actor.company_id is None:
        return None
    company = queries.company(actor.company_id)
    return {"id": company.id, "name": company.name, "credit_code": company.credit_code}


@part("tokens")
def tokens_of(member_id: int) -> list[dict[str, Any]]:
    """The member's tokens without their secrets."""
    rows = db.session.scalars(select(ApiToken).where(ApiToken.member_id == member_id)
                              .order_by(ApiToken.id).limit(MOST))
    return [{name: _plain(getattr(row, name)) for name in (
        "id", "name", "prefix", "scopes", "created_at", "expires_at", "revoked_at")}
        for row in rows]


@part("steps")
def steps_of(member_id: int) -> list[dict[str, Any]]:
    """What the member did, as the audit log has it."""
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.member_id == member_id)
                              .order_by(AuditEntry.id.desc()).limit(MOST))
    return [{"at": row.at.isoformat(), "action": row.action, "kind": row.object_kind,
             "id": row.object_id} for row in rows]


def erase_me(actor: Actor, password: str, address: str) -> None:
    """A member has its personal data erased, after showing its password once more.

    Raises WrongPassword, TooManyAttempts, LastOwner.
    """
    require(actor, "self.edit")
    login.confirm(actor, password, address)
    _erase_me(actor)


@transactional
def _erase_me(actor: Actor) -> None:
    member = queries.me(actor)
    if member.company_id is not None:
        membership.leave(actor, member.id)
    erase(actor, member.id)


@transactional
def erase(actor: Actor, member_id: int) -> None:
    """Put a pseudonym in the place of a member's name and address, wherever they stand.

    The audit log keeps the member's number. For the member itself, and for staff who carry out
    a request that came another way, also when the company is then without an owner.
    """
    if actor.member_id != member_id:
        require(actor, "member.erase")
    member = db.session.get(Member, member_id)
    if member is None:
        raise MemberNotFound(id=member_id)
    if member.company_id is not None:
        locked(member.company_id)
    if member.state == "active":
        membership.end(member)
    member.pseudonym = member.name = links.pseudonym(member.id)
    member.state = "erased"
    db.session.execute(update(ApiToken).where(ApiToken.member_id == member.id)
                       .values(name=member.pseudonym))
    audit.record(actor, "member.erase", "member", member.id)
    publish(MemberErased(member.id))


@transactional
def forget_links() -> int:
    """Keep no address and no reset longer than its link works; returns how many went."""
    now = clock.now()
    resets = db.session.execute(delete(PasswordReset).where(PasswordReset.expires_at <= now)
                                .returning(PasswordReset.id)).all()
    asked = db.session.execute(
        update(Invitation).where(Invitation.accepted_at.is_(None), Invitation.email != "", or_(
            Invitation.expires_at <= now, Invitation.withdrawn_at.is_not(None)))
        .values(email="").returning(Invitation.id)).all()
    return len(resets) + len(asked)
