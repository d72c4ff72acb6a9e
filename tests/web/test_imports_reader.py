"""Files as rows: encodings, limits, and files that mean no good."""

from __future__ import annotations

import io
import zipfile
from datetime import time
from typing import Any

import openpyxl
import pytest

from marketplace.web.imports import limits
from marketplace.web.imports.cells import (
    CellError,
    Column,
    instant,
    minute_of_day,
    money,
    text,
    weekdays,
    whole,
    yes_no,
)
from marketplace.web.imports.errors import FileRefused
from marketplace.web.imports.limits import MAX_ROWS
from marketplace.web.imports.reader import read

CSV = "code,name\nM1,数控车床\n\nM2,\"铣床,五轴\"\n"


def workbook(rows: list[list[Any]], sheet: str = "sites", more: str = "") -> bytes:
    """An XLSX file with one sheet, or two."""
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    if more:
        book.create_sheet(more)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def repacked(body: bytes, part: str, content: bytes) -> bytes:
    """The same workbook with one part replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(
            buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, content if info.filename == part else old.read(info))
    return buffer.getvalue()


def refusal(name: str, body: bytes, noun: str = "sites") -> tuple[str, dict[str, Any]]:
    """Why a file is refused."""
    with pytest.raises(FileRefused) as caught:
        read(name, body, noun)
    return caught.value.errors[0].code, caught.value.errors[0].params


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_in_the_encodings_of_spreadsheets(encoding: str):
    """Blank lines are skipped, quoted commas kept, and each row knows its line of the file."""
    table = read("a.csv", CSV.encode(encoding), "sites")

    assert table.columns == ("code", "name")
    assert [(row.line, row.cells["name"]) for row in table.rows] == [
        (2, "数控车床"), (4, "铣床,五轴")]


def test_a_quoted_line_break_counts_lines_of_the_file():
    """A row after a cell of two lines is named by the line on which it begins."""
    table = read("a.csv", b'code,name\nM1,"two\nlines"\nM2,x\n', "sites")

    assert [row.line for row in table.rows] == [2, 4]


def test_a_workbook_reads_like_the_csv():
    """Numbers, booleans, times of day and the end of the day become the text of the CSV."""
    table = read("a.xlsx", workbook([["a", "b", "c", "d", "e"],
                                     [5.0, True, time(8, 30), 36.65, None]]), "sites")

    assert list(table.rows[0].cells.values()) == ["5", "yes", "08:30", "36.65", ""]


def test_the_sheet_named_like_the_noun_is_read():
    """With several sheets the noun's own is read; without it the file is refused."""
    body = workbook([["code"], ["M1"]], "sites", more="notes")

    assert read("a.xlsx", body, "sites").rows[0].cells == {"code": "M1"}
    assert refusal("a.xlsx", body, "jobs") == ("sheet_missing", {"sheet": "jobs"})


@pytest.mark.parametrize(("name", "body", "code"), [
    ("a.csv", b"", "table_empty"), ("a.csv", b"\n , \n", "table_empty"),
    ("a.csv", b"code\x00\nx\n", "file_not_text"), ("a.csv", b"\xff\xfe\xff", "file_not_text"),
    ("a.csv", b'a,b\n"x,y\n', "csv_broken"), ("a.csv", b"a,a\n1,2\n", "column_twice"),
    ("a.csv", b"a,b\n1,2,3\n", "row_too_long"), ("a.csv", b"a\n" + b"x" * 2001, "cell_too_long"),
    ("a.csv", b"a\n" + b'"' + b"x" * 200_000 + b'"', "csv_broken"),
    ("a.csv", ",".join(f"c{n}" for n in range(61)).encode(), "too_many_columns"),
    ("a.xlsx", b"code,name\n", "file_not_xlsx"), ("a.xls", b"\xd0\xcf\x11\xe0", "file_not_xlsx"),
    ("a.xlsx", b"PK\x03\x04 no archive", "file_not_xlsx")])
def test_what_is_no_table_is_refused(name: str, body: bytes, code: str):
    """Each kind of broken file has its own reason."""
    assert refusal(name, body)[0] == code


