"""What several bookings at once refuse."""

from __future__ import annotations

from marketplace.core.errors import Conflict


class TotalAbove(Conflict):
    """All together cost more than the asker's ceiling."""

    code = "total_above"
