"""What each kind of message says, to whom, from the rows its payload names.

One function a kind. None means that there is nobody to write to any more, or nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from marketplace import config
from marketplace.accounts import membership, profile
from marketplace.accounts.models import Company, Invitation, Member
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.i18n import translate
from marketplace.core.outbox import OutboxMessage
from marketplace.notifications import queries, wording


@dataclass(frozen=True)
class Letter:
    """An address and words."""

    to: str
    lang: str
    subject: str
    body: str


Writer = Callable[[dict[str, Any], OutboxMessage], "Letter | None"]
WRITERS: dict[str, Writer] = {}


def writes(kind: str) -> Callable[[Writer], Writer]:
    """Name the kind of message that a function writes."""

    def register(function: Writer) -> Writer:
        WRITERS[kind] = function
        return function

    return register


def link(path: str) -> str:
    """An address in the service as it stands in a mail."""
    return config.current().public_url.rstrip("/") + path


def _member(payload: dict[str, Any]) -> Member | None:
    """The active member a message is for."""
    member = db.session.get(Member, payload["member_id"]) if payload["member_id"] else None
    return member if member is not None and member.state == "active" and member.email else None


@writes("invitation")
def invitation(payload: dict[str, Any], _message: OutboxMessage) -> Letter | None:
    """To an invited person, in the language of who invites."""
    row = db.session.get(Invitation, payload["invitation_id"])
    if (row is None or row.accepted_at or row.withdrawn_at or not row.email
            or row.expires_at <= clock.now()):
        return None
    inviter = db.session.get_one(Member, row.invited_by)
    words = {"company": db.session.get_one(Company, row.company_id).name, "inviter": inviter.name,
             "role": translate(inviter.language, f"account.role.{row.role}"),
             "days": membership.VALID.days,
             "url": link("/invitations/" + membership.secret_of(row.id, row.expires_at))}
    return Letter(row.email, inviter.language,
                  translate(inviter.language, "mail.invitation.subject", **words),
                  translate(inviter.language, "mail.invitation.body", **words))


@writes("password_reset")
def password_reset(payload: dict[str, Any], message: OutboxMessage) -> Letter | None:
    """To a member who forgot its password; the secret is made here and now."""
    member = _member(payload)
    secret = profile.issue_reset(member.id, message.id, message.created_at) if member else None
    if member is None or secret is None:
        return None
    words = {"name": member.name, "url": link("/reset/" + secret),
             "minutes": int(profile.RESET_VALID.total_seconds() // 60)}
    return _to(member, "mail.password_reset.subject", "mail.password_reset.body", words)


@writes("password_changed")
def password_changed(payload: dict[str, Any], _message: OutboxMessage) -> Letter | None:
    """To a member whose password is a new one."""
    member = _member(payload)
    if member is None:
        return None
    return _to(member, "mail.password_changed.subject", "mail.password_changed.body",
               {"name": member.name, "url": link("/forgot")})


@writes("company_verified")
def company_verified(payload: dict[str, Any], _message: OutboxMessage) -> Letter | None:
    """To an owner whose company may now list and book."""
    member = _member(payload)
    if member is None:
        return None
    return _to(member, "mail.company_verified.subject", "mail.company_verified.body",
               _company(member, "/"))


@writes("company_rejected")
def company_rejected(payload: dict[str, Any], _message: OutboxMessage) -> Letter | None:
    """To an owner whose company was not verified, with the reason."""
    member = _member(payload)
    if member is None:
        return None
    return _to(member, "mail.company_rejected.subject", "mail.company_rejected.body",
               _company(member, "/company"))


@writes("news")
def news(payload: dict[str, Any], _message: OutboxMessage) -> Letter | None:
    """To a member who hears of a booking: what happened, the work, and what to do until when."""
    member = _member(payload)
    if member is None:
        return None
    lang, params = member.language, payload["params"]
    told = wording.told(lang, params, queries.names_in([params]))
    facts = {"work": told.work, "when": told.when, "price": told.price}
    lines = [translate(lang, f"mail.news.{name}", text=text)
             for name, text in facts.items() if text]
    lines += [told.todo] if told.todo else []
    return _to(member, "mail.news.subject", "mail.news.body", {
        "headline": told.headline, "name": member.name, "facts": "\n".join(lines),
        "url": link(payload["link"]), "choices": link("/account/notices")})


def _company(member: Member, path: str) -> dict[str, Any]:
    company = db.session.get_one(Company, member.company_id)
    return {"name": member.name, "company": company.name, "note": company.review_note or "",
            "url": link(path)}


def _to(member: Member, subject: str, body: str, words: dict[str, Any]) -> Letter:
    """A letter in a member's language."""
    lang = member.language
    return Letter(member.email or "", lang, translate(lang, subject, **words),
                  translate(lang, body, **words))
