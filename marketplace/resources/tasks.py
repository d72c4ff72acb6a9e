"""Regular work on resources: the rolling table of opening intervals."""

from __future__ import annotations

from datetime import timedelta

from marketplace import config
from marketplace.core.tasks import task
from marketplace.resources import openings

BATCH = 50   # resources a transaction: it holds SQLite's only write lock


@task(every=timedelta(hours=1))
def roll_openings() -> int:
    """Rebuild the opening intervals from the rules, as far ahead as the settings say."""
    ids = openings.all_ids()
    for first in range(0, len(ids), BATCH):
        openings.rebuild(ids[first:first + BATCH], config.current().opening_days)
    return len(ids)
