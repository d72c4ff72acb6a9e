"""`make bench-scheduling`: solve public instances, print tables; ends within forty minutes.

``BENCH_DIR`` is the folder of instances (no default). ``ONLY=mk,oas`` picks groups. ``FULL=1``
works through every instance there is, for hours, writes each finished run to
out/bench-scheduling.jsonl and goes on from there when it is started again.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.scheduling import long_runs, tables
from benchmarks.scheduling.instances import BEST_KNOWN, GROUPS
from benchmarks.scheduling.journal import Journal, Record, fingerprint
from benchmarks.scheduling.measure import measure
from benchmarks.scheduling.report import number, table
from benchmarks.scheduling.runs import WORKERS, Run, minutes, plan

MINUTES = 40
OUT = Path("out")


@dataclass(frozen=True)
class Wish:
    """What was asked for."""

    folder: Path
    groups: tuple[str, ...]
    full: bool


def main() -> int:
    """Measure and print; 0 when no run failed."""
    try:
        wish = wished(os.environ)
    except ValueError as error:
        sys.exit(f"bench-scheduling: {error}")
    runs, absent = plan(wish.folder, wish.groups, wish.full)
    if absent:
        print(f"left out, no instances in BENCH_DIR: {', '.join(absent)}")
    if not (wish.folder / BEST_KNOWN).exists():
        print(f"no {BEST_KNOWN} in BENCH_DIR: no gaps to best known")
    print(f"{len(runs)} runs, at most {minutes(runs):.0f} minutes", flush=True)
    records = worked_through(runs) if wish.full else within_minutes(runs)
    known = long_runs.known(wish.folder)
    found = tables.lines(records, known)
    print(f"\n{tables.instances(records)}\n\n{table(found)}\n\n{machine()}")
    OUT.mkdir(exist_ok=True)
    (OUT / "bench-scheduling.json").write_text(json.dumps(
        {"machine": machine(), "lines": [line.as_json() for line in found], "runs": records},
        indent=1) + "\n", encoding="utf-8")
    return 1 if any(record["error"] for record in records) else 0


def wished(environment: Mapping[str, str]) -> Wish:
    """What the environment asks for; raises ValueError when it cannot be."""
    name = environment.get("BENCH_DIR", "")
    if not name:
        raise ValueError("set BENCH_DIR to the folder of instances (fjsp/, oas/, "
                         f"unrelated_parallel/, market/, {BEST_KNOWN})")
    if not Path(name).is_dir():
        raise ValueError(f"BENCH_DIR: there is no folder {name}")
    groups = tuple(environment.get("ONLY", "").split(",")) if environment.get("ONLY") else GROUPS
    if set(groups) - set(GROUPS):
        raise ValueError(f"ONLY: groups are {', '.join(GROUPS)}")
    return Wish(Path(name), groups, environment.get("FULL", "") not in ("", "0"))


def within_minutes(runs: Sequence[Run]) -> list[Record]:
    """The runs that fit; what the machine was too slow for is named and left out."""
    begun = time.monotonic()
    records: list[Record] = []
    for run in runs:
        if time.monotonic() - begun + run.seconds > MINUTES * 60:
            print(f"left out, {MINUTES} minutes are over: {run.key}")
            continue
        records.append(measure(run))
        say(records[-1], begun)
    return records


def worked_through(runs: Sequence[Run]) -> list[Record]:
    """All runs; those in the journal are not done again."""
    journal = Journal(OUT / "bench-scheduling.jsonl", fingerprint())
    begun = time.monotonic()
    left = [run for run in runs if run.key not in journal.records]
    if len(left) < len(runs):
        print(f"{len(runs) - len(left)} done before, {minutes(left):.0f} minutes left")
    for run in left:
        journal.add(record := measure(run))
        say(record, begun)
    return [journal.records[run.key] for run in runs]


def say(record: Record, begun: float) -> None:
    """One line for a finished run."""
    said = record["error"] or f"{record['status']} {number(record['value'])}"
    print(f"{time.monotonic() - begun:6.0f} s  {record['key']}: {said}", flush=True)


def machine() -> str:
    """What it ran on: only ratios of one run can be compared."""
    return (f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
            f"Python {platform.python_version()}, {WORKERS} workers each")


if __name__ == "__main__":
    sys.exit(main())
