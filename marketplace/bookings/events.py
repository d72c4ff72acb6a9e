"""News of bookings, handled in the same transaction by whoever cares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class BookingChanged:
    """A booking was made or made a step; `side` did it. Its row has been flushed.

    `member_id`: who did it, None for the system. `fee`: what the step costs the firm, in fen.
    """

    booking_id: int
    action: str
    source: str      # "" when it was made
    target: str
    side: str
    member_id: int | None = None
    fee: int = 0


@dataclass(frozen=True)
class HoldEnded:
    """A hold was booked or given back; one that runs out is `capacity.services.HoldExpired`."""

    hold_id: int
    state: str


@dataclass(frozen=True)
class WaitlistOffered:
    """A slot that got free is held for who waited for it, up to `until`."""

    entry_id: int
    hold_id: int
    member_id: int
    until: datetime


@dataclass(frozen=True)
class WaitlistPassed:
    """An offer ran out or was given back: the slot goes to the next who waits for it."""

    entry_id: int
    member_id: int


@dataclass(frozen=True)
class ProposalMade:
    """One side proposes another price or time; the other has until the proposal's `answer_by`."""

    proposal_id: int
    booking_id: int
    by_side: str
    purpose: str     # counter | move


@dataclass(frozen=True)
class ProposalAnswered:
    """A proposal ended: accepted, declined, expired or withdrawn; `side` did it."""

    proposal_id: int
    booking_id: int
    state: str
    side: str
