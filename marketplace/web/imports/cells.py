"""Cells of a table as values: every reader takes trimmed text and says what is wrong by code."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from marketplace.core.money import Money
from marketplace.core.text import printable

CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")
FORMULA = re.compile(r"[=@\t]|[+-](?![0-9. (])")


class CellError(Exception):
    """A cell that cannot be read: a code and its parameters."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


Reader = Callable[[str], Any]


@dataclass(frozen=True)
class Column:
    """A column of a noun: how its cells are read; a blank optional cell is `default`."""

    name: str
    read: Reader
    required: bool = False
    default: Any = None

    def value(self, cell: str) -> Any:
        """The cell as a value; raises CellError."""
        if not cell:
            if self.required:
                raise CellError("required")
            return self.default
        if not printable(cell):
            raise CellError("not_text")
        if FORMULA.match(cell):
            raise CellError("formula")
        return self.read(cell)


def text(most: int) -> Reader:
    """Text of at most so many characters."""

    def read(cell: str) -> str:
        if len(cell) > most:
            raise CellError("length", least=1, most=most)
        return cell

    return read


def judged(check: Callable[[str], tuple[str, dict[str, Any]] | str | None]) -> Reader:
    """Text that a rule of a feature judges: it answers a code, with or without parameters."""

    def read(cell: str) -> str:
        wrong = check(cell)
        if wrong is not None:
            code, params = (wrong, {}) if isinstance(wrong, str) else wrong
            raise CellError(code, **params)
        return cell

    return read


def whole(least: int, most: int) -> Reader:
    """A whole number in a range."""

    def read(cell: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,12}", cell, re.ASCII):
            raise CellError("not_integer")
        if not least <= int(cell) <= most:
            raise CellError("range", least=least, most=most)
        return int(cell)

    return read


def number(least: float, most: float) -> Reader:
    """A plain decimal number in a range."""

    def read(cell: str) -> float:
        if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,12})?", cell, re.ASCII):
            raise CellError("plain_number")
        if not least <= float(cell) <= most:
            raise CellError("range", least=least, most=most)
        return float(cell)

    return read


def one_of(choices: Sequence[str]) -> Reader:
    """One of a few words."""

    def read(cell: str) -> str:
        if cell not in choices:
            raise CellError("choice", choices="/".join(choices))
        return cell

    return read


def yes_no(cell: str) -> bool:
    """`yes` or `no`; 是 and 否 as well."""
    known = {"yes": True, "no": False, "是": True, "否": False}
    if cell.casefold() not in known:
        raise CellError("choice", choices="yes/no")
    return known[cell.casefold()]


def names(most: int) -> Reader:
    """Texts between semicolons."""

    def read(cell: str) -> tuple[str, ...]:
        found = tuple(part.strip() for part in re.split("[;；]", cell) if part.strip())
        if any(len(part) > most for part in found):
            raise CellError("length", least=1, most=most)
        return found

    return read


def minute_of_day(cell: str) -> int:
    """`HH:MM` as minutes since midnight; 24:00 is the end of the day."""
    found = CLOCK.fullmatch(cell)
    minutes = int(found[1]) * 60 + int(found[2]) if found else 1441
    if found is None or int(found[2]) > 59 or minutes > 1440:
        raise CellError("not_clock")
    return minutes


def weekdays(cell: str) -> tuple[int, ...]:
    """ISO weekdays: `1-5`, `1;3;5`, or both."""
    found: set[int] = set()
    for part in re.split("[;；]", cell):
        span = re.fullmatch(r"\s*([1-7])(?:\s*-\s*([1-7]))?\s*", part)
        if span is None or (span[2] and span[2] < span[1]):
            raise CellError("not_weekdays")
        found |= set(range(int(span[1]), int(span[2] or span[1]) + 1))
    return tuple(sorted(found))


def instant(cell: str) -> datetime:
    """An RFC 3339 time with an offset."""
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        raise CellError("not_instant") from None
    if moment.tzinfo is None:
        raise CellError("offset_missing")
    if not 2000 <= moment.year < 2200:
        raise CellError("year_out_of_range")
    return moment.astimezone(UTC)


def money(cell: str) -> Money:
    """An amount in yuan, at most two decimal places, not negative."""
    if not re.fullmatch(r"[0-9]{1,11}(\.[0-9]{1,2})?", cell, re.ASCII):
        raise CellError("not_yuan")
    return Money.parse(cell)
