"""How often calendars are read: by whom they are read, and by us."""

from __future__ import annotations

from datetime import timedelta

from marketplace.calendars.errors import CalendarTooOften
from marketplace.core.actor import Actor
from marketplace.http.limits import TooManyAttempts, count_attempt

READS, READ_WINDOW = 60, timedelta(minutes=5)         # of one address
WRONG, WRONG_WINDOW = 60, timedelta(minutes=5)        # unknown secrets from one network address
FETCHES, FETCH_WINDOW = 60, timedelta(hours=1)        # that a company asks for


def count_read(feed_id: int) -> None:
    """Count one look at a calendar address; raises CalendarTooOften."""
    _count(f"calendar:{feed_id}", READS, READ_WINDOW)


def count_wrong(address: str) -> None:
    """Count one look at an address that is none; raises CalendarTooOften."""
    _count(f"calendar-wrong:{address[:80]}", WRONG, WRONG_WINDOW)


def count_fetch(actor: Actor) -> None:
    """Count one foreign calendar that a company has us read; raises CalendarTooOften."""
    _count(f"calendar-fetch:{actor.company_id}", FETCHES, FETCH_WINDOW)


def _count(key: str, most: int, window: timedelta) -> None:
    try:
        count_attempt(key, most, window)
    except TooManyAttempts as refusal:
        raise CalendarTooOften(**refusal.params) from refusal
