"""Regular work on capacity: holds that ran out."""

from __future__ import annotations

from datetime import timedelta

from marketplace.capacity import services
from marketplace.core.tasks import task


@task(every=timedelta(seconds=30))
def expire_holds() -> int:
    """Set holds past their end to expired; they have been ignored since that moment anyway."""
    resources = services.expired_resources()
    for resource_id in resources:
        services.sweep_one(resource_id)
    return len(resources)
