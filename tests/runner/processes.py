"""Real processes of the service: workers and timers on a test's database."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent


def command(database: str, folder: Path, *words: str, **settings: Any) -> subprocess.Popen[str]:
    """Start `flask WORDS` on a database; its output goes to a file in the folder."""
    environ = {name: value for name, value in os.environ.items()
               if not name.startswith("MARKET_")}
    environ |= {"FLASK_APP": "wsgi", "DATABASE_URL": database, "MARKET_INSTANCE": str(folder),
                "PYTHONPATH": str(ROOT)}
    environ |= {f"MARKET_{name.upper()}": str(value) for name, value in settings.items()}
    with open(folder / "output.txt", "a") as output:
        return subprocess.Popen([sys.executable, "-m", "flask", *words], cwd=ROOT, env=environ,
                                stdout=output, stderr=subprocess.STDOUT, text=True)


@contextmanager
def running(database: str, folder: Path, *words: str, **settings: Any
            ) -> Iterator[subprocess.Popen[str]]:
    """A process that is ended with the block, whatever happens in it."""
    process = command(database, folder, *words, **settings)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(20)


def until(condition: Callable[[], bool], seconds: float = 40) -> None:
    """Wait for a condition; fail when it does not come true."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.1)
