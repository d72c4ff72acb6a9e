"""Recorded minutes as pure values: what is known, and which part of it was idle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

DAY_MINUTES = 1440


@dataclass(frozen=True)
class MachineMinutes:
    """One recorded day of one machine, in whole minutes; raises ValueError unless all 1,440."""

    machine: str
    day: date
    cutting: int
    connected: int
    fault: int
    unknown: int

    def __post_init__(self) -> None:
        minutes = (self.cutting, self.connected, self.fault, self.unknown)
        if min(minutes) < 0 or sum(minutes) != DAY_MINUTES:
            raise ValueError(f"{self.machine} {self.day}: the minutes are not those of a day")


@dataclass(frozen=True)
class Recording:
    """All recorded days of a machine, in minutes; `connected` is connected and not cutting."""

    first: date
    last: date
    source: str
    days: int
    cutting: int
    connected: int
    fault: int
    unknown: int

    @property
    def known(self) -> int:
        """Minutes in which the state was known; an unknown minute is in no other figure."""
        return self.cutting + self.connected + self.fault

    @property
    def idle_share(self) -> Fraction | None:
        """Connected and not cutting ÷ known; None where nothing is known."""
        return Fraction(self.connected, self.known) if self.known else None


def read_row(row: Mapping[str, str]) -> MachineMinutes:
    """A line of `nist_machine_days.csv`; raises KeyError or ValueError when it is none."""
    return MachineMinutes(
        row["machine"], date.fromisoformat(row["date"]), int(row["cutting"]),
        int(row["connected_not_cutting"]), int(row["fault"]), int(row["unknown"]))
