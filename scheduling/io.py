"""Problems and answers as JSON, and the registry of file formats.

``read(path, format)`` gives an Instance: the problem and the objective the format is about. A
file that is wrong raises ProblemError with the line or the path of the field.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from scheduling import readers
from scheduling.explain import explain
from scheduling.problem import (
    Alternative,
    Assignment,
    Crew,
    Job,
    Lane,
    Operation,
    Problem,
    ProblemError,
    Resource,
)
from scheduling.result import Result
from scheduling.schedule import Schedule

FORMATS = {
    "problem": "welfare",
    "market": "welfare",
    "fjsp": "makespan",
    "oas": "welfare",
    "unrelated_parallel": "makespan",
}
NESTED: dict[type, dict[str, type]] = {
    Problem: {"resources": Resource, "jobs": Job, "crews": Crew, "pinned": Assignment},
    Resource: {"lanes": Lane},
    Job: {"operations": Operation},
    Operation: {"alternatives": Alternative},
}


@dataclass(frozen=True, slots=True)
class Instance:
    """A problem from a file, what it is judged by, and the factor that made its money whole."""

    problem: Problem
    objective: str
    scale: int = 1

    def unit(self, value: int | None) -> int | float | None:
        """A value in the file's own unit."""
        return value if value is None or self.scale == 1 else value / self.scale


def read(path: str | Path, form: str) -> Instance:
    """The problem in a file and the objective its format stands for."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ProblemError("", f"is not UTF-8 text ({error.reason})") from None
    if form == "oas":
        problem, scale = readers.oas(text)
        return Instance(problem, FORMATS[form], scale)
    if form in ("fjsp", "unrelated_parallel"):
        reader = readers.fjsp if form == "fjsp" else readers.parallel
        return Instance(reader(text), FORMATS[form])
    data = parse_json(text)
    problem = from_json(data) if form == "problem" else readers.market(data)
    return Instance(problem, FORMATS[form])


def parse_json(text: str) -> Any:
    """JSON data; a syntax error becomes a ProblemError with its line."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ProblemError(f"line {error.lineno}", f"is not JSON ({error.msg})") from None


def from_json(data: Any) -> Problem:
    """A problem from plain data with the field names of the problem classes.

    Fields with a default may be left out, and so may ``predecessors``, which then mean a chain.
    """
    problem = _record(Problem, data, "")
    assert isinstance(problem, Problem)
    return problem


def _record(kind: type, data: Any, path: str) -> Any:
    if not isinstance(data, dict):
        raise ProblemError(path or "file", "must be an object")
    known = {item.name: item for item in fields(kind)}
    at = f"{path}." if path else ""
    for name in data:
        if name not in known:
            raise ProblemError(f"{at}{name}", "is not a field")
    required = [name for name in known if name in NESTED.get(kind, {}) and name[-1] == "s"]
    required = [name for name in required if name != "crews"] + _scalars(kind)
    for name in required:
        if name not in data:
            raise ProblemError(f"{at}{name}", "is missing")
    nested = NESTED.get(kind, {})
    return kind(**{n: _value(nested.get(n), v, f"{at}{n}") for n, v in data.items()})


def _scalars(kind: type) -> list[str]:
    plain = {Alternative: ["resource", "duration"], Lane: ["windows"], Crew: ["capacity"]}
    if kind is Assignment:
        return [item.name for item in fields(Assignment)]
    return plain.get(kind, [])


def _value(kind: type | None, value: Any, path: str) -> Any:
    if kind is None:
        return _frozen(value, path)
    if not isinstance(value, list):
        raise ProblemError(path, "must be a list")
    if kind is Operation:
        value = [_chained(item, index) for index, item in enumerate(value)]
    return tuple(_record(kind, item, f"{path}[{i}]") for i, item in enumerate(value))


def _chained(item: Any, index: int) -> Any:
    if isinstance(item, dict) and "predecessors" not in item and index:
        return {**item, "predecessors": [index - 1]}
    return item


LISTS = {"windows": 2, "blocked": 2, "capacity": 3}


def _frozen(value: Any, path: str) -> Any:
    name = path.rsplit(".", 1)[-1]
    width = LISTS.get(name)
    deep = width is not None or name in ("setups", "transport_ticks", "transport_cost")
    flat = name in ("predecessors", "initial_setups")
    if not (deep or flat):
        return value
    if not isinstance(value, list):
        raise ProblemError(path, "must be a list")
    return (
        tuple(_row(item, f"{path}[{i}]", width) for i, item in enumerate(value))
        if deep
        else (tuple(value))
    )


def _row(value: Any, path: str, width: int | None) -> tuple[Any, ...]:
    if not isinstance(value, list) or (width is not None and len(value) != width):
        raise ProblemError(
            path, f"must be a list of {width} numbers" if width else "must be a list"
        )
    return tuple(value)


def to_json(problem: Problem) -> dict[str, Any]:
    """A problem as plain data; ``from_json`` gives it back."""
    return {item.name: _plain(getattr(problem, item.name)) for item in fields(problem)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    return value


def answer_json(instance: Instance, result: Result, form: str = "problem") -> dict[str, Any]:
    """A result in the file contract; lanes are named only where a resource may have several."""
    assignments = []
    for item in result.schedule.assignments:
        row = {
            "job": item.job,
            "operation": item.operation,
            "machine": item.resource,
            "start": item.start,
            "end": item.end,
        }
        assignments.append({**row, "lane": item.lane} if form == "problem" else row)
    reasons = explain(instance.problem, result.schedule)
    return {
        "status": result.status,
        "objective": instance.unit(result.objective),
        "bound": instance.unit(result.bound),
        "bound_source": result.bound_source,
        "gap": result.gap,
        "seconds": round(result.seconds, 3),
        "assignments": assignments,
        "unplaced": [{"job": j, "reason": why.as_json()} for j, why in reasons.items()],
        "certificate": None,
    }


def schedule_from_json(data: Any) -> Schedule:
    """The schedule in an answer; raises ProblemError for a malformed one."""
    rows = data.get("assignments") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise ProblemError("assignments", "must be a list")
    items = []
    for index, row in enumerate(rows):
        here = f"assignments[{index}]"
        if not isinstance(row, dict):
            raise ProblemError(here, "must be an object")
        items.append(_assignment({"lane": 0, **row}, here))
    return Schedule.of(items)


def _assignment(row: dict[str, Any], path: str) -> Assignment:
    values = []
    for name in ("job", "operation", "machine", "lane", "start", "end"):
        if type(row.get(name)) is not int:
            raise ProblemError(f"{path}.{name}", "must be a whole number")
        values.append(row[name])
    return Assignment(*values)
