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
MONEY = ("welfare", "weighted_tardiness", "cost", "disturbance")
NESTED: dict[type, dict[str, type]] = {
    Problem: {
        "resources": Resource,
        "jobs": Job,
        "crews": Crew,
        "pinned": Assignment,
        "earlier": Assignment,
    },
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

    def unit(self, value: int | None, objective: str = "") -> int | float | None:
        """A value of an objective (by default the first) in the file's own unit."""
        name = (objective or self.objective).replace(",", " ").split()[0]
        money = name in MONEY and self.scale != 1
        return value / self.scale if money and value is not None else value


def read(path: str | Path, form: str) -> Instance:
    """The problem in a file and the objective its format stands for."""
    text = read_text(path)
    if form == "oas":
        problem, scale = readers.oas(text)
        return Instance(problem, FORMATS[form], scale)
    if form in ("fjsp", "unrelated_parallel"):
        reader = readers.fjsp if form == "fjsp" else readers.parallel
        return Instance(reader(text), FORMATS[form])
    data = parse_json(text)
    problem = from_json(data) if form == "problem" else readers.market(data)
    return Instance(problem, FORMATS[form])


def read_text(path: str | Path) -> str:
    """A text file; other bytes become a ProblemError."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ProblemError("", f"is not UTF-8 text ({error.reason})") from None


def parse_json(text: str) -> Any:
    """JSON data; what is none becomes a ProblemError, with the line of a syntax error."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ProblemError(f"line {error.lineno}", f"is not JSON ({error.msg})") from None
    except RecursionError:
        raise ProblemError("file", "is nested too deeply") from None
    except ValueError:
        raise ProblemError("file", "has a number of too many digits") from None


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
    values = {n: _value(nested.get(n), v, f"{at}{n}") for n, v in data.items()}
    if kind is Assignment and "also" in values:
        values["also"] = _rows(list(values["also"]), f"{at}also", 2)
    return kind(**values)


def _scalars(kind: type) -> list[str]:
    plain = {Alternative: ["resource", "duration"], Lane: ["windows"], Crew: ["capacity"]}
    if kind is Assignment:
        return [item.name for item in fields(Assignment) if item.name not in ("also", "lot")]
    return plain.get(kind, [])


def _value(kind: type | None, value: Any, path: str) -> Any:
    if kind is None:
        return _frozen(value, path)
    value = _list(value, path)
    if kind is Operation:
        value = [_chained(item, index) for index, item in enumerate(value)]
    return tuple(_record(kind, item, f"{path}[{i}]") for i, item in enumerate(value))


def _chained(item: Any, index: int) -> Any:
    if isinstance(item, dict) and "predecessors" not in item and index:
        return {**item, "predecessors": [index - 1]}
    return item


ROWS = {
    "windows": 2,
    "blocked": 2,
    "capacity": 3,
    "lags": 2,
    "setups": None,
    "transport_ticks": None,
    "transport_cost": None,
}
FLAT = ("predecessors", "initial_setups", "also")


def _frozen(value: Any, path: str) -> Any:
    """Lists as tuples where a list belongs; anything else as it is."""
    name = path.rsplit(".", 1)[-1]
    crowd = name == "capacity" and not path.startswith("crews")  # a resource's is a number
    if name in ROWS and not crowd:
        return _rows(value, path, ROWS[name])
    return tuple(_list(value, path)) if name in FLAT else value


def _list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise ProblemError(path, "must be a list")
    return value


def _rows(value: Any, path: str, width: int | None) -> tuple[Any, ...]:
    rows = enumerate(_list(value, path))
    return tuple(_row(item, f"{path}[{index}]", width) for index, item in rows)


def _row(value: Any, path: str, width: int | None) -> tuple[Any, ...]:
    if not isinstance(value, list) or (width is not None and len(value) != width):
        what = f"must be a list of {width} numbers" if width else "must be a list"
        raise ProblemError(path, what)
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
    rows = [_row_of(item, form) for item in result.schedule.assignments]
    reasons = explain(instance.problem, result.schedule)
    return {
        "status": result.status,
        "objective": instance.unit(result.objective),
        "bound": instance.unit(result.bound),
        "bound_source": result.bound_source,
        "gap": result.gap,
        "seconds": round(result.seconds, 3),
        "assignments": rows,
        "unplaced": [{"job": j, "reason": why.as_json()} for j, why in reasons.items()],
        "certificate": result.certificate,
    }


def _row_of(item: Assignment, form: str) -> dict[str, Any]:
    """One assignment; lot and further resources only where they say something."""
    row: dict[str, Any] = {
        "job": item.job,
        "operation": item.operation,
        "machine": item.resource,
        "start": item.start,
        "end": item.end,
    }
    if form == "problem":
        row["lane"] = item.lane
    if item.lot:
        row["lot"] = item.lot
    if item.also:
        row["also"] = [list(place) for place in item.also]
    return row


def certificate_from_json(data: Any) -> Any:
    """The certificate in an answer; raises ProblemError for an answer that has none."""
    certificate = data.get("certificate") if isinstance(data, dict) else None
    if certificate is None:
        raise ProblemError("certificate", "there is none in this answer")
    return certificate


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
        items.append(_assignment({"lane": 0, "also": [], "lot": 0, **row}, here))
    return Schedule.of(items)


def _assignment(row: dict[str, Any], path: str) -> Assignment:
    names = ("job", "operation", "machine", "lane", "start", "end", "lot")
    for name in names:
        _whole(row.get(name), f"{path}.{name}")
    also = _rows(row["also"], f"{path}.also", 2)
    for index, place in enumerate(also):
        for at, number in enumerate(place):
            _whole(number, f"{path}.also[{index}][{at}]")
    job, operation, machine, lane, start, end, lot = (row[name] for name in names)
    return Assignment(job, operation, machine, lane, start, end, also, lot)


def _whole(value: Any, path: str) -> None:
    if type(value) is not int:
        raise ProblemError(path, "must be a whole number")
