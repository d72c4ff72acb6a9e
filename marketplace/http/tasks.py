"""Regular work of HTTP: what was remembered long enough."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select

from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.tasks import task
from marketplace.core.transaction import transactional
from marketplace.http import limits
from marketplace.http.models import IdempotencyKey, RateCounter

KEEP = timedelta(days=30)   # how long a retry is answered with the first answer
BATCH = 1000


@task(every=timedelta(minutes=5))
def forget_rates() -> int:
    """Forget attempt counters whose window is over."""
    over = db.session.scalar(select(func.count()).select_from(RateCounter)
                             .where(RateCounter.expires_at <= clock.now()))
    if over:
        limits.sweep()
    return over or 0


@task(every=timedelta(hours=1))
def forget_keys() -> int:
    """Forget idempotency keys older than thirty days, a batch a transaction."""
    total = 0
    while count := _forget_batch():
        total += count
    return total


@transactional
def _forget_batch() -> int:
    old = list(db.session.scalars(select(IdempotencyKey.id)
                                  .where(IdempotencyKey.created_at < clock.now() - KEEP)
                                  .order_by(IdempotencyKey.id).limit(BATCH)))
    if old:
        db.session.execute(delete(IdempotencyKey).where(IdempotencyKey.id.in_(old)))
    return len(old)
