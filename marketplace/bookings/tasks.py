"""Regular work on bookings: answers that are overdue."""

from __future__ import annotations

from datetime import timedelta

from marketplace.bookings import queries, steps
from marketplace.bookings.errors import IllegalTransition
from marketplace.core.tasks import task


@task(every=timedelta(seconds=30))
def answer_overdue() -> int:
    """Let requests lapse, note who did not come, and take silence after delivery as acceptance."""
    done = 0
    for booking_id, state in queries.overdue():
        try:
            steps.overdue(booking_id, state)
        except IllegalTransition:   # somebody answered between the look and the lock
            continue
        done += 1
    return done
