"""Derive the machine-days: ``python -m seed_data.mtconnect.derive FOLDER [OUTPUT.csv]``.

The recordings stay out of this project; only `nist_machine_days.csv` is kept.
"""

import re
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from seed_data.mtconnect.days import DAY_MINUTES, STATES, Line, minutes_of_day, parse, summary
from seed_data.tables import COLUMNS, HERE, read_table, write_table

FILE_NAME = re.compile(r"(?P<machine>\w+)-(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)\.txt")
OUTPUT = HERE / "nist_machine_days.csv"


def recorded_days(folder: Path) -> dict[tuple[str, date], Path]:
    """The recording of each machine-day in the folder."""
    found = {}
    for path in sorted(folder.glob("*.txt")):
        name = FILE_NAME.fullmatch(path.name)
        if name:
            day = date(int(name["year"]), int(name["month"]), int(name["day"]))
            found[name["machine"], day] = path
    return found


def rows(folder: Path) -> Iterator[dict[str, object]]:
    """A row for every machine on every day of the recording; a day without a file is unknown."""
    files = recorded_days(folder)
    days = sorted(day for _, day in files)
    for machine in sorted({machine for machine, _ in files}):
        day = days[0]
        while day <= days[-1]:
            minutes = _minutes(files, machine, day)
            yield {"machine": machine, "date": day.isoformat(), **minutes}
            day += timedelta(days=1)


def _minutes(files: dict[tuple[str, date], Path], machine: str, day: date) -> dict[str, int]:
    """Some files run on past midnight: what the day before says of this day counts as well."""
    if (machine, day) not in files:
        return {**dict.fromkeys(STATES, 0), "unknown": DAY_MINUTES}
    paths = [files.get((machine, day - timedelta(days=1))), files[machine, day]]
    lines = [line for path in paths if path for line in _lines(path)]
    return minutes_of_day(lines, day)


def _lines(path: Path) -> list[Line]:
    return list(parse(path.read_text(encoding="utf-8").splitlines()))


def main(arguments: list[str]) -> int:
    """Command line: the folder of the recordings, optionally the file to write."""
    if not arguments:
        print("usage: python -m seed_data.mtconnect.derive FOLDER [OUTPUT.csv]")
        return 2
    output = Path(arguments[1]) if len(arguments) > 1 else OUTPUT
    write_table(output, COLUMNS["machine_days"], rows(Path(arguments[0])))
    for machine, figures in summary(read_table(output)).items():
        share = figures["share_idle_of_known"]
        idle = "not known" if share is None else f"{share:.1%}"
        print(f"{machine}: {figures['hours_known']:.1f} h known, idle {idle}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
