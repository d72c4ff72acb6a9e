"""Regular work on bookings: answers that are overdue, lines that moved."""

from __future__ import annotations

from datetime import timedelta

from marketplace.bookings import (
    answers,
    proposal_queries,
    queries,
    steps,
    waitlist,
    waitlist_queries,
)
from marketplace.bookings.errors import IllegalTransition
from marketplace.core.errors import Stale
from marketplace.core.tasks import task


@task(every=timedelta(seconds=30))
def answer_overdue() -> int:
    """Let requests lapse, note who did not come, and take silence after delivery as acceptance."""
    done = 0
    for booking_id, state in queries.overdue():
        try:
            steps.overdue(booking_id, state)
        except (IllegalTransition, Stale):   # somebody was quicker than our look and lock
            continue
        done += 1
    return done


@task(every=timedelta(minutes=1))
def close_waitlist() -> int:
    """Nobody waits for a slot that has begun."""
    return sum(waitlist.close_over(each) for each in waitlist_queries.resources_with_begun())


@task(every=timedelta(minutes=15))
def offer_waitlist() -> int:
    """Offer what got free by more than a claim let go: longer hours, more lanes, a new rule."""
    return sum(waitlist.offer_freed(each) for each in waitlist_queries.resources_waited_for())


@task(every=timedelta(seconds=30))
def proposals_overdue() -> int:
    """Let proposals lapse that nobody answered in time."""
    return sum(answers.expire(each) for each in proposal_queries.overdue())
