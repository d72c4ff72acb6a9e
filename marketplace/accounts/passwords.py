"""Passwords: argon2id, a few at a time, always outside a transaction."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from marketplace.accounts.errors import HashingBusy, WrongFields
from marketplace.accounts.rules import PASSWORD_LENGTH, password_error
from marketplace.core import transaction
from marketplace.core.errors import FieldError

# OWASP's second choice for argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
AT_ONCE = 2          # hashes running in one process; the others wait
PATIENCE = 5.0       # seconds they wait before they are told to come back
_turns = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def _turn() -> Iterator[None]:
    """One of the few places to hash; raises HashingBusy when none comes free in time."""
    if transaction.active():
        raise RuntimeError("hash passwords before the transaction: it would hold its locks")
    if not _turns.acquire(timeout=PATIENCE):
        raise HashingBusy()
    try:
        yield
    finally:
        _turns.release()


def new_hash(password: str, email: str, field: str = "password") -> str:
    """The hash of a new password; raises WrongFields when it breaks a rule."""
    wrong = password_error(password, email)
    if wrong:
        least, most = PASSWORD_LENGTH
        raise WrongFields(errors=[FieldError(field, wrong, least=least, most=most)])
    with _turn():
        return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Check a password; without a hash the same work is done and the answer is no."""
    if len(password) > PASSWORD_LENGTH[1]:
        password, password_hash = "", None
    with _turn():
        try:
            right = _hasher.verify(password_hash or _nobody(), password)
        except (VerificationError, InvalidHashError):
            return False
    return right and password_hash is not None


@cache
def _nobody() -> str:
    """The hash that unknown addresses are checked against."""
    return _hasher.hash("nobody has this password")
