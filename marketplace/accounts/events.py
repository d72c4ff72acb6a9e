"""News of accounts, handled in the same transaction by whoever cares."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MemberErased:
    """A member's personal data are gone; what other features keep for it goes with them."""

    member_id: int
