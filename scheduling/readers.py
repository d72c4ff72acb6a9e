"""Readers of public instance formats: flexible job shop, order acceptance, unrelated parallel
machines with setups, and the market JSON. Sources are named at each reader."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from scheduling.problem import Alternative, Job, Lane, Operation, Problem, ProblemError, Resource

Row = tuple[int, list[int]]
MOST_MACHINES = 100_000
MOST_DIGITS = 15


def _number(word: str, line: int) -> int:
    try:
        return int(word)
    except ValueError:
        raise ProblemError(f"line {line}", f"{word.strip()!r} is not a whole number") from None


def _shop(jobs: list[Job], machines: int, horizon: int, **fields: Any) -> Problem:
    lanes = (Lane(((0, max(1, horizon)),)),)
    extra = fields.pop("setups", [()] * machines)
    resources = tuple(Resource(lanes, setups=extra[m], **fields) for m in range(machines))
    return Problem(resources, tuple(jobs))


def fjsp(text: str) -> Problem:
    """A flexible job shop (Brandimarte 1993): machines from 1, operations in order."""
    try:
        lines = text.splitlines()
        head = [float(word) for word in lines[0].split()]
        count, machines = int(head[0]), int(head[1])
    except (IndexError, ValueError, OverflowError):
        raise ProblemError("line 1", "must name the numbers of jobs and machines") from None
    if machines > MOST_MACHINES:
        raise ProblemError("line 1", f"has more than {MOST_MACHINES} machines")
    rows = [
        (number, [_number(word, number) for word in line.split()])
        for number, line in enumerate(lines[1:], 2)
        if line.strip()
    ]
    if len(rows) < count:
        raise ProblemError(f"line {len(lines) + 1}", f"{count} jobs expected, {len(rows)} found")
    jobs = [Job(tuple(_route(row, machines)), mandatory=True) for row in rows[:count]]
    longest = sum(max(c.duration for c in o.alternatives) for j in jobs for o in j.operations)
    return _shop(jobs, machines, longest)


def _route(row: Row, machines: int) -> Iterator[Operation]:
    line, numbers = row
    values = iter(numbers)
    try:
        for index in range(next(values)):
            choices = []
            for _ in range(next(values)):
                machine, time = next(values), next(values)
                if not 1 <= machine <= machines:
                    raise ProblemError(f"line {line}", f"there is no machine {machine}")
                choices.append(Alternative(machine - 1, time))
            if not choices:
                raise ProblemError(f"line {line}", f"operation {index + 1} has no machine")
            yield Operation(tuple(choices), (index - 1,) if index else ())
    except StopIteration:
        raise ProblemError(f"line {line}", "ends too early") from None
    if next(values, None) is not None:
        raise ProblemError(f"line {line}", "has more numbers than its operations need")


def oas(text: str) -> tuple[Problem, int]:
    """Order acceptance on one machine (Cesaret, Oguz, Salman 2012): setups follow the release.

    Revenues and weights may have decimals: the second answer is the factor that made the
    problem's money whole.
    """
    rows, scale = _whole_money(text)
    if len(rows) < 6:
        raise ProblemError(f"line {len(text.splitlines()) + 1}", "six rows of orders expected")
    width = len(rows[0][1])
    for line, row in rows[: 6 + width]:
        if len(row) != width:
            raise ProblemError(f"line {line}", f"has {len(row)} columns, not {width}")
    if width < 3 or len(rows) < 6 + width:
        raise ProblemError(f"line {rows[-1][0]}", f"a setup matrix of {width} rows expected")
    release, work, due, deadline, revenue, weight = (row for _, row in rows[:6])
    matrix = [row[1:-1] for _, row in rows[6 : 6 + width]]
    jobs = [
        Job(
            (Operation((Alternative(0, work[j]),), family=j - 1),),
            release=release[j],
            due=due[j],
            deadline=deadline[j],
            value=revenue[j],
            tardiness_weight=weight[j],
        )
        for j in range(1, width - 1)
    ]
    machine = Resource(
        (Lane(((0, max(1, *deadline)),)),),
        setups=tuple(tuple(row) for row in matrix[1:-1]),
        initial_setups=tuple(matrix[0]),
        setup_after_release=True,
    )
    return Problem((machine,), tuple(jobs)), scale


def _whole_money(text: str) -> tuple[list[Row], int]:
    """The rows as whole numbers, the money rows (fifth and sixth) times a common factor."""
    lines = [(n, line.split(",")) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    money = [_decimal(word, n) for n, words in lines[4:6] for word in words]
    places = max((-int(value.as_tuple().exponent) for value in money), default=0)
    if places > 6:
        raise ProblemError(f"line {lines[4][0]}", "has more than six decimals")
    scale = 10 ** max(0, places)
    rows = [
        (
            n,
            [int(_decimal(w, n) * scale) for w in words]
            if 4 <= index <= 5
            else [_number(w, n) for w in words],
        )
        for index, (n, words) in enumerate(lines)
    ]
    return rows, scale


def _decimal(word: str, line: int) -> Decimal:
    try:
        value = Decimal(word.strip())
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite() or value.adjusted() > MOST_DIGITS:
        raise ProblemError(f"line {line}", f"{word.strip()!r} is not a number that can be used")
    return value


def parallel(text: str) -> Problem:
    """Unrelated parallel machines with sequence-dependent setups (Vallada, Ruiz 2011)."""
    lines = [(n, line.split()) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines or len(lines[0][1]) < 2:
        raise ProblemError("line 1", "must name the numbers of jobs and machines")
    count, machines = (_number(word, 1) for word in lines[0][1][:2])
    needed = 3 + count + machines * (count + 1)
    if len(lines) < needed:
        raise ProblemError(f"line {lines[-1][0]}", f"{needed} lines expected, {len(lines)} found")
    jobs = []
    for number, (line, words) in enumerate(lines[2 : 2 + count]):
        values = _expect(line, words, 2 * machines)
        pairs = zip(values[::2], values[1::2], strict=True)
        choices = tuple(Alternative(_machine(m, machines, line), t) for m, t in pairs)
        jobs.append(Job((Operation(choices, family=number),), mandatory=True))
    setups = [_matrix(lines, 3 + count + m * (count + 1), count) for m in range(machines)]
    longest = sum(max(c.duration for c in job.operations[0].alternatives) for job in jobs)
    longest += count * max((v for table in setups for row in table for v in row), default=0)
    return _shop(jobs, machines, longest, setups=setups)


def _machine(number: int, machines: int, line: int) -> int:
    if not 0 <= number < machines:
        raise ProblemError(f"line {line}", f"there is no machine {number}")
    return number


def _expect(line: int, words: list[str], count: int) -> list[int]:
    if len(words) != count:
        raise ProblemError(f"line {line}", f"has {len(words)} numbers, not {count}")
    return [_number(word, line) for word in words]


def _matrix(
    lines: list[tuple[int, list[str]]], first: int, size: int
) -> tuple[tuple[int, ...], ...]:
    """The setup matrix whose ``Mk`` line has index ``first``."""
    line, words = lines[first]
    if not words[0].startswith("M"):
        raise ProblemError(f"line {line}", "the name of a machine (M0, M1, ...) expected")
    rows = lines[first + 1 : first + 1 + size]
    return tuple(tuple(_expect(number, row, size)) for number, row in rows)


def market(data: Any) -> Problem:
    """The market JSON: one lane a machine, jobs accepted whole or not at all."""
    if not isinstance(data, dict):
        raise ProblemError("file", "must be an object")
    for name in ("machine_windows", "machine_factory", "transport_slots", "transport_cost", "jobs"):
        if not isinstance(data.get(name), list):
            raise ProblemError(name, "must be a list")
    windows, sites = data["machine_windows"], data["machine_factory"]
    if len(windows) != len(sites):
        raise ProblemError("machine_factory", f"must have {len(windows)} entries")
    resources = []
    for index, site in enumerate(sites):
        here = f"machine_windows[{index}]"
        spans = tuple(_tuple(w, 2, here) for w in _list(windows[index], here))
        resources.append(Resource((Lane(spans),), site=site))
    jobs = tuple(_market_job(job, f"jobs[{i}]") for i, job in enumerate(data["jobs"]))
    ticks, cost = _rows(data, "transport_slots"), _rows(data, "transport_cost")
    return Problem(tuple(resources), jobs, (), ticks, cost)


def _rows(data: dict[str, Any], name: str) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(_list(row, f"{name}[{i}]")) for i, row in enumerate(data[name]))


def _list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise ProblemError(path, "must be a list")
    return value


def _tuple(value: Any, size: int, path: str) -> tuple[Any, ...]:
    if not isinstance(value, list) or len(value) != size:
        raise ProblemError(path, f"must be lists of {size} numbers")
    return tuple(value)


def _market_job(job: Any, path: str) -> Job:
    for name in ("release", "deadline", "value", "ops"):
        if not isinstance(job, dict) or name not in job:
            raise ProblemError(f"{path}.{name}", "is missing")
    operations = []
    for index, choices in enumerate(_list(job["ops"], f"{path}.ops")):
        here = f"{path}.ops[{index}]"
        options = (Alternative(*_tuple(choice, 3, here)) for choice in _list(choices, here))
        operations.append(Operation(tuple(options), (index - 1,) if index else ()))
    return Job(
        tuple(operations), release=job["release"], deadline=job["deadline"], value=job["value"]
    )
