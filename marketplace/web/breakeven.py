"""Which mode is cheapest at which quantity: the same terms asked for other numbers of pieces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from marketplace.core.money import Money
from marketplace.web import prices
from marketplace.web.prices import Answer
from marketplace.web.reader import formats, words

POINTS = 36    # quantities asked
SHOWN = 6      # rows of the table
COLOURS = {"time_slice": "mode-time", "piece": "mode-piece", "value": "mode-value"}
Terms = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Bounds:
    """The shortest and the longest work that the listing takes, in minutes."""

    least: int
    most: int


def view(terms: Terms, pieces: int, lanes: int, bounds: Bounds) -> dict[str, Any] | None:
    """Chart, conclusion and table; None where fewer than two modes can be compared."""
    asked = _asked(terms, quantities(pieces), lanes, bounds)
    asked = dict(sorted((asked | _asked(terms, between(asked), lanes, bounds)).items()))
    modes = sorted({each.mode for answers in asked.values() for each in answers},
                   key=prices.place)
    if len(modes) < 2 or len(asked) < 3 or pieces not in asked:
        return None
    ranges = cheapest(asked)
    return {"data": _data(asked, modes, pieces, ranges), "label": _conclusion(ranges),
            "modes": modes, "rows": _rows(asked, modes, pieces)}


def quantities(pieces: int) -> list[int]:
    """Numbers of pieces around the one asked about, up to two and a half times as many."""
    most = max(10, pieces * 5 // 2)
    found = {1 + (most - 1) * step // (POINTS - 1) for step in range(POINTS)}
    return sorted(found | {pieces})


def _asked(terms: Terms, numbers: Iterable[int], lanes: int,
           bounds: Bounds) -> dict[int, list[Answer]]:
    """Prices of each number of pieces, of modes whose length the listing takes."""
    found = {number: [each for each in prices.of_usage(terms, None, number, lanes)
                      if bounds.least <= each.minutes <= bounds.most] for number in numbers}
    return {number: answers for number, answers in found.items() if answers}


def between(asked: Mapping[int, Sequence[Answer]]) -> list[int]:
    """The quantities around each change of the cheapest mode, so that it is found exactly."""
    runs = cheapest(asked)
    return [number for (_, last, _), (first, _, _) in pairwise(runs)
            for number in range(last + 1, first)]


def cheapest(asked: Mapping[int, Sequence[Answer]]) -> list[tuple[int, int, str]]:
    """Runs of quantities with their cheapest firm mode: first, last, mode."""
    best = [(pieces, min(firm, key=lambda each: each.least).mode)
            for pieces, answers in asked.items()
            if (firm := [each for each in answers if each.priced.total is not None])]
    runs = []
    for mode, group in groupby(best, key=lambda each: each[1]):
        numbers = [pieces for pieces, _ in group]
        runs.append((numbers[0], numbers[-1], mode))
    return runs


def _each(amount: Money, pieces: int) -> float:
    """Yuan per piece, as a place on an axis."""
    return round(amount.minor / 100 / pieces, 2)


def _data(asked: Mapping[int, Sequence[Answer]], modes: Sequence[str], pieces: int,
          ranges: Sequence[tuple[int, int, str]]) -> dict[str, Any]:
    lines = {mode: [[number, _each(each.least, number)] for number, answers in asked.items()
                    for each in answers if each.mode == mode] for mode in modes}
    top = _top(lines, pieces)
    lines = {mode: [[x, y] for x, y in points if y <= top] for mode, points in lines.items()}
    bands = [{"low": lines[mode],
              "high": [[number, min(_each(each.priced.most, number), top)]
                       for number, answers in asked.items() for each in answers
                       if each.mode == mode and _each(each.least, number) <= top],
              "colour": COLOURS.get(mode, "c-1"), "name": words("offer.even.band")}
             for mode in modes if _moves(asked, mode)]
    return {"x": {"name": words("offer.even.x"), "min": 0, "max": max(asked)},
            "y": {"name": words("offer.even.y"), "min": 0, "max": top, "prefix": "¥"},
            "series": [_series(asked, mode, lines[mode]) for mode in modes],
            "bands": bands,
            "marker": {"x": pieces, "name": words("offer.even.this", number=pieces)},
            "ribbon": [{"from": first, "to": last, "colour": COLOURS.get(mode, "c-1"),
                        "name": words("offer.even.best", mode=words(f"ui.mode.{mode}"))}
                       for first, last, mode in ranges]}


def _moves(asked: Mapping[int, Sequence[Answer]], mode: str) -> bool:
    return any(each.mode == mode and each.priced.total is None
               for answers in asked.values() for each in answers)


def _series(asked: Mapping[int, Sequence[Answer]], mode: str,
            points: list[list[float]]) -> dict[str, Any]:
    moves = _moves(asked, mode)
    name = words(f"ui.mode.{mode}")
    return {"name": words("offer.even.floor", mode=name) if moves else name, "data": points,
            "colour": COLOURS.get(mode, "c-1"), "dash": [6, 4] if moves else False}


def _top(lines: Mapping[str, Sequence[Sequence[float]]], pieces: int) -> float:
    """The height of the chart: twice what the dearest mode costs at this quantity, rounded."""
    here = [y for points in lines.values() for x, y in points if x == pieces]
    most = max(here, default=1.0) * 2
    step = 10 ** (len(str(int(most))) - 1)
    return float(-(-int(most + 1) // step) * step)


def _conclusion(ranges: Sequence[tuple[int, int, str]]) -> str:
    """What the chart says, in words."""
    f = formats()
    return words("offer.list_comma").join(
        words("offer.even.range", first=f.number(first), last=f.number(last),
              mode=words(f"ui.mode.{mode}")) for first, last, mode in ranges)


def _rows(asked: Mapping[int, Sequence[Answer]], modes: Sequence[str],
          pieces: int) -> list[tuple[str, list[str]]]:
    """A few quantities with the price per piece in every mode."""
    numbers = sorted({*list(asked)[::max(1, len(asked) // SHOWN)], pieces})
    rows = []
    for number in numbers:
        found = {each.mode: each for each in asked[number]}
        rows.append((formats().number(number), [_cell(found.get(mode), number)
                                                for mode in modes]))
    return rows


def _cell(answer: Answer | None, pieces: int) -> str:
    if answer is None:
        return "—"
    least = formats().number(_each(answer.least, pieces), 2)
    if answer.priced.total is not None:
        return f"¥{least}"
    return f"¥{least}–{formats().number(_each(answer.priced.most, pieces), 2)}"
