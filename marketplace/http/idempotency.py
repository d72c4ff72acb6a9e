"""A retry is safe: the first success of a key is stored with its effect, and replayed.

Only successes are stored. A refusal leaves no row, so the same key is judged afresh; the same key
with another body is refused. (IETF draft-ietf-httpapi-idempotency-key-header-07.)
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, ParamSpec

from flask import Response, make_response, request
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import Invalid, MissingIdempotencyKey
from marketplace.core.transaction import transaction
from marketplace.http.auth import actor
from marketplace.http.describe import describe
from marketplace.http.models import IdempotencyKey

P = ParamSpec("P")
KEY = re.compile("[A-Za-z0-9_.:-]{1,80}")
_TABLE: Any = IdempotencyKey.__table__
STORE = (update(_TABLE).where(_TABLE.c.id == bindparam("row"))
         .values(status=bindparam("code"), body=bindparam("answer"),
                 location=bindparam("place")))


class KeyReused(Invalid):
    """The same key came with another request."""

    code = "idempotency_key_reused"


class KeyMalformed(Invalid):
    """A key is 1 to 80 letters, digits and `_.:-`."""

    code = "idempotency_key_malformed"


def idempotent(view: Callable[P, Any]) -> Callable[P, Response]:
    """Open the outermost transaction, run the view, render and store its answer inside it."""
    return _wrap(view, required=True)


def repeatable(view: Callable[P, Any]) -> Callable[P, Response]:
    """The same for a POST that takes no capacity: the key is honoured where it is sent."""
    return _wrap(view, required=False)


def _wrap(view: Callable[P, Any], required: bool) -> Callable[P, Response]:
    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response:
        key, who = _key(required), actor().key
        if key is None:
            with transaction():
                return make_response(view(*args, **kwargs))
        fingerprint = _fingerprint()
        with transaction():
            row_id = _insert(who, key, fingerprint)
            if row_id is None:
                return _replay(who, key, fingerprint)
            response = make_response(view(*args, **kwargs))
            db.session.execute(STORE, {
                "row": row_id, "answer": response.get_data(as_text=True),
                "code": response.status_code, "place": response.headers.get("Location")})
        return response

    describe(wrapper, parameters=[{
        "in": "header", "name": "Idempotency-Key", "required": required,
        "description": "Makes a retry safe: the first success of a key is replayed.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,80}$"}}])
    return wrapper


def _key(required: bool) -> str | None:
    key = request.headers.get("Idempotency-Key", "").strip('"')
    if not key and not required:
        return None
    if not key:
        raise MissingIdempotencyKey()
    if not KEY.fullmatch(key):
        raise KeyMalformed()
    return key


def _fingerprint() -> str:
    """Method, path and the JSON body without its spelling."""
    body = json.dumps(request.get_json(silent=True), sort_keys=True)
    return hashlib.sha256(f"{request.method} {request.path}\n{body}".encode()).hexdigest()


def _insert(who: str, key: str, fingerprint: str) -> int | None:
    """Insert the key's row; None when it exists. Waits for a concurrent first to finish."""
    found: int | None = db.session.scalar(_inserting(db.engine.dialect.name), {
        "actor": who, "key": key, "fingerprint": fingerprint, "status": 0, "body": "",
        "created_at": clock.now()})
    return found


@cache
def _inserting(engine: str) -> Any:
    """Written once."""
    insert: Any = sqlite_insert if engine == "sqlite" else postgres_insert
    return (insert(_TABLE).on_conflict_do_nothing(index_elements=["actor", "key"])
            .returning(_TABLE.c.id))


def _replay(who: str, key: str, fingerprint: str) -> Response:
    row = db.session.scalars(select(IdempotencyKey).where(
        IdempotencyKey.actor == who, IdempotencyKey.key == key)).one()
    if row.fingerprint != fingerprint:
        raise KeyReused()
    headers = {"Idempotency-Replayed": "true"}
    if row.location:
        headers["Location"] = row.location
    return Response(row.body, row.status, headers, mimetype="application/json")
