"""The platform's staff: made by a command of whoever runs the service, never over HTTP."""

from __future__ import annotations

from marketplace.accounts import passwords, rules
from marketplace.accounts.errors import WrongFields
from marketplace.accounts.models import Member
from marketplace.accounts.services import Person, add_member, unique
from marketplace.core import audit
from marketplace.core.actor import SYSTEM
from marketplace.core.errors import FieldError
from marketplace.core.transaction import transactional


def create_operator(person: Person) -> Member:
    """Open an operator's account. Raises WrongFields."""
    wrong = rules.email_error(person.email)
    if wrong:
        raise WrongFields(errors=[FieldError("email", wrong)])
    return _create(person, passwords.new_hash(person.password, person.email))


@transactional
def _create(person: Person, password_hash: str) -> Member:
    with unique(None, person.email):
        member = add_member(None, "operator", person, password_hash)
    audit.record(SYSTEM, "operator.create", "member", member.id)
    return member
