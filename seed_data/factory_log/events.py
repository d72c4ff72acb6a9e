"""Reading the event log: one row per piece of work on an order."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from seed_data.tables import read_table

PLANT_ZONE = timezone(timedelta(hours=8))
"""The log names no zone. Assumption: read as China Standard Time, that of the fictitious host."""

_FORMAT = "%Y/%m/%d %H:%M:%S"


@dataclass(frozen=True)
class Event:
    """One row of the log; `worker` lives in memory only, to be counted, and is never written."""

    order: str
    activity: str
    machine: str
    worker: str
    start: datetime
    end: datetime
    part: str = ""
    quantity: int = 1
    completed: int = 0
    held: int = 0
    rework: bool = False

    @property
    def minutes(self) -> int:
        """Length in whole minutes."""
        return int((self.end - self.start).total_seconds() // 60)


def read_events(path: Path) -> list[Event]:
    """Every event that took time, in the order of the file; zero minutes are a mark, not work."""
    events = [_event(row) for row in read_table(path)]
    return [event for event in events if event.end > event.start]


def _event(row: dict[str, str]) -> Event:
    return Event(
        order=row["case_id"],
        activity=" ".join(row["activity"].split()),
        machine=row["machine"].strip(),
        worker=row["worker"],
        start=_instant(row["start_timestamp"]),
        end=_instant(row["complete_timestamp"]),
        part=row["part"].strip(),
        quantity=_count(row["order_qty"], missing=1),
        completed=_count(row["qty_completed"]),
        held=_count(row["qty_mrb"]),
        rework=row["rework"] == "Y",
    )


def _instant(text: str) -> datetime:
    return datetime.strptime(text, _FORMAT).replace(tzinfo=PLANT_ZONE)


def _count(text: str, missing: int = 0) -> int:
    return int(float(text)) if text else missing
