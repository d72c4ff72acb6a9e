"""Files as rows of text: CSV here, XLSX in `xlsx`; what is no honest small table is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from marketplace.web.imports.limits import MAX_BYTES, MAX_CELL, MAX_COLUMNS, MAX_ROWS, refused

ENCODINGS = ("utf-8-sig", "gb18030")   # what spreadsheets here write


@dataclass(frozen=True)
class Row:
    """One row: the number of its first line in the file (1 is the header), its cells."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """Column names as the file has them, and its rows without the blank ones."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read(name: str, body: bytes, noun: str) -> Table:
    """Read a CSV or XLSX file; raises FileRefused."""
    if len(body) > MAX_BYTES:
        raise refused("table_too_large", megabytes=MAX_BYTES // 2**20)
    if not body.strip():
        raise refused("table_empty")
    if body.startswith(b"PK\x03\x04"):
        from marketplace.web.imports import xlsx

        return table(xlsx.lines(body, noun))
    if name.lower().endswith((".xls", ".xlsx")):
        raise refused("file_not_xlsx")
    return table(_csv_lines(body))


def table(lines: Iterable[tuple[int, Sequence[str]]]) -> Table:
    """Lines with their numbers as a table: the first one names the columns."""
    numbered = iter(lines)
    header = next((each for each in numbered if any(map(str.strip, each[1]))), None)
    if header is None:
        raise refused("table_empty")
    columns = tuple(name.strip() for name in header[1])
    while columns and not columns[-1]:
        columns = columns[:-1]
    _check_header(columns)
    rows: list[Row] = []
    for line, cells in numbered:
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= MAX_ROWS:
            raise refused("too_many_rows", most=MAX_ROWS)
        rows.append(_row(line, columns, cells))
    return Table(columns, tuple(rows))


def _check_header(columns: Sequence[str]) -> None:
    if len(columns) > MAX_COLUMNS:
        raise refused("too_many_columns", most=MAX_COLUMNS)
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise refused("column_twice", columns=", ".join(twice)[:200])


def _row(line: int, columns: Sequence[str], cells: Sequence[str]) -> Row:
    if any(cell.strip() for cell in cells[len(columns):]):
        raise refused("row_too_long", line=line)
    if any(len(cell) > MAX_CELL for cell in cells):
        raise refused("cell_too_long", line=line, most=MAX_CELL)
    padded = chain((cell.strip() for cell in cells), (("",) * len(columns)))
    return Row(line, dict(zip(columns, padded, strict=False)))


def _csv_lines(body: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    """CSV lines with the number of the line in the file on which each begins."""
    reader = csv.reader(io.StringIO(_decoded(body), newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise refused("csv_broken", line=line) from None
        yield line, cells


def _decoded(body: bytes) -> str:
    if b"\x00" in body:
        raise refused("file_not_text")
    for encoding in ENCODINGS:
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refused("file_not_text")
