"""Foreign calendars are read in a process of their own, which may neither last nor grow.

A file can be small, well formed and still keep the library busy for hours (a rule that never
comes true); a process that is killed then takes nothing with it. Its memory of time zones ends
with it, so a zone that one file defines is never met by another.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from datetime import datetime

from marketplace import config
from marketplace.calendars.busy import Asked, Busy, Reading
from marketplace.calendars.errors import CalendarRefused, unreadable
from marketplace.core.timewindow import TimeWindow

SECONDS = 5           # of computing
PATIENCE = 25         # of waiting, on a machine that is busy
MEMORY = 2**30
COMMAND = (sys.executable, "-W", "ignore", "-m", "marketplace.calendars.apart")


def read(asked: Asked, data: bytes) -> Reading:
    """What a calendar says; raises CalendarRefused, also for what takes too long."""
    words = json.dumps([asked.zone, asked.host, asked.span.start.isoformat(),
                        asked.span.end.isoformat()])
    try:
        done = subprocess.run(COMMAND, input=words.encode() + b"\n" + data, capture_output=True,
                              cwd=config.ROOT, env={"PYTHONPATH": str(config.ROOT)},
                              timeout=PATIENCE, check=False)
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise unreadable("too_hard", seconds=SECONDS) from None
    if "refused" in answer:
        raise unreadable(answer["refused"], **answer["params"])
    return Reading([Busy(uid, TimeWindow(datetime.fromisoformat(start),
                                         datetime.fromisoformat(end)))
                    for uid, start, end in answer["busy"]], answer["ours"], answer["text"])


def _answer(words: bytes, data: bytes) -> dict[str, object]:
    """In the process of its own, which alone loads the libraries: read, as JSON."""
    from marketplace.calendars.reading import Reader

    zone, host, start, end = json.loads(words)
    span = TimeWindow(datetime.fromisoformat(start), datetime.fromisoformat(end))
    try:
        found = Reader(Asked(zone, host, span)).read(data)
    except CalendarRefused as refusal:
        return {"refused": refusal.wrong.code.removeprefix("calendar_"),
                "params": refusal.wrong.params}
    return {"busy": [[each.uid, each.window.start.isoformat(), each.window.end.isoformat()]
                     for each in found.busy], "ours": found.ours, "text": found.text}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    _words, _, _data = sys.stdin.buffer.read().partition(b"\n")
    sys.stdout.write(json.dumps(_answer(_words, _data)))
