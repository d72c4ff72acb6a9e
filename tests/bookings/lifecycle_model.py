"""What bookings promise, in plain Python: one machine of one lane, no database, no product code.

The state machine compares the product with this after every step. `TABLE` is written by hand and
not read from the product, so that a wrong row there is a difference here. Every rule answers with
one word what must come of it: a state, or why it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
EARLY, REPLY, ACCEPT, HOLD = HOUR, 3 * HOUR, timedelta(days=2), timedelta(minutes=10)
GRACE, BUFFER = timedelta(minutes=30), timedelta(minutes=15)
OPENS, CLOSES = 8, 20
RATE = 12000   # fen an hour

# who: whose people they are
FIRM = {"buyer": "buyer", "colleague": "buyer", "viewer": "buyer", "rival": "rival",
        "seller": "seller", "operator": ""}
MEMBERS = ("buyer", "colleague", "rival")   # who may book
SIDES = (*MEMBERS, "seller", "operator")

# (state, action): (next state, sides, when)
TABLE = {
    ("requested", "approve"): ("confirmed", "seller", "open"),
    ("requested", "decline"): ("declined", "seller", ""),
    ("requested", "cancel"): ("cancelled", "buyer", ""),
    ("requested", "counter"): ("requested", "buyer seller", "open"),
    ("requested", "hand_over"): ("requested", "buyer", "before start"),
    ("confirmed", "cancel"): ("cancelled", "buyer seller", "before start"),
    ("confirmed", "move"): ("confirmed", "buyer", "before start"),
    ("confirmed", "propose_move"): ("confirmed", "seller", "before end"),
    ("confirmed", "hand_over"): ("confirmed", "buyer", "before start"),
    ("confirmed", "check_in"): ("checked_in", "buyer seller", "within grace"),
    ("confirmed", "no_show"): ("no_show", "seller", "after grace"),
    ("confirmed", "start"): ("running", "seller", "work time"),
    ("checked_in", "hand_over"): ("checked_in", "buyer", ""),
    ("checked_in", "start"): ("running", "seller", ""),
    ("checked_in", "abort"): ("cancelled", "seller", ""),
    ("checked_in", "deliver"): ("delivered", "seller", ""),
    ("running", "abort"): ("cancelled", "seller", ""),
    ("running", "deliver"): ("delivered", "seller", ""),
    ("delivered", "accept"): ("accepted", "buyer", ""),
    ("delivered", "dispute"): ("disputed", "buyer", "open"),
    ("disputed", "resolve"): ("accepted", "operator", ""),
}
ASKS_MORE = ("counter", "hand_over", "move", "propose_move")   # steps that have a rule of their own
ACTIONS = sorted({action for _, action in TABLE} - set(ASKS_MORE))
LIVE = ("confirmed", "checked_in", "running")
LAPSES = {"requested": ("expire", "expired"), "confirmed": ("no_show", "no_show"),
          "delivered": ("accept", "accepted")}


def price(starts: datetime, ends: datetime) -> int:
    """What a slot costs by the hour, in fen."""
    return int((ends - starts) / HOUR) * RATE


def opened(starts: datetime, ends: datetime) -> bool:
    """True when the machine is open throughout; Shandong is eight hours ahead of UTC."""
    first, last = starts + 8 * HOUR, ends + 8 * HOUR
    midnight = first.replace(hour=0)
    return midnight + OPENS * HOUR <= first and last <= midnight + CLOSES * HOUR


@dataclass
class Slot:
    """A booking: `until` is where its claim ends now, None where it has none."""

    id: int
    who: str
    state: str
    starts: datetime
    ends: datetime
    total: int
    until: datetime | None = None
    answer_by: datetime | None = None

    @property
    def firm(self) -> str:
        """Who pays."""
        return FIRM[self.who]


@dataclass
class Hold:
    """A slot kept for a while; `entry`: of the waitlist, which it is an offer to."""

    who: str
    starts: datetime
    ends: datetime
    until: datetime
    total: int
    state: str = "held"
    entry: int | None = None


@dataclass
class Model:
    """The machine, its clock, who has it and what is known to keep it from working.

    `log`: the audit rows that the steps must have left, as (action, of what).
    """

    now: datetime
    approval: bool = False
    slots: dict[int, Slot] = field(default_factory=dict)
    holds: dict[int, Hold] = field(default_factory=dict)
    facts: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)
    log: list[tuple[str, int]] = field(default_factory=list)

    def live_holds(self, who: str = "") -> Iterator[tuple[int, Hold]]:
        """Holds that have not run out, of everybody, or what one holds for oneself."""
        for id_, hold in self.holds.items():
            if hold.state == "held" and hold.until > self.now and (
                    not who or (hold.who == who and hold.entry is None)):
                yield id_, hold

    def occupied(self) -> set[tuple[str, int, datetime, datetime]]:
        """Who has which time of the machine."""
        return {("booking", slot.id, slot.starts, slot.until) for slot in self.slots.values()
                if slot.until is not None} | {
            ("hold", id_, hold.starts, hold.ends) for id_, hold in self.live_holds()}

    def free(self, starts: datetime, ends: datetime, *, but: tuple[tuple[str, int], ...] = ()
             ) -> bool:
        """True when nothing with its buffer touches the work with its buffer."""
        taken = [(first, last + BUFFER) for kind, id_, first, last in self.occupied()
                 if (kind, id_) not in but]
        return not any(first < ends + BUFFER and last > starts
                       for first, last in [*taken, *self.facts.values()])

    def hold(self, who: str, starts: datetime, ends: datetime) -> str:
        """What holding a slot must bring; a former hold of the same person stands not in the way.

        It is let go where the new one succeeds.
        """
        former = [id_ for id_, _ in self.live_holds(who)]
        if starts < self.now:
            return "broken"
        if not self.free(starts, ends, but=tuple(("hold", id_) for id_ in former)):
            return "taken"
        for id_ in former:
            self.end_hold(id_, "released")
        return "held"

    def held(self, hold_id: int, who: str, starts: datetime, ends: datetime) -> None:
        """A hold was made."""
        self.holds[hold_id] = Hold(who, starts, ends, self.now + HOLD, price(starts, ends))
        self.log.append(("hold.make", hold_id))

    def end_hold(self, hold_id: int, state: str) -> None:
        """A hold was booked or given back."""
        self.holds[hold_id].state = state
        if state == "released":
            self.log.append(("hold.release", hold_id))

    def release_hold(self, hold_id: int, who: str) -> str:
        """What giving a hold back must bring."""
        hold = self.holds[hold_id]
        if FIRM[who] != FIRM[hold.who]:
            return "unknown"
        if hold.state != "held" or hold.until <= self.now:
            return "over"
        self.end_hold(hold_id, "released")
        return "released"

    def book_hold(self, hold_id: int, who: str) -> str:
        """What booking a hold must bring; a breakdown since then refuses it."""
        hold = self.holds[hold_id]
        if FIRM[who] != FIRM[hold.who]:
            return "unknown"
        if hold.state != "held" or hold.until <= self.now or self.now >= hold.starts:
            return "over"
        if not self.approval and any(first < hold.ends + BUFFER and last > hold.starts
                                     for first, last in self.facts.values()):
            return "taken"
        if self.approval and self.asked(who, hold.starts, hold.ends):
            return "asked"
        self.end_hold(hold_id, "booked")
        return "requested" if self.approval else "confirmed"

    def asked(self, who: str, starts: datetime, ends: datetime) -> bool:
        """True when somebody's firm has an open request that overlaps."""
        return any(slot.state == "requested" and slot.firm == FIRM[who]
                   and (slot.answer_by is None or self.now < slot.answer_by)
                   and slot.starts < ends and slot.ends > starts for slot in self.slots.values())

    def ask(self, who: str, starts: datetime, ends: datetime) -> str:
        """What asking for a slot must bring: a state, `asked`, `taken` or `broken`."""
        if starts < self.now:
            return "broken"
        if self.approval:
            return "asked" if self.asked(who, starts, ends) else "requested"
        return "confirmed" if self.free(starts, ends) else "taken"

    def add(self, booking_id: int, who: str, starts: datetime, ends: datetime) -> None:
        """A booking was made, or asked for."""
        slot = Slot(booking_id, who, "requested", starts, ends, price(starts, ends))
        if self.approval:
            slot.answer_by = min(self.now + REPLY, starts)
        else:
            self.confirm(slot)
        self.slots[booking_id] = slot
        self.log.append(("booking.request" if self.approval else "booking.confirm", booking_id))

    def confirm(self, slot: Slot) -> None:
        """It has its slot: the clock until somebody must have come runs."""
        slot.state, slot.until = "confirmed", slot.ends
        slot.answer_by = min(slot.starts + GRACE, slot.ends)

    def side(self, slot: Slot, who: str) -> str:
        """On which side of a booking somebody stands; "" on none."""
        return {slot.firm: "buyer", "seller": "seller", "": "operator"}.get(FIRM[who], "")

    def against(self, slot: Slot, action: str, who: str) -> str:
        """Why a step is refused whatever it asks for besides; "" when nothing is against it."""
        if (who == "operator") != (action == "resolve"):
            return "forbidden"
        if not self.side(slot, who):
            return "unknown"
        _, sides, rule = TABLE.get((slot.state, action), ("", "", ""))
        may = self.side(slot, who) in sides.split() and self._when(slot, rule)
        return "" if may else "illegal"

    def _when(self, slot: Slot, rule: str) -> bool:
        grace = min(slot.starts + GRACE, slot.ends)
        answerable = slot.answer_by is None or self.now < slot.answer_by
        return {"": True, "before start": self.now < slot.starts,
                "before end": self.now < slot.ends,
                "open": answerable and (slot.state != "requested" or self.now < slot.starts),
                "within grace": slot.starts - EARLY <= self.now < grace,
                "after grace": self.now >= grace,
                "work time": slot.starts - EARLY <= self.now < slot.ends}[rule]

    def act(self, booking_id: int, action: str, who: str) -> str:
        """What a step must bring: the new state, or why it is refused."""
        slot = self.slots[booking_id]
        refused = self.against(slot, action, who)
        if refused:
            return refused
        if action == "approve":
            return self._approve(slot)
        self.leave(slot, action, TABLE[slot.state, action][0])
        return slot.state

    def hand_over(self, booking_id: int, who: str, to: str) -> str:
        """What giving a booking to a colleague must bring; one that may only look is none."""
        slot = self.slots[booking_id]
        refused = self.against(slot, "hand_over", who)
        if refused:
            return refused
        if FIRM[to] != slot.firm or to not in MEMBERS:
            return "unfit"
        slot.who = to
        self.log.append(("booking.hand_over", booking_id))
        return slot.state

    def move(self, booking_id: int, who: str, starts: datetime, ends: datetime) -> str:
        """What moving a booking must bring; its own old time does not stand in the way."""
        slot = self.slots[booking_id]
        refused = self.against(slot, "move", who)
        if refused in ("forbidden", "unknown"):
            return refused
        if starts < self.now:
            return "broken"
        if self.approval or refused:
            return "approval" if self.approval else refused
        if not self.free(starts, ends, but=(("booking", booking_id),)):
            return "taken"
        slot.starts, slot.ends, slot.total = starts, ends, price(starts, ends)
        self.confirm(slot)
        self.overtaken(slot, "move")
        return "confirmed"

    def superseded(self, slot: Slot) -> bool:
        """True when its firm has asked for something else since."""
        return False

    def _approve(self, slot: Slot) -> str:
        if self.superseded(slot):
            return "superseded"
        if not self.free(slot.starts, slot.ends):
            return "taken"
        self.confirm(slot)
        self.overtaken(slot, "approve")
        self.decline_rivals(slot)
        return "confirmed"

    def decline_rivals(self, slot: Slot) -> None:
        """Requests near by that no longer fit beside a new booking are declined."""
        for rival in self.slots.values():
            near = (rival.starts < slot.ends + 24 * HOUR and rival.ends > slot.starts - 24 * HOUR)
            if rival.state == "requested" and near and not self.free(rival.starts, rival.ends):
                self.leave(rival, "decline", "declined")

    def leave(self, slot: Slot, action: str, target: str) -> None:
        """A booking makes a step; what is left of its time is free where it occupies no more."""
        self.overtaken(slot, action)
        slot.state = target
        slot.answer_by = self.now + ACCEPT if target == "delivered" else None
        if target in LIVE or slot.until is None:
            return
        if self.now <= slot.starts:
            slot.until = None
        elif self.now < slot.until:
            slot.until = self.now

    def overtaken(self, slot: Slot, action: str) -> None:
        """A step was made, and leaves its audit row."""
        self.log.append((f"booking.{action}", slot.id))

    def lapse(self) -> None:
        """The timers looked: what is overdue has lapsed."""
        for slot in self.slots.values():
            if slot.answer_by is not None and slot.answer_by <= self.now and (
                    slot.state in LAPSES):
                self.lapse_one(slot)

    def lapse_one(self, slot: Slot) -> None:
        """One clock ran out; who could not have come is no no-show, but let off at the end."""
        if slot.state != "confirmed" or not self.down_throughout(slot):
            self.leave(slot, *LAPSES[slot.state])
        elif self.now < slot.ends:
            slot.answer_by = slot.ends
        else:
            self.leave(slot, "cancel", "cancelled")
            slot.until = None   # nobody had it

    def down_throughout(self, slot: Slot) -> bool:
        """True when breakdowns follow each other from the start of a slot to its end."""
        reached = slot.starts
        for starts, ends in sorted(self.facts.values()):
            if starts <= reached:
                reached = max(reached, ends)
        return reached >= slot.ends

    def repair(self, fact_id: int) -> str:
        """What ending a breakdown must bring; one that has not begun is taken back."""
        starts, ends = self.facts[fact_id]
        if ends <= self.now:
            return "over"
        if starts >= self.now:
            del self.facts[fact_id]
        else:
            self.facts[fact_id] = (starts, self.now)
        return "mended"

    def moments(self) -> set[datetime]:
        """When something begins, ends or runs out."""
        found = {moment for slot in self.slots.values() for moment in
                 (slot.starts, slot.starts - EARLY, slot.ends, slot.answer_by) if moment}
        return found | {hold.until for _, hold in self.live_holds()}
