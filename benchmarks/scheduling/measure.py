"""Runs a solve in a child process, and believes nothing of its answer that is not checked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.scheduling.journal import Record
from benchmarks.scheduling.runs import WORKERS, Run
from scheduling import bounds, io
from scheduling.bench import first_answer, value_after
from scheduling.check import violations
from scheduling.problem import Assignment, ProblemError
from scheduling.registry import objective_named
from scheduling.result import TracePoint, gap_between
from scheduling.schedule import Schedule

GRACE_SECONDS = 120.0
EARLY_SECONDS = 5.0


class NoAnswer(Exception):
    """A child that ended without an answer, or whose answer is not true."""


def measure(run: Run, seed: int = 1) -> Record:
    """Everything that tables need of one run; ``error`` says what was wrong, if anything."""
    case = run.case
    record: Record = {"key": run.key, "group": case.group, "name": case.name, "size": case.size,
                      "solver": run.solver, "limit": run.limit, "workers": WORKERS, "seed": seed,
                      "best": case.best, "error": None}
    try:
        answer = ask({"path": str(case.path), "form": case.form, "solver": run.solver,
                      "limit": run.limit, "workers": WORKERS, "seed": seed},
                     run.seconds + GRACE_SECONDS)
        return {**record, **judged(_instance(case.path, case.form), answer)}
    except NoAnswer as error:
        return {**record, "error": str(error)}


def ask(request: dict[str, Any], seconds: float) -> dict[str, Any]:
    """The child's answer; raises NoAnswer when it crashes or does not end."""
    with tempfile.TemporaryDirectory(prefix="bench-scheduling-") as folder:
        file = Path(folder) / "answer.json"
        child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.scheduling.child", str(file)],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
            start_new_session=True)
        try:
            _, words = child.communicate(json.dumps(request), seconds)
        except subprocess.TimeoutExpired:
            raise NoAnswer(f"did not end within {seconds:.0f} s") from None
        finally:
            _end(child)
        if child.returncode or not file.exists():
            last = (words.strip().splitlines() or ["no word"])[-1]
            raise NoAnswer(f"ended with {child.returncode}: {last}")
        return json.loads(file.read_text(encoding="utf-8"))


def _end(child: subprocess.Popen[str]) -> None:
    """End the child and whatever it started, should it still be there."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()


@lru_cache(maxsize=1)
def _instance(path: Path, form: str) -> io.Instance:
    return io.read(path, form)


def judged(instance: io.Instance, answer: dict[str, Any]) -> Record:
    """An answer's numbers in the file's own unit; raises NoAnswer when they are not true.

    A bound from prices is what its certificate is found to prove here. One from CP-SAT has no
    certificate and is taken as claimed.
    """
    goal = objective_named(instance.objective)
    problem = instance.problem.all_mandatory() if goal.REQUIRES_ALL else instance.problem
    value, unit = answer["value"], instance.unit
    if value is not None:
        schedule = Schedule.of(Assignment(*row) for row in answer["assignments"])
        if found := violations(problem, schedule):
            raise NoAnswer(f"not a plan: {found[0]}")
        if (real := goal.measure(problem, schedule)) != value:
            raise NoAnswer(f"claims {unit(value)}, is {unit(real)}")
    bound, verified = answer["bound"], False
    if answer["bound_source"] == "prices":
        bound, verified = certified(instance, answer), True
    if None not in (value, bound) and (bound < value if goal.SENSE == "max" else bound > value):
        raise NoAnswer(f"a bound of {unit(bound)} that the value {unit(value)} crosses")
    trace = [TracePoint(*point) for point in answer["trace"]]
    return {
        "jobs": len(problem.jobs), "status": answer["status"], "value": unit(value),
        "bound": unit(bound), "verified": verified,
        "gap": gap_between(value, bound), "first": first_answer(trace),
        "early": unit(value_after(trace, EARLY_SECONDS)), "seconds": answer["seconds"],
        "peak_mb": answer["peak_mb"], "backend": answer["backend"],
        "place_ms": answer["place_ms"],
    }


def certified(instance: io.Instance, answer: dict[str, Any]) -> int:
    """What the certificate proves; raises NoAnswer where the answer claims more than that."""
    try:
        proven = bounds.evaluate(instance.problem, instance.objective, answer["certificate"]).value
    except ProblemError as error:
        raise NoAnswer(f"no certificate: {error}") from None
    claimed, most = answer["bound"], objective_named(instance.objective).SENSE == "max"
    if proven is None or (proven > claimed if most else proven < claimed):
        raise NoAnswer(f"claims the bound {claimed}, its certificate proves {proven}")
    return proven
