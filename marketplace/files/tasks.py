"""Regular work on files: bytes that no row names."""

from __future__ import annotations

from datetime import timedelta

from marketplace.core.tasks import task
from marketplace.files import services


@task(every=timedelta(hours=1))
def sweep_blobs() -> int:
    """Delete orphaned and half-written blobs older than an hour."""
    return services.sweep()
