"""Regular work on calendars: foreign ones are read again."""

from __future__ import annotations

from datetime import timedelta

from marketplace.calendars import queries, sources
from marketplace.calendars.errors import SourceNotFound
from marketplace.core.tasks import task


@task(every=timedelta(minutes=15))
def refetch() -> int:
    """Look at every foreign calendar that is due, each in a transaction of its own."""
    done = 0
    for source_id in queries.due_sources():
        try:
            done += sources.refresh(source_id)
        except SourceNotFound:   # given up since it was listed
            continue
    return done
