"""Regular work on capacity: holds that ran out, facts whose rest nobody has claimed yet."""

from __future__ import annotations

from datetime import timedelta

from marketplace.capacity import blocks, queries, services
from marketplace.core.tasks import task


@task(every=timedelta(seconds=30))
def expire_holds() -> int:
    """Set holds past their end to expired; they have been ignored since that moment anyway."""
    resources = queries.expired_resources()
    for resource_id in resources:
        services.sweep_one(resource_id)
    return len(resources)


@task(every=timedelta(hours=1))
def block_facts() -> int:
    """Claim the free rest of facts that came without it; reads have subtracted them all along."""
    resources = blocks.resources_down()
    for resource_id in resources:
        blocks.fill_one(resource_id)
    return len(resources)
