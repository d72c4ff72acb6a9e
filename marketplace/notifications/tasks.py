"""Regular work on notices: those that nobody reads any more."""

from __future__ import annotations

from datetime import timedelta

from marketplace.core.tasks import task
from marketplace.notifications import inbox


@task(every=timedelta(hours=6))
def forget_old() -> int:
    """Delete notices older than a year, and the rows they were made from after a week."""
    return inbox.forget_old()
