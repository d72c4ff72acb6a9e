"""News of resources, handled higher up in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LanesChanged:
    """A new resource, or one whose number of lanes is another now; its row is locked or new."""

    resource_id: int
    lanes: int
