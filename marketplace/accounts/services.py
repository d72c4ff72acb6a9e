"""Use cases of companies: register, edit, verify, reject, import."""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.accounts import login, passwords, queries, rules
from marketplace.accounts.errors import CompanyChanged, CompanyNotFound, NoSuchReview, WrongFields
from marketplace.accounts.models import Company, Member
from marketplace.accounts.permissions import require
from marketplace.core import audit, clock, outbox
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import FieldError
from marketplace.core.locking import Rank, lock
from marketplace.core.text import folded
from marketplace.core.transaction import savepoint, transactional

CHECKS = {
    "credit_code": rules.credit_code_error, "region_code": rules.region_error,
    "industry_code": rules.industry_error, "contact_email": rules.email_error,
    "contact_phone": rules.phone_error,
}
CLEAN = {"credit_code": rules.credit_code, "industry_code": rules.industry}


@dataclass(frozen=True)
class Facts:
    """What a company says of itself; only business contact data."""

    name: str
    credit_code: str
    region_code: str
    industry_code: str
    contact_name: str
    contact_email: str
    contact_phone: str

    @classmethod
    def of(cls, company: Company) -> Facts:
        """The facts of a stored company."""
        return cls(**{each.name: getattr(company, each.name) for each in fields(cls)})

    def clean(self, changed: Container[str] = tuple(CHECKS)) -> Facts:
        """The facts as they are stored; raises WrongFields with every wrong one of `changed`."""
        values = asdict(self)
        wrong = [FieldError(name, code) for name in CHECKS
                 if name in changed and (code := CHECKS[name](values[name]))]
        if wrong:
            raise WrongFields(errors=wrong)
        return Facts(**{name: CLEAN.get(name, str)(text) if name in changed else text
                        for name, text in values.items()})


FIELDS = tuple(each.name for each in fields(Facts))


@dataclass(frozen=True)
class Person:
    """Who opens an account: name, business e-mail, password, language, the terms agreed to."""

    name: str
    email: str
    password: str
    language: str
    terms_version: str


def register(facts: Facts, person: Person, address: str) -> Member:
    """A firm registers; the person who does it is its first owner. It waits for verification.

    Raises WrongFields with every wrong field, TooManyAttempts.
    """
    login.count(person.email, address, "register")
    wrong = [FieldError("email", code)] if (code := rules.email_error(person.email)) else []
    wrong += consent_error(person.terms_version)
    if wrong:
        raise WrongFields(errors=wrong)
    facts = facts.clean()
    return _register(facts, person, passwords.new_hash(person.password, person.email))


@transactional
def _register(facts: Facts, person: Person, password_hash: str) -> Member:
    with unique(facts.credit_code, person.email):
        company = Company(**asdict(facts), state="pending", created_at=clock.now())
        db.session.add(company)
        db.session.flush()
        member = add_member(company.id, "owner", person, password_hash)
    actor = Actor(member.id, company.id, "owner")
    audit.record(actor, "company.register", "company", company.id)
    audit.record(actor, "member.consent", "member", member.id, version=person.terms_version)
    return member


def add_member(company_id: int | None, role: str, person: Person, password_hash: str) -> Member:
    """Store a new member who has agreed to the terms; for the use cases of this feature."""
    now = clock.now()
    member = Member(
        company_id=company_id, email=person.email, email_folded=folded(person.email),
        name=person.name, password_hash=password_hash, role=role, language=person.language,
        terms_version=person.terms_version, consented_at=now, created_at=now)
    db.session.add(member)
    db.session.flush()
    return member


def consent_error(version: str) -> list[FieldError]:
    """Wrong unless the newest terms were agreed to."""
    return [] if version == rules.TERMS_VERSION else [FieldError("terms_version", "consent")]


@contextmanager
def unique(credit_code: str | None, email: str | None) -> Iterator[None]:
    """Name the field that exists already, also when another transaction was quicker."""
    _refuse_taken(credit_code, email)
    try:
        with savepoint():
            yield
    except IntegrityError:
        _refuse_taken(credit_code, email)
        raise


def _refuse_taken(credit_code: str | None, email: str | None) -> None:
    wrong = []
    if credit_code and db.session.scalar(
            select(Company.id).where(Company.credit_code == credit_code)):
        wrong.append(FieldError("credit_code", "credit_code_taken"))
    if email and db.session.scalar(select(Member.id).where(Member.email_folded == folded(email))):
        wrong.append(FieldError("email", "email_taken"))
    if wrong:
        raise WrongFields(errors=wrong)


@transactional
def import_company(actor: Actor, facts: Facts) -> Company:
    """An operator enters a company from a list; it still waits for verification."""
    require(actor, "company.import")
    facts = facts.clean()
    with unique(facts.credit_code, None):
        company = Company(**asdict(facts), state="pending", created_at=clock.now())
        db.session.add(company)
        db.session.flush()
    audit.record(actor, "company.import", "company", company.id)
    return company


@transactional
def edit_company(actor: Actor, changes: dict[str, str], version: int) -> Company:
    """An owner corrects the company's facts; what was verified is then verified anew.

    Raises CompanyChanged when `version` is not the newest.
    """
    require(actor, "company.edit")
    company = locked(actor.company_id)
    if company.version != version:
        raise CompanyChanged(version=company.version)
    before = asdict(Facts.of(company))
    after = asdict(Facts(**(before | changes)).clean(changes))
    moved = after["credit_code"] != before["credit_code"]
    with unique(after["credit_code"] if moved else None, None):
        for name, value in after.items():
            setattr(company, name, value)
        db.session.flush()
    company.state = rules.state_after_edit(company.state, before, after)
    if company.state == "pending":
        company.verified_at = None
    company.version += 1
    audit.record(actor, "company.edit", "company", company.id,
                 fields=sorted(name for name in after if after[name] != before[name]))
    return company


@transactional
def review(actor: Actor, company_id: int, action: str, note: str = "") -> Company:
    """An operator verifies a company or rejects it with a reason; its owners get a mail."""
    require(actor, "company.verify")
    company = locked(company_id)
    state = rules.review(action, company.state)
    if state is None:
        raise NoSuchReview(state=company.state)
    if action == "reject" and not note.strip():
        raise WrongFields(errors=[FieldError("note", "required")])
    company.state, company.review_note = state, note.strip() or None
    company.verified_at = clock.now() if state == "verified" else None
    company.version += 1
    for owner in queries.owners(company.id):
        outbox.put("mail", {"kind": f"company_{state}", "member_id": owner.id})
    audit.record(actor, f"company.{action}", "company", company.id)
    return company


def locked(company_id: int | None) -> Company:
    """Lock a company's row, which its owners and facts are guarded by; raises CompanyNotFound."""
    rows = lock(Company, [company_id], Rank.COMPANY) if company_id is not None else []
    if not rows:
        raise CompanyNotFound(id=company_id)
    return rows[0]
