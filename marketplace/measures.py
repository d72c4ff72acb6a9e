"""What `/metrics` says of the market itself: steps of bookings as they are committed, and queues
as they are in the database at the moment of asking.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import has_request_context
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from marketplace.bookings.events import BookingChanged
from marketplace.bookings.models import Hold
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.events import on
from marketplace.core.outbox import OutboxMessage
from marketplace.core.transaction import after_commit, end_read
from marketplace.http import metrics
from marketplace.planning.models import PlanRun

if TYPE_CHECKING:
    from prometheus_client.core import Metric


@on(BookingChanged)
def count_step(event: BookingChanged) -> None:
    """A web process made or changed a booking; counted once that is committed."""
    if has_request_context():
        after_commit(lambda: metrics.meters().step(event.action, event.target))


def readings() -> Iterator[Metric]:
    """Holds, queues and the pool; `gongfang_database_up` alone says 0 when nothing can be read."""
    try:
        found = _measured(clock.now())
    except SQLAlchemyError:
        found = None
    finally:
        end_read()
    yield _gauge("database_up", "1 when the database answers.", 0 if found is None else 1)
    yield from found or ()
    if isinstance(db.engine.pool, QueuePool):
        most = db.engine.pool.size() + db.engine.pool._max_overflow
        yield _gauge("database_connections_limit", "Most connections of one process.", most)


def _measured(now: datetime) -> list[Metric]:
    """All that is read from tables."""
    due = (OutboxMessage.sent_at.is_(None), OutboxMessage.failed_at.is_(None),
           OutboxMessage.next_attempt_at <= now)
    oldest = db.session.scalar(select(func.min(OutboxMessage.created_at)).where(*due))
    return [
        _gauge("holds_live", "Holds that have not run out.",
               _count(Hold, Hold.state == "held", Hold.expires_at > now)),
        _gauge("outbox_due", "Messages that are due.", _count(OutboxMessage, *due)),
        _gauge("outbox_oldest_due_seconds", "Age of the oldest message that is due.",
               (now - oldest).total_seconds() if oldest else 0),
        _gauge("outbox_given_up", "Messages that were tried too often.",
               _count(OutboxMessage, OutboxMessage.sent_at.is_(None),
                      OutboxMessage.failed_at.is_not(None))),
        _gauge("plan_runs_queued", "Plans that wait for a worker.",
               _count(PlanRun, PlanRun.state == "queued")),
        _gauge("plan_runs_running", "Plans that a worker makes.",
               _count(PlanRun, PlanRun.state == "running"))]


def _count(model: Any, *conditions: ColumnElement[bool]) -> int:
    query: Select[int] = select(func.count()).select_from(model).where(*conditions)
    return db.session.scalar(query) or 0


def _gauge(name: str, words: str, value: float) -> Metric:
    from prometheus_client.core import GaugeMetricFamily
    return GaugeMetricFamily(f"gongfang_{name}", words, value=value)
