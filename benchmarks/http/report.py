"""The targets, and the table of what was measured beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Line:
    """One measured thing. Numbers of a service are absent where it was not measured."""

    part: str
    what: str
    ours: float | None
    reference: float | None
    ratio: float | None
    target: str
    met: bool | None   # None: only shown

    def as_json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def at_least(part: str, what: str, pairs: Sequence[tuple[float, float]], target: float) -> Line:
    """Ours over the reference's, the median of the rounds; more is better."""
    ratio = middle([ours / other for ours, other in pairs])
    return Line(part, what, *means(pairs), ratio, f">= {target:g} x", ratio >= target)


def at_most(part: str, what: str, pairs: Sequence[tuple[float, float]], target: float) -> Line:
    """The same where less is better."""
    ratio = middle([ours / other for ours, other in pairs])
    return Line(part, what, *means(pairs), ratio, f"<= {target:g} x", ratio <= target)


def bound(part: str, what: str, ours: float, most: float, other: float | None = None) -> Line:
    """A number of ours that has a bound of its own."""
    return Line(part, what, ours, other, None, f"<= {most:g}", ours <= most)


def shown(part: str, what: str, ours: float | None, other: float | None = None) -> Line:
    """A number without a target."""
    ratio = ours / other if ours is not None and other else None
    return Line(part, what, ours, other, ratio, "", None)


def means(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The median of each side."""
    return middle([each[0] for each in pairs]), middle([each[1] for each in pairs])


def middle(values: Sequence[float]) -> float:
    """The median; the upper one of two."""
    return sorted(values)[len(values) // 2]


def table(lines: Sequence[Line]) -> str:
    """The lines as text."""
    head = (" ", "what", "ours", "reference", "ratio", "target", "met")
    rows = [head] + [(line.part, line.what, _number(line.ours), _number(line.reference),
                      _number(line.ratio), line.target,
                      "" if line.met is None else "yes" if line.met else "NO") for line in lines]
    width = [max(len(row[n]) for row in rows) for n in range(len(head))]
    return "\n".join("  ".join(cell.rjust(size) if n in (2, 3, 4) else cell.ljust(size)
                               for n, (cell, size) in enumerate(zip(row, width, strict=True))
                               ).rstrip() for row in rows)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if value == int(value) or value >= 100 else f"{value:.2f}"
