"""What series refuse."""

from __future__ import annotations

from marketplace.core.errors import Conflict, Invalid, NotFound


class SeriesInvalid(Invalid):
    """The recurrence rule is none, or none that we follow; its field says why."""

    code = "series_invalid"


class SeriesNotOffered(Invalid):
    """The listing takes no series."""

    code = "series_not_offered"
    negotiable = True


class SeriesNotFound(NotFound):
    """No such series of this company."""

    code = "series_not_found"


class SeriesNotFree(Conflict):
    """None of the times can be booked, or not all of them where all were asked for.

    `start`: of the first that cannot.
    """

    code = "series_not_free"
    negotiable = True


class SeriesEnded(Conflict):
    """The series is cancelled."""

    code = "series_ended"
