"""Rows of an Excel workbook, read as a stream; bombs and formulas are refused before and while."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree.ElementTree import ParseError

from marketplace.web.imports.limits import MAX_COLUMNS, MAX_ROWS, refused

MAX_UNPACKED = 40 * 2**20
MAX_PARTS = 200
MAX_LINES = 2 * MAX_ROWS   # blank lines included
BROKEN = (zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, AttributeError,
          IndexError, OSError, EOFError, NotImplementedError, RuntimeError)


def lines(body: bytes, noun: str) -> Iterator[tuple[int, Sequence[str]]]:
    """The lines of the sheet named like the noun, or of the only sheet.

    Raises FileRefused for an archive that unpacks to more than a table of text needs, for a
    formula, and for anything that is no workbook.
    """
    _measure(body)
    import openpyxl
    from defusedxml.common import DefusedXmlException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")   # openpyxl tells of styles it does not know
            book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=False,
                                          keep_links=False)
            sheet = _sheet(book, noun)
            found = list(_lines(sheet))
            book.close()
    except (*BROKEN, DefusedXmlException):
        raise refused("file_not_xlsx") from None
    yield from found


def _measure(body: bytes) -> None:
    """Refuse an archive by what it says it unpacks to; a lie ends in a broken archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise refused("file_not_xlsx") from None
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise refused("file_unpacks_too_large", megabytes=MAX_UNPACKED // 2**20)


def _sheet(book: Any, noun: str) -> Any:
    names = [each.title for each in book.worksheets]
    if noun in names:
        return book[noun]
    if len(names) == 1:
        return book.worksheets[0]
    raise refused("sheet_missing", sheet=noun)


def _lines(sheet: Any) -> Iterator[tuple[int, Sequence[str]]]:
    sheet.reset_dimensions()   # what the file says about its size need not be true
    for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1), 1):
        if number > MAX_LINES:
            raise refused("too_many_rows", most=MAX_ROWS)
        yield number, [_text(cell, number) for cell in cells]


def _text(cell: Any, line: int) -> str:
    """A cell as the text that the CSV of the same table would hold."""
    value = cell.value
    if cell.data_type == "f":
        raise refused("formula_in_line", line=line)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return format(value, ".12g")
    if isinstance(value, datetime | date | time | timedelta):
        return _moment(value)
    return str(value)


def _moment(value: datetime | date | time | timedelta) -> str:
    """Times of day as HH:MM; Excel keeps 24:00 as the first day of its calendar, or as a span."""
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds() // 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, datetime) and value.year < 1901:
        return "24:00" if value.time() == time() else f"{value:%H:%M}"
    return value.isoformat()
