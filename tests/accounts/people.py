"""Facts of a company and a person, as forms bring them."""

from __future__ import annotations

import itertools
from typing import Any

from marketplace.accounts import passwords
from marketplace.accounts.models import Member
from marketplace.accounts.rules import TERMS_VERSION
from marketplace.accounts.services import Facts, Person
from marketplace.core.db import db
from tests.factories import place
from tests.factories.companies import credit_code

PASSWORD = "drehen-fraesen-7"
ADDRESS = "192.0.2.7"
_numbers = itertools.count(700)


def facts(**changes: str) -> Facts:
    """A company that registers."""
    values = {"name": "济南泉合机械有限公司", "credit_code": credit_code(next(_numbers)),
              "region_code": "370100", "industry_code": "C3484", "contact_name": "王光辉",
              "contact_email": "info@quanhe.example", "contact_phone": "0531-88886666"}
    return Facts(**values | changes)


def person(**changes: str) -> Person:
    """Its first owner."""
    values = {"name": "李工", "email": f"li{next(_numbers)}@quanhe.example", "password": PASSWORD,
              "language": "zh", "terms_version": TERMS_VERSION}
    return Person(**values | changes)


def with_password(member: Member, password: str = PASSWORD) -> Member:
    """Let a member of the factories log in; returns it as stored."""
    with place.context():
        made = passwords.new_hash(password, "")
        row = db.session.get_one(Member, member.id)
        row.password_hash = made
        db.session.commit()
    member.password_hash = made
    return member


def all_text(*tables: Any) -> str:
    """Everything these tables hold, as one text to look for traces in."""
    with place.context():
        return "\n".join(repr(row._mapping) for table in tables
                         for row in db.session.execute(table.__table__.select()))
