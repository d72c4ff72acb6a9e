"""Rate limits: log-in attempts counted in the database, token traffic in each worker's memory."""

from __future__ import annotations

import time
from datetime import timedelta

from flask import Flask, current_app, g
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import LimitExceeded
from marketplace.core.transaction import transaction, transactional
from marketplace.http.models import RateCounter


class TooManyAttempts(LimitExceeded):
    """Too many log-in attempts; wait."""

    code = "too_many_attempts"


class TooManyRequests(LimitExceeded):
    """Too many requests with this token."""

    code = "too_many_requests"


def count_attempt(key: str, limit: int, window: timedelta) -> None:
    """Count one attempt in its own transaction; raises TooManyAttempts above the limit.

    Call it before hashing a password: a refused attempt must cost nothing.
    """
    with transaction():
        now = clock.now()
        insert = sqlite_insert if db.engine.dialect.name == "sqlite" else postgres_insert
        db.session.execute(delete(RateCounter).where(RateCounter.key == key,
                                                     RateCounter.expires_at <= now))
        count = db.session.scalar(
            insert(RateCounter).values(key=key, count=1, expires_at=now + window)
            .on_conflict_do_update(index_elements=["key"],
                                   set_={"count": RateCounter.count + 1})
            .returning(RateCounter.count))
        ends = db.session.scalar(select(RateCounter.expires_at).where(RateCounter.key == key))
    if count is not None and count > limit:
        raise TooManyAttempts(seconds=int((ends - now).total_seconds()) + 1 if ends else 60)


@transactional
def sweep() -> None:
    """Forget counters whose window is over."""
    db.session.execute(delete(RateCounter).where(RateCounter.expires_at <= clock.now()))


def init_app(app: Flask, per_minute: int) -> None:
    """Limit requests per token and process; 0 lifts the limit."""
    buckets: dict[int, tuple[float, int]] = {}
    app.extensions["token_buckets"] = buckets

    @app.after_request
    def remaining(response):  # type: ignore[no-untyped-def]
        if "rate_remaining" in g:
            response.headers["RateLimit-Remaining"] = str(g.rate_remaining)
        return response

    app.extensions["token_limit"] = per_minute


def count_token(token_id: int) -> None:
    """Count one request of a token in this minute; raises TooManyRequests above the limit."""
    limit = current_app.extensions["token_limit"]
    if not limit:
        return
    buckets = current_app.extensions["token_buckets"]
    minute, count = buckets.get(token_id, (0, 0))
    now = int(time.monotonic() // 60)
    count = count + 1 if minute == now else 1
    buckets[token_id] = (now, count)
    g.rate_remaining = max(0, limit - count)
    if count > limit:
        raise TooManyRequests(seconds=60)
