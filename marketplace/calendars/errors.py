"""What calendars refuse. What is wrong with a file or an address is a code with its place."""

from __future__ import annotations

from typing import Any

from marketplace.core.errors import Conflict, FieldError, Invalid, LimitExceeded, NotFound


class FeedNotFound(NotFound):
    """No such calendar address of this member, or it was revoked."""

    code = "calendar_feed_not_found"


class SourceNotFound(NotFound):
    """No such foreign calendar on a resource of this company."""

    code = "calendar_source_not_found"


class TooManyCalendars(Conflict):
    """As many calendars as there may be."""

    code = "too_many_calendars"


class NoAddress(Conflict):
    """An uploaded calendar has no address to be read from."""

    code = "calendar_no_address"


class CalendarTooOften(LimitExceeded):
    """A calendar address was read too often, or foreign ones were fetched too often."""

    code = "calendar_too_often"


class CalendarRefused(Invalid):
    """A calendar that cannot be taken; `wrong` says what and where."""

    code = "calendar_refused"

    def __init__(self, where: str, reason: str, **params: Any) -> None:
        self.wrong = FieldError(where, f"calendar_{reason}", **params)
        super().__init__(errors=[self.wrong])


def unreadable(reason: str, **params: Any) -> CalendarRefused:
    """What is wrong inside a file: its line, or the event that begins on it."""
    return CalendarRefused("ics", reason, **params)


def unreachable(reason: str, **params: Any) -> CalendarRefused:
    """What is wrong with an address or with what answers there."""
    return CalendarRefused("url", reason, **params)
