"""`make bench-http`: measure, print one table, write it as JSON; everything stops by itself."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NoReturn

from benchmarks.http import parts
from benchmarks.http.load import Generator
from benchmarks.http.processes import CannotMeasure, postgresql
from benchmarks.http.report import table
from benchmarks.http.scenarios import Wrong
from tests.databases import CLUSTERS, binaries, sweep

MINUTES = 20
NAMES = "ABCDE"


def main() -> int:
    """Run the wanted parts; 0 when every target is met."""
    options = arguments()
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(MINUTES * 60)
    if tools := binaries():
        sweep(tools)   # clusters of runs that were killed
    folder = Path(tempfile.mkdtemp(prefix=f"{CLUSTERS}{os.getpid()}-"))
    folder.chmod(0o755)   # PostgreSQL runs as a user of its own where we are root
    try:
        bench = asyncio.run(measure(folder, set(options.parts.split(","))))
    except (CannotMeasure, Wrong) as error:
        sys.exit(f"bench-http: {error}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    text = table(bench.lines)
    print(f"\n{text}\n\n{machine()}")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(
        {"machine": machine(), "lines": [line.as_json() for line in bench.lines],
         "details": bench.details}, indent=1) + "\n", encoding="utf-8")
    return 0 if all(line.met is not False for line in bench.lines) else 1


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.http", description=__doc__)
    parser.add_argument("--parts", default=",".join(NAMES), type=wanted,
                        help="which of A,B,C,D,E; B, C and D are one measurement")
    parser.add_argument("--out", type=Path, default=Path("out/bench-http.json"))
    return parser.parse_args()


def wanted(text: str) -> str:
    """Parts, separated by commas; raises ArgumentTypeError for another letter."""
    if not text or set(text.split(",")) - set(NAMES):
        raise argparse.ArgumentTypeError("parts are A,B,C,D,E")
    return text


async def measure(folder: Path, names: set[str]) -> parts.Bench:
    """Run the parts on one cluster."""
    begun = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - begun:6.0f} s  {line}", flush=True)

    with postgresql(folder) as server:
        async with Generator.opened() as load:
            bench = parts.Bench(server, folder, load, say)
            if "A" in names:
                await parts.races(bench)
            if names - {"A"}:
                await parts.steady(bench, names)
    say("done")
    return bench


def machine() -> str:
    """What it ran on: only ratios of one run can be compared."""
    return (f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
            f"Python {platform.python_version()}; the load came from the same cores")


def stop(*_: Any) -> NoReturn:
    """End the run; what was started is stopped on the way out."""
    raise SystemExit("bench-http: stopped before its end")


if __name__ == "__main__":
    sys.exit(main())
