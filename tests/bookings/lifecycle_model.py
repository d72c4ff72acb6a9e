"""What bookings promise, in plain Python: one machine of one lane, no database, no product code.

The state machine compares the product with this after every step. `TABLE` is written by hand and
not read from the product, so that a wrong row there is a difference here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
EARLY, REPLY, ACCEPT, HOLD = HOUR, 3 * HOUR, timedelta(days=2), timedelta(minutes=10)
GRACE, BUFFER = timedelta(minutes=30), timedelta(minutes=15)
OPENS, CLOSES = 8, 20

# (state, action): (next state, sides, when)
TABLE = {
    ("requested", "approve"): ("confirmed", "seller", "open"),
    ("requested", "decline"): ("declined", "seller", ""),
    ("requested", "cancel"): ("cancelled", "buyer", ""),
    ("confirmed", "cancel"): ("cancelled", "buyer seller", "before start"),
    ("confirmed", "check_in"): ("checked_in", "buyer seller", "within grace"),
    ("confirmed", "no_show"): ("no_show", "seller", "after grace"),
    ("confirmed", "start"): ("running", "seller", "work time"),
    ("checked_in", "start"): ("running", "seller", ""),
    ("checked_in", "abort"): ("cancelled", "seller", ""),
    ("checked_in", "deliver"): ("delivered", "seller", ""),
    ("running", "abort"): ("cancelled", "seller", ""),
    ("running", "deliver"): ("delivered", "seller", ""),
    ("delivered", "accept"): ("accepted", "buyer", ""),
    ("delivered", "dispute"): ("disputed", "buyer", "open"),
}
ACTIONS = sorted({action for _, action in TABLE})
LIVE = ("confirmed", "checked_in", "running")
LAPSES = {"requested": "expired", "confirmed": "no_show", "delivered": "accepted"}


@dataclass
class Slot:
    """A booking: `until` is where its claim ends now, None where it has none."""

    state: str
    starts: datetime
    ends: datetime
    until: datetime | None = None
    answer_by: datetime | None = None


@dataclass
class Model:
    """The machine, its clock, who holds it and what is known to keep it from working."""

    now: datetime
    approval: bool = False
    slots: dict[int, Slot] = field(default_factory=dict)
    held: tuple[int, datetime, datetime, datetime] | None = None   # id, starts, ends, expires
    facts: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)

    def live_hold(self) -> tuple[int, datetime, datetime, datetime] | None:
        """The hold, unless it has run out."""
        return self.held if self.held and self.held[3] > self.now else None

    def free(self, starts: datetime, ends: datetime, *, but_hold: bool = False,
             but: int = 0) -> bool:
        """True when nothing with its buffer touches the work with its buffer."""
        taken = [(slot.starts, slot.until + BUFFER) for id_, slot in self.slots.items()
                 if slot.until is not None and id_ != but]
        hold = None if but_hold else self.live_hold()
        taken += [(hold[1], hold[2] + BUFFER)] if hold else []
        taken += list(self.facts.values())
        return not any(first < ends + BUFFER and last > starts for first, last in taken)

    def book_hold(self) -> str:
        """What booking the hold must bring; a breakdown since then refuses it."""
        if self.live_hold() is None or self.now >= self.held[1]:
            return "over"
        if self.approval:
            return "requested"
        _, starts, ends, _ = self.held
        hit = any(first < ends + BUFFER and last > starts for first, last in self.facts.values())
        return "taken" if hit else "confirmed"

    def ask(self, starts: datetime, ends: datetime) -> str:
        """What asking for a slot must bring: a state, `taken` or `broken`."""
        if starts < self.now:
            return "broken"
        if self.approval:
            return "requested"
        return "confirmed" if self.free(starts, ends) else "taken"

    def add(self, booking_id: int, state: str, starts: datetime, ends: datetime) -> None:
        """A booking was made."""
        slot = Slot(state, starts, ends)
        if state == "requested":
            slot.answer_by = min(self.now + REPLY, starts)
        else:
            self._confirm(slot)
        self.slots[booking_id] = slot

    def _confirm(self, slot: Slot) -> None:
        slot.state, slot.until = "confirmed", slot.ends
        slot.answer_by = min(slot.starts + GRACE, slot.ends)

    def _when(self, slot: Slot, rule: str) -> bool:
        grace = min(slot.starts + GRACE, slot.ends)
        answerable = slot.answer_by is None or self.now < slot.answer_by
        return {"": True, "before start": self.now < slot.starts,
                "open": answerable and (slot.state != "requested" or self.now < slot.starts),
                "within grace": slot.starts - EARLY <= self.now < grace,
                "after grace": self.now >= grace,
                "work time": slot.starts - EARLY <= self.now < slot.ends}[rule]

    def act(self, booking_id: int, action: str, side: str) -> str:
        """What a step must bring: the new state, `illegal` or, for an approval, `taken`."""
        slot = self.slots[booking_id]
        target, sides, rule = TABLE.get((slot.state, action), ("", "", ""))
        if side not in sides.split() or not self._when(slot, rule):
            return "illegal"
        if action == "approve":
            return self._approve(slot)
        self._leave(slot, target)
        return target

    def move(self, booking_id: int, starts: datetime, ends: datetime) -> str:
        """What moving a booking must bring; its own old time does not stand in the way."""
        slot = self.slots[booking_id]
        if starts < self.now:
            return "broken"
        if self.approval:
            return "approval"
        if slot.state != "confirmed" or self.now >= slot.starts:
            return "illegal"
        if not self.free(starts, ends, but=booking_id):
            return "taken"
        slot.starts, slot.ends = starts, ends
        self._confirm(slot)
        return "confirmed"

    def _approve(self, slot: Slot) -> str:
        if not self.free(slot.starts, slot.ends):
            return "taken"
        self._confirm(slot)
        for rival in self.slots.values():
            near = (rival.starts < slot.ends + 24 * HOUR and rival.ends > slot.starts - 24 * HOUR)
            if rival.state == "requested" and near and not self.free(rival.starts, rival.ends):
                rival.state, rival.answer_by = "declined", None
        return "confirmed"

    def _leave(self, slot: Slot, target: str) -> None:
        slot.state = target
        slot.answer_by = self.now + ACCEPT if target == "delivered" else None
        if target in LIVE or slot.until is None:
            return
        if self.now <= slot.starts:
            slot.until = None
        elif self.now < slot.until:
            slot.until = self.now

    def lapse(self) -> None:
        """The timers looked: what is overdue has lapsed."""
        for slot in self.slots.values():
            if slot.answer_by is not None and slot.answer_by <= self.now and (
                    slot.state in LAPSES):
                self._leave(slot, LAPSES[slot.state])
                slot.answer_by = self.now + ACCEPT if slot.state == "delivered" else None
