"""Value and bound over time as an SVG picture, written by hand: no library, no randomness.

The same curves always give the same text. Colours follow the reader's light or dark setting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from pathlib import Path

Number = int | float
Point = tuple[float, Number]
WIDTH, HEIGHT = 760, 340
LEFT, RIGHT, TOP, BOTTOM = 108, 16, 46, 44
STYLE = """<style>
svg { background: #fff; font: 12px system-ui, sans-serif; fill: #333; }
.title { font-size: 14px; font-weight: 600; }
.axis { stroke: #888; fill: none; }
.grid { stroke: #ddd; fill: none; }
.gap { fill: #888; fill-opacity: .18; }
.value { stroke: #1b6ca8; stroke-width: 2; fill: none; }
.bound { stroke: #b3541e; stroke-width: 2; stroke-dasharray: 6 3; fill: none; }
@media (prefers-color-scheme: dark) {
  svg { background: #16181c; fill: #ddd; }
  .grid { stroke: #34383f; }
  .value { stroke: #6db6ec; }
  .bound { stroke: #e69a66; }
}
</style>"""


@dataclass(frozen=True, slots=True)
class Curve:
    """One run: what was known after how many seconds, in the unit that is to be shown.

    ``values`` and ``bounds`` are ``(seconds, number)`` in the order of time; each number holds
    until the next. ``seconds`` is how long the run took, ``what`` names value and unit.
    """

    title: str
    what: str
    seconds: float
    values: tuple[Point, ...] = ()
    bounds: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """Where seconds and numbers of one curve lie in the picture."""

    top: int
    end: float
    low: Number
    high: Number

    def x(self, seconds: float) -> float:
        """Pixels from the left."""
        return LEFT + seconds / self.end * (WIDTH - LEFT - RIGHT)

    def y(self, number: Number) -> float:
        """Pixels from the top."""
        share = (number - self.low) / (self.high - self.low)
        return self.top + HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def svg(curves: Sequence[Curve]) -> str:
    """The picture of runs, one below the other."""
    height = HEIGHT * len(curves)
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size}>', STYLE]
    for number, curve in enumerate(curves):
        parts += _panel(curve, number * HEIGHT)
    return "\n".join([*parts, "</svg>"]) + "\n"


def write(path: Path, curves: Sequence[Curve]) -> None:
    """Write the picture to a file."""
    path.write_text(svg(curves), encoding="utf-8")


def _panel(curve: Curve, top: int) -> list[str]:
    numbers = [number for _, number in (*curve.values, *curve.bounds)]
    title = _text(LEFT, top + 20, curve.title, "title")
    if not numbers:
        return [title, _text(LEFT, top + 40, "no plan and no bound were found")]
    margin = (max(numbers) - min(numbers)) * 0.05 or max(1.0, abs(numbers[0]) * 0.05)
    seconds = (point[0] for point in (*curve.values, *curve.bounds))
    end = max(curve.seconds, *seconds, 0.001)
    frame = Frame(top, end, min(numbers) - margin, max(numbers) + margin)
    lines = [title, _text(LEFT, top + 38, f"{curve.what}; {_legend(curve)}")]
    lines += _axes(frame)
    if curve.values and curve.bounds:
        lines.append(_gap(curve, frame))
    for name, points in (("value", curve.values), ("bound", curve.bounds)):
        if points:
            lines.append(f'<path class="{name}" d="M{_path(frame, _held(points, end))}"/>')
    return lines


def _legend(curve: Curve) -> str:
    value = curve.values[-1][1] if curve.values else None
    bound = curve.bounds[-1][1] if curve.bounds else None
    words = [] if value is None else [f"value (line) {shown(value)}"]
    if bound is not None:
        words.append(f"bound (dashed) {shown(bound)}")
    if value is not None and bound:
        words.append(f"gap {100 * abs(bound - value) / abs(bound):.2f} %")
    return ", ".join(words)


def shown(number: Number) -> str:
    """A number for people: thousands apart, at most four digits after the point."""
    if number == int(number):
        return f"{int(number):,}"
    return f"{number:,.4f}".rstrip("0")


def ticks(low: Number, high: Number, about: int = 5) -> list[Number]:
    """Round numbers from ``low`` to ``high``: multiples of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / about
    power = floor(log10(rough))
    step = next(f for f in (1, 2, 5, 10) if f * 10.0**power >= rough * 0.999)
    first, last = ceil(low / (step * 10.0**power)), floor(high / (step * 10.0**power))
    if power >= 0:
        return [index * step * 10**power for index in range(first, last + 1)]
    return [round(index * step * 10.0**power, -power) for index in range(first, last + 1)]


def _axes(frame: Frame) -> list[str]:
    foot = frame.top + HEIGHT - BOTTOM
    lines = []
    for number in ticks(frame.low, frame.high):
        y = frame.y(number)
        lines.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        lines.append(_text(LEFT - 8, y + 4, shown(number), anchor="end"))
    for number in ticks(0, frame.end, 8):
        x = frame.x(number)
        lines.append(f'<path class="axis" d="M{x:.1f} {foot}v5"/>')
        lines.append(_text(x, foot + 18, shown(number), anchor="middle"))
    lines.append(_text((LEFT + WIDTH - RIGHT) / 2, foot + 36, "seconds", anchor="middle"))
    lines.append(f'<path class="axis" d="M{LEFT} {frame.top + TOP}V{foot}H{WIDTH - RIGHT}"/>')
    return lines


def _gap(curve: Curve, frame: Frame) -> str:
    """The area between the two lines, from when both are known."""
    begin = max(curve.values[0][0], curve.bounds[0][0])
    there = _held(_since(curve.values, begin), frame.end)
    back = _held(_since(curve.bounds, begin), frame.end)[::-1]
    return f'<path class="gap" d="M{_path(frame, [*there, *back])}Z"/>'


def _since(points: Sequence[Point], begin: float) -> list[Point]:
    before = [number for seconds, number in points if seconds <= begin]
    return [(begin, before[-1]), *(point for point in points if point[0] > begin)]


def _held(points: Sequence[Point], end: float) -> list[Point]:
    """The corners of a line that keeps each number until the next comes."""
    corners: list[Point] = []
    for seconds, number in points:
        if corners:
            corners.append((seconds, corners[-1][1]))
        corners.append((seconds, number))
    return [*corners, (end, corners[-1][1])]


def _path(frame: Frame, points: Sequence[Point]) -> str:
    return "L".join(f"{frame.x(s):.1f} {frame.y(number):.1f}" for s, number in points)


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    attributes = f'class="{kind}" ' if kind else ""
    attributes += f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f"<text {attributes}>{escape(words)}</text>"
