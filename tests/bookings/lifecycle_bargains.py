"""The model's counter-offers to requests and wishes to move, in plain Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.bookings.lifecycle_model import REPLY, Model, Slot, opened, price

KEEP_OPEN = ("counter", "propose_move", "hand_over")   # steps that leave a proposal standing


@dataclass
class Bargain:
    """A proposal; `left`: what was left of the request's clock, which waits meanwhile."""

    booking: int
    by: str
    starts: datetime
    ends: datetime
    total: int
    answer_by: datetime
    left: timedelta | None = None
    state: str = "open"


@dataclass
class Offered:
    """What one side offers; None: as it is."""

    starts: datetime | None = None
    ends: datetime | None = None
    total: int | None = None


@dataclass
class Bargains(Model):
    """One proposal a booking is open at a time; nothing happens until the other side agrees."""

    proposals: dict[int, Bargain] = field(default_factory=dict)

    def open_of(self, booking_id: int) -> Bargain | None:
        """The open proposal about a booking."""
        return next((each for each in self.proposals.values()
                     if each.booking == booking_id and each.state == "open"), None)

    def superseded(self, slot: Slot) -> bool:
        """True when its firm's own last counter-offer is not taken back."""
        own = [row for _, row in sorted(self.proposals.items())
               if row.booking == slot.id and row.by == "buyer"]
        return bool(own) and own[-1].state != "withdrawn"

    def propose(self, booking_id: int, who: str, action: str, offered: Offered
                ) -> tuple[str, Bargain | None]:
        """What a `counter` or a `propose_move` must bring, and the proposal that is made."""
        slot = self.slots[booking_id]
        refused = self.against(slot, action, who)
        if refused:
            return refused, None
        starts = offered.starts or slot.starts
        same_end = offered.starts is None and offered.ends is None
        ends = slot.ends if same_end else offered.ends or starts + (slot.ends - slot.starts)
        total = price(starts, ends) if offered.total is None else offered.total
        moving = action == "propose_move"
        if moving and offered.total is None:
            total = min(total, slot.total)
        refused = self._unfit(slot, starts, ends, total, moving)
        if refused:
            return refused, None
        last = min(starts, slot.ends) if moving else starts
        return slot.state, Bargain(booking_id, self.side(slot, who), starts, ends, total,
                                   min(self.now + REPLY, last),
                                   None if moving else self._left(slot))

    def _unfit(self, slot: Slot, starts: datetime, ends: datetime, total: int,
               moving: bool) -> str:
        """Why this cannot be proposed: a price, nothing new, or no room."""
        if starts < self.now or not opened(starts, ends):
            return "broken"
        same = (starts, ends) == (slot.starts, slot.ends)
        if total < 0 or (moving and total > slot.total) or (
                same and (moving or (total == slot.total and not self.superseded(slot)))):
            return "unfit"
        return "" if self.free(starts, ends, but=(("booking", slot.id),)) else "taken"

    def _left(self, slot: Slot) -> timedelta | None:
        former = self.open_of(slot.id)
        if former is not None:
            return former.left
        return (slot.answer_by or slot.starts) - self.now

    def proposed(self, proposal_id: int, made: Bargain, action: str) -> None:
        """A proposal was made; the one that was open gives way."""
        former = self.open_of(made.booking)
        if former is not None:
            former.state = "withdrawn" if former.by == made.by else "declined"
        self.proposals[proposal_id] = made
        if action == "counter":
            self.slots[made.booking].answer_by = None
        self.log.append((f"booking.{action}", made.booking))

    def unanswerable(self, proposal_id: int, who: str, verb: str) -> str:
        """Why somebody cannot accept, decline or take back a proposal; "" where one can."""
        row = self.proposals[proposal_id]
        side = self.side(self.slots[row.booking], who)
        if who == "operator" or not side:
            return "forbidden" if who == "operator" else "unknown"
        if (row.by == side) != (verb == "withdraw"):
            return "not yours"
        if row.state != "open" or (verb != "withdraw" and row.answer_by <= self.now):
            return "over"
        return ""

    def answer(self, proposal_id: int, who: str, verb: str) -> str:
        """What accepting, declining or withdrawing must bring: the booking's state, or why not."""
        refused = self.unanswerable(proposal_id, who, verb)
        row = self.proposals[proposal_id]
        slot = self.slots[row.booking]
        if refused:
            return refused
        if verb == "accept":
            return self._agree(row, slot)
        self._close(row, slot, {"decline": "declined", "withdraw": "withdrawn"}[verb])
        return slot.state

    def _agree(self, row: Bargain, slot: Slot) -> str:
        if not self.free(row.starts, row.ends, but=(("booking", slot.id),)):
            return "taken"
        row.state = "accepted"
        slot.starts, slot.ends, slot.total = row.starts, row.ends, row.total
        self.confirm(slot)
        self.overtaken(slot, "agree")
        self.decline_rivals(slot)
        return "confirmed"

    def _close(self, row: Bargain, slot: Slot, state: str) -> None:
        """Without a step a request's own clock runs on with what was left of it."""
        row.state = state
        if slot.state == "requested" and row.left is not None:
            slot.answer_by = min(self.now + row.left, slot.starts)
        self.log.append((f"proposal.{state}", slot.id))

    def expire_proposals(self) -> None:
        """The timers looked: proposals that nobody answered in time are over."""
        for row in self.proposals.values():
            if row.state == "open" and row.answer_by <= self.now:
                self._close(row, self.slots[row.booking], "expired")

    def overtaken(self, slot: Slot, action: str) -> None:
        """A step of the booking leaves nothing to accept."""
        super().overtaken(slot, action)
        row = self.open_of(slot.id)
        if row is not None and action not in KEEP_OPEN:
            row.state = "withdrawn"

    def moments(self) -> set[datetime]:
        """When something begins, ends or runs out."""
        return super().moments() | {row.answer_by for row in self.proposals.values()
                                    if row.state == "open"}
