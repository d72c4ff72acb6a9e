"""Regular work on calendars: foreign ones are read again."""

from __future__ import annotations

import logging
from datetime import timedelta

from marketplace.calendars import queries, sources
from marketplace.calendars.errors import SourceNotFound
from marketplace.core.errors import Unavailable
from marketplace.core.tasks import task

log = logging.getLogger("marketplace.calendars")


@task(every=timedelta(minutes=15))
def refetch() -> int:
    """Look at every foreign calendar that is due, each in a transaction of its own.

    One that we stumble over is put off like one that does not answer: it holds nobody up.
    """
    done = 0
    for source_id in queries.due_sources():
        try:
            done += sources.refresh(source_id)
        except SourceNotFound:   # given up since it was listed
            continue
        except Unavailable as busy:   # it is still due the next time
            log.warning("calendar %s: %r", source_id, busy)
        except Exception:
            log.exception("calendar %s cannot be read", source_id)
            sources.put_off(source_id)
    return done
