"""A form that takes effect once: the same form sent twice lands on the same page.

Every such form carries a random key made when its page was written. What counts is the key with
the address and the fields, so a form that was changed before it was sent again is a new deed. The
row is written in the transaction of the deed, in the table that the API's retry keys use: a second
send waits for the first and then goes where it went. A refusal leaves no row.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import redirect, request
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from werkzeug.wrappers import Response

from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import MissingIdempotencyKey
from marketplace.core.transaction import transaction
from marketplace.http.auth import actor
from marketplace.http.models import IdempotencyKey

P = ParamSpec("P")
FIELD = "once"   # the hidden field


def new_key() -> str:
    """A key for a form that is about to be shown."""
    return secrets.token_urlsafe(18)


def once(deed: Callable[P, str]) -> Callable[P, Response]:
    """Run a deed that returns where to go next, at most once for one form."""

    @wraps(deed)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response:
        if not 8 <= len(request.form.get(FIELD, "")) <= 80:
            raise MissingIdempotencyKey()
        who, key = actor().key, _digest()
        with transaction():
            row_id = _insert(who, key)
            if row_id is None:
                return redirect(_known(who, key), 303)
            location = deed(*args, **kwargs)
            db.session.get_one(IdempotencyKey, row_id).location = location
        return redirect(location, 303)

    return wrapper


def _digest() -> str:
    """The form as one name: its key, address and fields."""
    fields = sorted((name, value) for name, value in request.form.items(multi=True)
                    if name != "csrf_token")
    text = json.dumps([request.path, fields])
    return "form:" + hashlib.sha256(text.encode()).hexdigest()


def _insert(who: str, key: str) -> int | None:
    """Insert the row; None when it is there. Waits for a concurrent first to finish."""
    insert: Any = sqlite_insert if db.engine.dialect.name == "sqlite" else postgres_insert
    return db.session.scalar(
        insert(IdempotencyKey)
        .values(actor=who, key=key, fingerprint=key[5:], status=303, body="",
                created_at=clock.now())
        .on_conflict_do_nothing(index_elements=["actor", "key"]).returning(IdempotencyKey.id))


def _known(who: str, key: str) -> str:
    """Where the first send went."""
    return str(db.session.scalars(select(IdempotencyKey.location).where(
        IdempotencyKey.actor == who, IdempotencyKey.key == key)).one())