def test_size_and_rows_are_limited():
    """A file above 5 MB, or of more than 20,000 rows, is refused whole."""
    assert refusal("a.csv", b"a\n" + b"x\n" * (5 * 2**19))[0] == "table_too_large"
    assert refusal("a.csv", b"a\n" + b"x\n" * (MAX_ROWS + 1)) == (
        "too_many_rows", {"most": MAX_ROWS})
    assert len(read("a.csv", b"a\n" + b"x\n" * MAX_ROWS, "sites").rows) == MAX_ROWS


def test_a_formula_in_a_workbook_is_refused():
    """A formula cell is refused with its line, whatever it computes."""
    assert refusal("a.xlsx", workbook([["code"], ["ok"], ["=1+1"]])) == (
        "formula_in_line", {"line": 3})


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    """An archive that would unpack to more than 40 MB is refused by its own list of parts."""
    bomb = repacked(workbook([["code"]]), "xl/worksheets/sheet1.xml", b" " * (41 * 2**20))

    assert len(bomb) < 2**20
    assert refusal("a.xlsx", bomb)[0] == "file_unpacks_too_large"


def test_an_entity_bomb_is_refused():
    """XML that defines entities is not read."""
    xml = (b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
           b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
           b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row>'
           b"</sheetData></worksheet>")

    assert refusal("a.xlsx", repacked(workbook([["code"]]), "xl/worksheets/sheet1.xml",
                                      xml))[0] == "file_not_xlsx"


def test_a_sheet_that_lies_about_its_rows_is_refused():
    """A row that says it is the millionth does not fill the memory with blank ones."""
    xml = (b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
           b'<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
           b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData></worksheet>')

    assert refusal("a.xlsx", repacked(workbook([["code"]]), "xl/worksheets/sheet1.xml",
                                      xml))[0] == "too_many_rows"


def test_the_reader_knows_its_limits():
    """The limits that the page promises are those of the reader."""
    assert (limits.MAX_BYTES, limits.MAX_ROWS) == (5 * 2**20, 20_000)


@pytest.mark.parametrize(("read_cell", "cell", "value"), [
    (minute_of_day, "8:30", 510), (minute_of_day, "24:00", 1440),
    (weekdays, "1-5", (1, 2, 3, 4, 5)), (weekdays, "1;3；5-6", (1, 3, 5, 6)),
    (yes_no, "是", True), (yes_no, "NO", False), (whole(1, 9), "9", 9)])
def test_cells_are_read(read_cell: Any, cell: str, value: Any):
    """Times of day, weekdays and answers are read as people here write them."""
    assert read_cell(cell) == value


@pytest.mark.parametrize(("read_cell", "cell", "code"), [
    (minute_of_day, "24:01", "not_clock"), (minute_of_day, "8.30", "not_clock"),
    (minute_of_day, "08:60", "not_clock"), (weekdays, "5-1", "not_weekdays"),
    (weekdays, "0", "not_weekdays"), (yes_no, "maybe", "choice"), (whole(1, 9), "10", "range"),
    (whole(1, 9), "1.0", "not_integer"), (whole(1, 9), "１", "not_integer"),
    (instant, "2026-03-02T08:00:00", "offset_missing"), (instant, "soon", "not_instant"),
    (instant, "1999-03-02T08:00:00Z", "year_out_of_range"), (money, "1.001", "not_yuan"),
    (money, "-1", "not_yuan"), (money, "1e9", "not_yuan"), (text(3), "abcd", "length")])
def test_wrong_cells_say_why(read_cell: Any, cell: str, code: str):
    """A cell that cannot be read names its reason."""
    with pytest.raises(CellError) as caught:
        read_cell(cell)
    assert caught.value.code == code


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+cmd|'/c calc'!A1", "-cmd"])
def test_formulas_in_a_csv_are_refused(cell: str):
    """A cell that a spreadsheet would run is not taken in, while numbers with a sign are."""
    column = Column("name", text(40))

    with pytest.raises(CellError) as caught:
        column.value(cell)
    assert caught.value.code == "formula"
    assert column.value("-117.2") == "-117.2"
    assert column.value("+86 531 8888") == "+86 531 8888"
