"""Companies, their members and their API tokens."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from stdnum.cn import uscc

from marketplace.accounts import tokens
from marketplace.accounts.models import Company, Member
from marketplace.accounts.permissions import SCOPES
from marketplace.core import clock
from marketplace.core.actor import Actor
from tests.factories import place

_numbers = itertools.count(1)


def credit_code(number: int) -> str:
    """A checksum-valid credit code from a range that no registry gives out."""
    body = f"91370000MA{number:07d}"
    return body + uscc.calc_check_digit(body)


def create_company(**overrides: Any) -> Company:
    """A verified company in Jinan."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "name": f"测试企业 {number}", "credit_code": credit_code(number),
        "region_code": "370100", "industry_code": "C34", "contact_name": "王工",
        "contact_email": f"contact{number}@example.com", "contact_phone": "0531-0000000",
        "state": "verified", "created_at": clock.now(), "verified_at": clock.now()}
    return place.save(Company(**values | overrides))


def create_member(company: Company | None = None, **overrides: Any) -> Member:
    """An owner of a company; an operator without one."""
    number = next(_numbers)
    email = f"member{number}@example.com"
    values: dict[str, Any] = {
        "company_id": company.id if company else None, "email": email, "email_folded": email,
        "name": f"成员 {number}", "role": "owner" if company else "operator",
        "terms_version": "1", "consented_at": clock.now(), "created_at": clock.now()}
    return place.save(Member(**values | overrides))


def actor_for(member: Member) -> Actor:
    """The member as the value that services take."""
    with place.context():
        actor = tokens.actor_of_member(member.id)
    if actor is None:
        raise LookupError("the member is not active")
    return actor


def create_token(member: Member, scopes: tuple[str, ...] = SCOPES) -> str:
    """The secret of a new API token."""
    with place.context():
        return tokens.create(actor_for(member), "test", scopes)


@dataclass(frozen=True)
class Party:
    """A company with one member and that member's token."""

    company: Company
    member: Member
    actor: Actor
    token: str


def create_party(role: str = "owner", **company: Any) -> Party:
    """A company, a member of it in a role, and its token."""
    made = create_company(**company)
    return join(made, role)


def join(company: Company, role: str) -> Party:
    """One more member of a company, with a token."""
    member = create_member(company, role=role)
    return Party(company, member, actor_for(member), create_token(member))
