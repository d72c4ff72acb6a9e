"""Logging in: attempts are counted before anything costs, unknown addresses cost the same."""

from __future__ import annotations

import ipaddress
from datetime import timedelta

from sqlalchemy import select, update

from marketplace import config
from marketplace.accounts import passwords, tokens
from marketplace.accounts.errors import LoginRefused, WrongPassword
from marketplace.accounts.links import counter_key
from marketplace.accounts.models import Company, Member
from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.text import folded
from marketplace.core.transaction import end_read, transactional
from marketplace.http import limits
from marketplace.http.models import RateCounter

WINDOW = timedelta(minutes=15)
SHARED = 5   # an office behind one address fails this many times as often as one person may


def log_in(email: str, password: str, address: str) -> tuple[Actor, int]:
    """A member shows its password; returns the actor and its session epoch.

    Raises TooManyAttempts before hashing, LoginRefused for whatever else does not fit.
    """
    keys = count(email, address, "login")
    member = db.session.scalar(select(Member).where(Member.email_folded == folded(email)[:120],
                                                    Member.state == "active"))
    known = (member.id, member.password_hash, member.session_epoch) if member else (0, None, 0)
    end_read()   # no transaction stays open while the password is hashed
    if not passwords.matches(known[1], password):
        raise LoginRefused()
    return _enter(known[0], keys), known[2]


def count(email: str, address: str, kind: str) -> list[str]:
    """Count an attempt for the e-mail and for the network address; raises TooManyAttempts."""
    limit = config.current().login_attempts
    by_email = counter_key(f"{kind}.email", folded(email))
    by_address = counter_key(f"{kind}.address", network(address))
    limits.count_attempt(by_address, limit * SHARED, WINDOW)
    limits.count_attempt(by_email, limit, WINDOW)
    return [by_email, by_address]


def network(address: str) -> str:
    """What one subscriber has: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


@transactional
def _enter(member_id: int, keys: list[str]) -> Actor:
    """Note the log-in and give its attempt back: only failures add up."""
    actor = tokens.actor_of_member(member_id)
    if actor is None:   # left between the check and now
        raise LoginRefused()
    db.session.execute(update(RateCounter).where(RateCounter.key.in_(keys), RateCounter.count > 0)
                       .values(count=RateCounter.count - 1))
    audit.record(actor, "member.log_in", "member", member_id)
    return actor


def actor_of_session(member_id: object, epoch: object) -> Actor | None:
    """Whom a session speaks for; None when its epoch is over or the member is not active."""
    if not isinstance(member_id, int):
        return None
    row = db.session.execute(
        select(Member, Company).outerjoin(Company, Company.id == Member.company_id)
        .where(Member.id == member_id, Member.state == "active",
               Member.session_epoch == epoch)).first() if isinstance(epoch, int) else None
    return tokens.as_actor(row[0], row[1]) if row else None


def confirm(actor: Actor, password: str, address: str) -> None:
    """Ask for the password again before something serious; raises WrongPassword."""
    member = db.session.get_one(Member, actor.member_id)
    email, known = member.email or "", member.password_hash
    end_read()
    count(email, address, "confirm")
    if not passwords.matches(known, password):
        raise WrongPassword()
