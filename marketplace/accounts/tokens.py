"""API tokens: made once, kept as a hash, checked on every request of a program."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Select, bindparam, func, select

from marketplace import config
from marketplace.accounts.errors import TokenNotFound, TooManyTokens
from marketplace.accounts.models import ApiToken, Company, Member
from marketplace.accounts.permissions import SCOPES, require
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import FieldError, Invalid
from marketplace.core.tokens import digest, new_secret
from marketplace.core.transaction import transactional
from marketplace.core.types import UtcDateTime

PREFIX = "gf_"


LIVE_MOST = 50
DAYS_MOST = 730   # two years


class UnknownScope(Invalid):
    """A scope that does not exist, or that the token which asks does not hold itself."""

    code = "unknown_scope"


def create(actor: Actor, name: str, scopes: Sequence[str], days: int | None = None) -> str:
    """A member makes a token for a program; returns the secret, which is shown only now."""
    return make(actor, name, scopes, days)[1]


@transactional
def make(actor: Actor, name: str, scopes: Sequence[str],
         days: int | None = None) -> tuple[ApiToken, str]:
    """The row and the secret of a new token.

    A token made with a token may do no more and live no longer than that one.
    Raises UnknownScope, TooManyTokens.
    """
    require(actor, "token.own")
    ends = clock.now() + timedelta(days=config.current().token_days if days is None else days)
    maker = db.session.get_one(ApiToken, actor.token_id) if actor.token_id else None
    choices = SCOPES if maker is None else tuple(maker.scopes)
    if not scopes or not set(scopes) <= set(choices):
        raise UnknownScope(errors=[FieldError("scopes", "choice", choices="/".join(choices))])
    live = of(actor).where(ApiToken.revoked_at.is_(None), ApiToken.expires_at > clock.now())
    if (db.session.scalar(select(func.count()).select_from(live.subquery())) or 0) >= LIVE_MOST:
        raise TooManyTokens(most=LIVE_MOST)
    secret = PREFIX + new_secret()
    ends = min(ends, maker.expires_at) if maker else ends
    row = ApiToken(member_id=actor.member_id, name=name, prefix=secret[:10],
                   secret_hash=digest(secret), scopes=sorted(set(scopes)),
                   created_at=clock.now(), expires_at=ends)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "token.create", "token", row.id, scopes=row.scopes)
    return row, secret


@transactional
def revoke(actor: Actor, token_id: int) -> None:
    """A member ends one of its own tokens at once."""
    row = db.session.scalar(select(ApiToken).where(ApiToken.id == token_id,
                                                   ApiToken.member_id == actor.member_id))
    if row is None:
        raise TokenNotFound(id=token_id)
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        audit.record(actor, "token.revoke", "token", row.id)


def alive(row: ApiToken) -> bool:
    """True for a token that still opens."""
    return row.revoked_at is None and row.expires_at > clock.now()


def mine(actor: Actor) -> Sequence[ApiToken]:
    """The member's newest tokens, newest first."""
    return db.session.scalars(of(actor).order_by(ApiToken.id.desc()).limit(200)).all()


def of(actor: Actor) -> Select[ApiToken]:
    """The member's tokens."""
    return select(ApiToken).where(ApiToken.member_id == actor.member_id)


def actor_of(secret: str) -> Actor | None:
    """Who a token speaks for; None when it is unknown, revoked, expired or its member left."""
    row = db.session.execute(_SPEAKS, {"secret": digest(secret), "now": clock.now()}).first()
    if row is None:
        return None
    return Actor(
        member_id=row.member_id, company_id=row.company_id, role=row.role,
        company_verified=row.company_state == "verified", language=row.language, name=row.name,
        company_name=row.company_name or "", token_id=row.token_id,
        scopes=frozenset(row.scopes))


_SPEAKS = (   # asked on every request of a program: written once, and no more than it needs
    select(ApiToken.id.label("token_id"), ApiToken.scopes, Member.id.label("member_id"),
           Member.company_id, Member.role, Member.language, Member.name,
           Company.state.label("company_state"), Company.name.label("company_name"))
    .join(Member, Member.id == ApiToken.member_id)
    .outerjoin(Company, Company.id == Member.company_id)
    .where(ApiToken.secret_hash == bindparam("secret"), ApiToken.revoked_at.is_(None),
           ApiToken.expires_at > bindparam("now", type_=UtcDateTime()),
           Member.state == "active"))


def as_actor(member: Member, company: Company | None, token: ApiToken | None = None) -> Actor:
    """A member as the value that services take."""
    return Actor(
        member_id=member.id, company_id=member.company_id, role=member.role,
        company_verified=company is not None and company.state == "verified",
        language=member.language, name=member.name,
        company_name=company.name if company else "",
        token_id=token.id if token else None,
        scopes=frozenset(token.scopes) if token else None)


def actor_of_member(member_id: int) -> Actor | None:
    """An active member as an actor; for sessions, commands and workers."""
    row = db.session.execute(
        select(Member, Company).outerjoin(Company, Company.id == Member.company_id)
        .where(Member.id == member_id, Member.state == "active")).first()
    return as_actor(row[0], row[1]) if row else None
