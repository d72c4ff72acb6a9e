"""The demo's people: one owner a company, an operator, and one login of each kind of user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from argon2 import PasswordHasher
from sqlalchemy import select

from marketplace.accounts.models import Company, Member
from marketplace.accounts.rules import TERMS_VERSION
from marketplace.accounts.tokens import actor_of_member
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.text import folded
from marketplace.core.transaction import transactional

PASSWORD = "gongfang-demo"


@dataclass(frozen=True)
class Login:
    """A login the demo prints: who it is and what it may do."""

    email: str
    role: str
    company: str


@transactional
def add_operator() -> int:
    """The platform's own member."""
    return _add(None, "operator@gongfang.example", "运营值班", "operator", _hash())


@transactional
def add_owners() -> None:
    """An owner for every company; one hash serves all, or the demo would wait for argon2."""
    password = _hash()
    for company in db.session.scalars(select(Company).order_by(Company.id)):
        _add(company.id, company.contact_email, company.contact_name, "owner", password)


@transactional
def add_roles(credit_code: str) -> None:
    """A planner, a finance member and a viewer beside the owner of one company."""
    company = db.session.scalars(select(Company).where(Company.credit_code == credit_code)).one()
    place = company.contact_email.partition("@")[2]
    password = _hash()
    for role, name in (("planner", "计划员"), ("finance", "财务"), ("viewer", "访客")):
        _add(company.id, f"{role}@{place}", name, role, password)


def _hash() -> str:
    return PasswordHasher().hash(PASSWORD)


def _add(company_id: int | None, email: str, name: str, role: str, password: str) -> int:
    row = Member(company_id=company_id, email=email, email_folded=folded(email), name=name,
                 password_hash=password, role=role, terms_version=TERMS_VERSION,
                 consented_at=clock.now(), created_at=clock.now())
    db.session.add(row)
    db.session.flush()
    return row.id


def owners() -> dict[str, Actor]:
    """The owner of every company as an actor, by credit code."""
    rows = db.session.execute(
        select(Company.credit_code, Member.id).join(Member, Member.company_id == Company.id)
        .where(Member.role == "owner")).all()
    found = {code: actor_of_member(member_id) for code, member_id in rows}
    return {code: actor for code, actor in found.items() if actor is not None}


def logins(credit_codes: Sequence[str]) -> list[Login]:
    """The operator and the members of these companies, to be printed."""
    rows = db.session.execute(
        select(Member.email, Member.role, Company.name)
        .outerjoin(Company, Company.id == Member.company_id)
        .where((Member.role == "operator") | Company.credit_code.in_(credit_codes))
        .order_by(Member.id)).all()
    return [Login(email or "", role, name or "") for email, role, name in rows]
