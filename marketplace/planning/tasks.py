"""Regular work on plans: runs whose workers died and that nobody may take again."""

from __future__ import annotations

from datetime import timedelta

from marketplace.core.tasks import task
from marketplace.planning import runs


@task(every=timedelta(seconds=30))
def give_up_lost_runs() -> int:
    """End runs that lost their last worker, so that a firm does not wait for nobody."""
    return sum(runs.give_up(run_id) for run_id in runs.lost())
