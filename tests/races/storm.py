"""Everything that the Procfile names, started again whenever it dies, and somebody who kills it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.races.server import Server
from tests.runner.processes import command

KINDS = {"worker": ("worker", "run"), "timers": ("tasks", "run")}
DECK = ("web",) * 6 + ("worker",) * 2 + ("timers",) * 2
TICK = 0.1


class Storm(threading.Thread):
    """Keeps worker and timers alive, and kills a random process every so many seconds.

    gunicorn's master keeps the web workers alive by itself. The first three victims are one of
    each kind; the others are drawn by lot.
    """

    def __init__(self, server: Server, database: str, folder: Path, every: float,
                 **settings: Any) -> None:
        super().__init__(name="storm", daemon=True)
        self.server, self.every = server, every
        self.where = (database, folder)
        self.settings = {"worker_poll_seconds": 0.1} | settings
        self.over = threading.Event()
        self.killed: Counter[str] = Counter()
        self.dice = random.Random(20260302)
        self.crew = {kind: self._start(kind) for kind in KINDS}

    def _start(self, kind: str) -> subprocess.Popen[str]:
        return command(*self.where, *KINDS[kind], **self.settings)

    def run(self) -> None:
        """Look after the crew ten times a second; strike when it is time."""
        last = time.monotonic()
        while not self.over.wait(TICK):
            for kind, process in self.crew.items():
                if process.poll() is not None:
                    self.crew[kind] = self._start(kind)
            if time.monotonic() >= last + self.every:
                last = time.monotonic()
                self.strike()

    def calm(self) -> None:
        """Kill nobody by lot any more; the crew is still started again when it dies."""
        self.every = float("inf")

    def strike(self) -> None:
        """kill -9 of one process."""
        missing = [kind for kind in ("web", *KINDS) if kind not in self.killed]
        kind = missing[0] if missing else self.dice.choice(DECK)
        victims = self.web() if kind == "web" else [self.crew[kind].pid]
        if victims:
            self.kill(kind, self.dice.choice(victims))

    def kill(self, kind: str, pid: int) -> None:
        """kill -9 of this process, which may be dead already."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self.killed[kind] += 1

    def web(self) -> list[int]:
        """The web workers of the moment."""
        master = self.server.process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text()
        return [int(each) for each in children.split()]

    def end(self) -> None:
        """Kill nobody any more, and let the crew end as it should."""
        self.over.set()
        if self.is_alive():
            self.join(30)
        for process in self.crew.values():
            process.terminate()
        for process in self.crew.values():
            process.wait(40)


@contextmanager
def raging(*words: Any, **settings: Any) -> Iterator[Storm]:
    """A storm that is over with the block, whatever happens in it."""
    storm = Storm(*words, **settings)
    storm.start()
    try:
        yield storm
    finally:
        storm.end()
