"""The lines that say what was reached, beside what was required and aimed at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.scheduling.journal import Record

NEAR = 1e-9   # values of orders have decimals


@dataclass(frozen=True)
class Target:
    """What is required and what is aimed at, in the unit of the line; most or least."""

    required: float
    aim: float
    at_most: bool = True

    def verdict(self, number: float) -> str:
        """``aim``, ``yes`` (as required) or ``NO``."""
        if self._meets(number, self.aim):
            return "aim"
        return "yes" if self._meets(number, self.required) else "NO"

    def _meets(self, number: float, limit: float) -> bool:
        return number <= limit + NEAR if self.at_most else number >= limit - NEAR


@dataclass(frozen=True)
class Line:
    """One measured number."""

    what: str
    ours: float | None
    unit: str
    other: float | None = None
    target: Target | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """What the target says; empty without one or without a number."""
        return self.target.verdict(self.ours) if self.target and self.ours is not None else ""

    def as_json(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "verdict": self.verdict}


def to_best(record: Record, best: Mapping[str, float] | None = None) -> float | None:
    """How far a value is from the best known, as a fraction; negative when it is better.

    (value - best) / best when minimising, (best - value) / best when maximising; None without
    one of them or with a best of zero. ``best`` overrides what the record knows, by name.
    """
    known = (best or {}).get(record["name"], record["best"])
    value = record["value"]
    if value is None or not known:
        return None
    return (known - value if record["group"] in ("oas", "market") else value - known) / known


def gaps(records: Iterable[Record], best: Mapping[str, float] | None = None) -> list[float]:
    """Gaps to best known; a run without a value counts as 100 %."""
    found = [(to_best(record, best), record) for record in records]
    return [1.0 if record["value"] is None else gap for gap, record in found
            if gap is not None or (record["value"] is None and record["best"])]


def mean(values: Sequence[float]) -> float | None:
    """The mean; None of nothing."""
    return sum(values) / len(values) if values else None


def worst(values: Sequence[float]) -> float | None:
    """The greatest; None of nothing."""
    return max(values, default=None)


def per_cent(share: float | None) -> float | None:
    """A fraction as per cent."""
    return None if share is None else 100 * share


def reached(values: Sequence[float]) -> float | None:
    """The share of gaps that are nothing or better than nothing."""
    return mean([float(value <= NEAR) for value in values])


def table(lines: Sequence[Line]) -> str:
    """The lines as text."""
    rows = [("what", "ours", "PyJobShop", "", "required", "aim", "met", "")]
    rows += [_cells(line) for line in lines]
    return aligned(rows, left=(0, 3, 6, 7))


def _cells(line: Line) -> tuple[str, ...]:
    required = aim = ""
    if line.target:
        sign = "<=" if line.target.at_most else ">="
        required, aim = f"{sign} {line.target.required:g}", f"{sign} {line.target.aim:g}"
    return (line.what, number(line.ours), number(line.other), line.unit, required, aim,
            line.verdict, line.note)


def aligned(rows: Sequence[Sequence[str]], left: Sequence[int]) -> str:
    """Columns, those of ``left`` to the left and all others to the right."""
    width = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(size) if n in left else cell.rjust(size)
                               for n, (cell, size) in enumerate(zip(row, width, strict=True))
                               ).rstrip() for row in rows)


def number(value: float | None) -> str:
    """A number with what digits it needs."""
    if value is None:
        return "-"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.2f}"
