"""One solve in a process of its own: a request on standard input, an answer in a file.

``python -m benchmarks.scheduling.child ANSWER.json < REQUEST.json``. Memory and crashes are the
child's. It first solves the same problem for a second, so that compiled code is warm.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.scheduling import placing
from scheduling import io
from scheduling.result import Result
from scheduling.schedule import Schedule
from scheduling.solve import solve

WARM_SECONDS = 1.0
SEED = 1


def main() -> int:
    """Read the request, solve, write the answer."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    request = json.load(sys.stdin)
    run = _pyjobshop if request["solver"] == "pyjobshop" else _ours
    answer = run(io.read(request["path"], request["form"]), request)
    answer["peak_mb"] = peak_mb()
    Path(sys.argv[1]).write_text(json.dumps(answer), encoding="utf-8")
    return 0


def _end_with(parent: int) -> None:
    """A parent that was killed leaves nothing behind that would disturb the next run."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _ours(instance: io.Instance, request: dict[str, Any]) -> dict[str, Any]:
    _solve(instance, request, WARM_SECONDS)
    result = _solve(instance, request, request["limit"])
    return {
        "status": result.status,
        "value": result.objective,
        "bound": result.bound,
        "bound_source": result.bound_source,
        "seconds": result.seconds,
        "trace": [[point.seconds, point.value, point.bound] for point in result.trace],
        "certificate": getattr(result, "certificate", None),
        "backend": result.backend,
        "place_ms": placing.milliseconds(instance.problem, result.schedule),
        "assignments": rows(result.schedule),
    }


def _solve(instance: io.Instance, request: dict[str, Any], seconds: float) -> Result:
    return solve(instance.problem, objective=instance.objective, time_limit=seconds,
                 workers=request["workers"], seed=request.get("seed", SEED))


def _pyjobshop(instance: io.Instance, request: dict[str, Any]) -> dict[str, Any]:
    from benchmarks.scheduling import rival

    begun = time.monotonic()
    result, schedule = rival.solve(instance.problem, request["limit"], request["workers"])
    found = bool(schedule.assignments)
    return {
        "status": result.status.value.lower(),
        "value": round(result.objective) if found else None,
        "bound": round(result.lower_bound) if found else None,
        "bound_source": "cpsat",
        "seconds": time.monotonic() - begun,
        "trace": [],
        "certificate": None,
        "backend": "pyjobshop",
        "place_ms": None,
        "assignments": rows(schedule),
    }


def rows(schedule: Schedule) -> list[list[int]]:
    """Assignments as lists: job, operation, resource, lane, start, end."""
    return [[i.job, i.operation, i.resource, i.lane, i.start, i.end]
            for i in schedule.assignments]


def peak_mb() -> float:
    """The most memory this process ever held, in MB, children's worst added.

    Linux's ``ru_maxrss`` begins with what the parent held before the child was born, so the
    process's own high-water mark is read where there is one.
    """
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    status = Path("/proc/self/status")
    if status.exists():
        marks = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        own = int(marks[0].split()[1]) if marks else own
    return (own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


if __name__ == "__main__":
    sys.exit(main())
