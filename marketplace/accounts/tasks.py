"""Regular work on accounts: addresses and links that have served their purpose."""

from __future__ import annotations

from datetime import timedelta

from marketplace.accounts import privacy
from marketplace.core.tasks import task


@task(every=timedelta(hours=1))
def forget_links() -> int:
    """Delete dead reset links, and the addresses in invitations that can no longer be accepted."""
    return privacy.forget_links()
