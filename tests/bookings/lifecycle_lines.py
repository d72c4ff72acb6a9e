"""The model's waitlist and series, in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.bookings.lifecycle_bargains import Bargains
from tests.bookings.lifecycle_model import BUFFER, FIRM, Hold, opened, price

OFFER = timedelta(hours=2)
Times = Sequence[tuple[datetime, datetime]]


@dataclass
class Entry:
    """Somebody who waits for a slot."""

    who: str
    starts: datetime
    ends: datetime
    state: str = "waiting"
    hold: int | None = None


@dataclass
class Item:
    """One time of a series: its booking, or why it was skipped."""

    starts: datetime
    ends: datetime
    booking: int | None
    reason: str


@dataclass
class Series:
    """A recurring wish."""

    who: str
    items: list[Item]
    state: str = "active"


@dataclass
class Lines(Bargains):
    """Who waits, in order, and what repeats."""

    entries: dict[int, Entry] = field(default_factory=dict)
    series: dict[int, Series] = field(default_factory=dict)

    def state_of(self, entry: Entry) -> str:
        """Where an entry stands by the clock, whether or not the timers have looked."""
        if entry.state == "waiting" and entry.starts <= self.now:
            return "over"
        if entry.state == "offered" and self.holds[entry.hold or 0].until <= self.now:
            return "passed"
        return entry.state

    def join(self, who: str, starts: datetime, ends: datetime) -> set[str]:
        """What joining the line may bring.

        Two words where it depends on whether the timers have closed a former entry yet.
        """
        if starts < self.now:
            return {"broken"}
        if self.free(starts, ends):
            return {"free"}
        former = {self.state_of(each) for each in self.entries.values()
                  if (each.who, each.starts, each.ends) == (who, starts, ends)
                  and each.state in ("waiting", "offered")}
        if former & {"waiting", "offered"}:
            return {"already"}
        return {"already", "waiting"} if former else {"waiting"}

    def joined(self, entry_id: int, who: str, starts: datetime, ends: datetime) -> None:
        """Somebody stands at the end of the line."""
        self.entries[entry_id] = Entry(who, starts, ends)
        self.log.append(("waitlist.join", entry_id))

    def stop_waiting(self, entry_id: int, who: str) -> set[str]:
        """What leaving the line may bring; an offer that was made goes to the next."""
        entry = self.entries[entry_id]
        if FIRM[who] != FIRM[entry.who]:
            return {"unknown"}
        return {"waiting": {"left"}, "offered": {"left"}}.get(
            self.state_of(entry), {"left", "ended"} if entry.state == "waiting" else {"ended"})

    def left(self, entry_id: int) -> None:
        """Somebody waits no more."""
        entry = self.entries[entry_id]
        if entry.state == "offered":
            self.end_hold(entry.hold or 0, "released")
        entry.state = "left"
        self.log.append(("waitlist.leave", entry_id))

    def end_hold(self, hold_id: int, state: str) -> None:
        """A hold was booked or given back; where it was an offer, the wait has an end."""
        super().end_hold(hold_id, state)
        entry = self.entries.get(self.holds[hold_id].entry or 0)
        if entry is not None:
            entry.state = "booked" if state == "booked" else "passed"
            if state == "booked":
                self.log.append(("waitlist.booked", self.holds[hold_id].entry or 0))

    def offer(self) -> list[int]:
        """What is free is offered to those who wait for it, first come first; who gets it."""
        found = []
        for id_, entry in sorted(self.entries.items()):
            if self.state_of(entry) == "waiting" and self.free(entry.starts, entry.ends):
                entry.state, entry.hold = "offered", -id_   # the hold's number is known later
                self.holds[-id_] = Hold(entry.who, entry.starts, entry.ends,
                                        min(self.now + OFFER, entry.starts),
                                        price(entry.starts, entry.ends), entry=id_)
                found.append(id_)
        return found

    def offered(self, entry_id: int, hold_id: int) -> None:
        """The number of the hold that an offer is."""
        self.entries[entry_id].hold = hold_id
        self.holds[hold_id] = self.holds.pop(-entry_id)
        self.log += [("hold.make", hold_id), ("waitlist.offer", entry_id)]

    def jumped(self) -> list[tuple[int, int]]:
        """Pairs of who waits and a later one who was offered time that holds the first's slot."""
        live = [(id_, each, self.state_of(each)) for id_, each in sorted(self.entries.items())]
        return [(first, second) for first, early, waits in live for second, late, has in live
                if first < second and (waits, has) == ("waiting", "offered")
                and late.starts <= early.starts and early.ends <= late.ends]

    def judge(self, who: str, times: Times) -> list[str]:
        """Why each time of a series is skipped; "" where it is booked or asked for."""
        found: list[str] = []
        kept: list[tuple[datetime, datetime]] = []
        for starts, ends in times:
            beside = [] if self.approval else kept
            if starts < self.now:
                reason = "past"
            elif not opened(starts, ends):
                reason = "outside_opening"
            else:
                clash = any(first < ends + BUFFER and last + BUFFER > starts
                            for first, last in beside)
                reason = "slot_taken" if clash or not self.free(starts, ends) else ""
                if not reason and self.approval and (self.asked(who, starts, ends) or any(
                        first < ends and last > starts for first, last in kept)):
                    reason = "already_asked"
            kept += [] if reason else [(starts, ends)]
            found.append(reason)
        return found

    def repeated(self, series_id: int, who: str, items: list[Item]) -> None:
        """A series was made."""
        self.series[series_id] = Series(who, items)
        self.log.append(("series.create", series_id))
        self._booked(who, items)

    def _booked(self, who: str, items: Sequence[Item]) -> None:
        for item in items:
            if item.booking is not None:
                self.add(item.booking, who, item.starts, item.ends)

    def to_refill(self, series_id: int) -> list[Item]:
        """The times of a series that are worth another try."""
        return [item for item in self.series[series_id].items
                if item.booking is None and item.starts > self.now]

    def reasons(self, who: str, items: Sequence[Item]) -> list[str]:
        """Why each of these is skipped if it is tried now."""
        return self.judge(who, [(item.starts, item.ends) for item in items])

    def fillable(self, series_id: int) -> bool:
        """True when another try would book a time."""
        return not all(self.reasons(self.series[series_id].who, self.to_refill(series_id)))

    def refilled(self, series_id: int, who: str, items: Sequence[Item]) -> None:
        """The skipped times were tried again; these have a booking now or another reason."""
        self.log.append(("series.refill", series_id))
        self._booked(who, items)

    def of_series(self, series_id: int, who: str) -> str:
        """Why nothing can be done with a series; "" where something can."""
        row = self.series[series_id]
        if FIRM[who] != FIRM[row.who]:
            return "unknown"
        return "" if row.state == "active" else "ended"

    def cancel_series(self, series_id: int) -> None:
        """All that is to come of a series is given up."""
        row = self.series[series_id]
        for item in row.items:
            slot = self.slots.get(item.booking or 0)
            if slot and slot.state in ("requested", "confirmed") and slot.starts > self.now:
                self.leave(slot, "cancel", "cancelled")
        row.state = "cancelled"
        self.log.append(("series.cancel", series_id))

    def moments(self) -> set[datetime]:
        """When something begins, ends or runs out."""
        return super().moments() | {each.starts for each in self.entries.values()
                                    if each.state == "waiting"}
