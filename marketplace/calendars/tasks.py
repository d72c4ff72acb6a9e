"""Regular work on calendars: foreign ones are read again."""

from __future__ import annotations

import logging
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta

from marketplace.calendars import queries, sources
from marketplace.calendars.errors import CalendarRefused, SourceNotFound
from marketplace.calendars.sources import Taken
from marketplace.core.actor import SYSTEM
from marketplace.core.errors import Unavailable
from marketplace.core.tasks import task

AT_ONCE = 8       # calendars that are fetched and read at the same time
LONGEST = 600.0   # seconds after which none is begun; what is left is the longest due next time
log = logging.getLogger("marketplace.calendars")


@task(every=timedelta(minutes=15))
def refetch() -> int:
    """Look at every foreign calendar that is due, the longest due first; how many were read.

    Threads of their own fetch and read, so a slow server holds up none but itself. What they
    found is written here, each in a transaction of its own.
    """
    due, looks, done = queries.due_sources(), dict[Future[Taken], int](), 0
    over = time.monotonic() + LONGEST
    with ThreadPoolExecutor(AT_ONCE) as threads:
        while due or looks:
            while due and len(looks) < AT_ONCE:
                source_id = due.pop(0)
                if (look := _begun(threads, source_id)) is not None:
                    looks[look] = source_id
            for look in wait(looks, return_when=FIRST_COMPLETED).done:
                done += _kept(looks.pop(look), look)
            if time.monotonic() > over:
                due.clear()
    return done


def _begun(threads: ThreadPoolExecutor, source_id: int) -> Future[Taken] | None:
    try:
        return threads.submit(sources.look, sources.question(SYSTEM, source_id))
    except SourceNotFound:   # given up since it was listed
        return None


def _kept(source_id: int, look: Future[Taken]) -> bool:
    """Write down what was read, or why it was not; False then.

    One that we stumble over is put off like one that does not answer: it holds nobody up.
    """
    try:
        try:
            sources.take(SYSTEM, source_id, look.result())
            return True
        except CalendarRefused as refusal:
            sources.fail(source_id, refusal)
    except SourceNotFound:   # given up meanwhile
        pass
    except Unavailable as busy:   # it is still due the next time
        log.warning("calendar %s: %r", source_id, busy)
    except Exception:
        log.exception("calendar %s cannot be read", source_id)
        sources.put_off(source_id)
    return False
