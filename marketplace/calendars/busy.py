"""What is asked of a foreign calendar, and what it says (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.core.timewindow import TimeWindow


@dataclass(frozen=True)
class Asked:
    """How to read: the zone of times that name none, the host of our own names, and the span."""

    zone: str
    host: str
    span: TimeWindow


@dataclass(frozen=True, order=True)
class Busy:
    """One occurrence of a foreign event."""

    uid: str
    window: TimeWindow


@dataclass(frozen=True)
class Reading:
    """What a calendar says: its busy time, and what was left out; `text` is worth keeping."""

    busy: Sequence[Busy]
    ours: int
    text: str
