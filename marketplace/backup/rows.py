"""Rows as lines of JSON and back, by the types of the columns and not by those of an engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from sqlalchemy import JSON, Column, Connection, Date, Table, Text, bindparam, cast, insert, select

from marketplace.core.money import Money
from marketplace.core.types import Exact, Fen, UtcDateTime

BATCH = 1000

# How a value that JSON does not know is written; the column's type reads it again.
WRITE: dict[type, Callable[[Any], Any]] = {
    datetime: datetime.isoformat, date: date.isoformat, Decimal: str,
    Money: lambda value: value.minor}
READ: dict[type, Callable[[Any], Any]] = {
    UtcDateTime: datetime.fromisoformat, Date: date.fromisoformat, Exact: Decimal, Fen: Money}


def columns(table: Table) -> list[Column[Any]]:
    """What is kept of a table: a column that the database computes, it computes again."""
    return [each for each in table.columns if each.computed is None]


def _plain(value: Any) -> Any:
    """A value as JSON."""
    write = WRITE.get(type(value))
    return write(value) if write else value


def _chosen(column: Column[Any]) -> Any:
    """How a column is read: JSON as its own text, so that a null in it is not one of SQL."""
    return cast(column, Text) if isinstance(column.type, JSON) else column


def dump(connection: Connection, table: Table, stream: IO[bytes]) -> int:
    """Write all rows in the order of the primary key; returns how many."""
    query = (select(*map(_chosen, columns(table))).order_by(*table.primary_key.columns)
             .execution_options(yield_per=BATCH))
    count = 0
    for row in connection.execute(query):
        line = json.dumps([_plain(value) for value in row], separators=(",", ":"))
        stream.write(line.encode() + b"\n")
        count += 1
    return count


def load(connection: Connection, table: Table, stream: Iterable[bytes]) -> int:
    """Insert the rows of a part; returns how many."""
    kept = columns(table)
    # a parameter's name must not be a column's; JSON's None is NULL here, its null is JSON.NULL
    query = insert(table).values({
        each.name: bindparam(f"p_{each.name}", type_=JSON(none_as_null=True)
                             if isinstance(each.type, JSON) else each.type) for each in kept})
    names = [f"p_{each.name}" for each in kept]
    readers = [_reader(each) for each in kept]
    count = 0
    for batch in _batches(stream):
        rows = [{name: None if value is None else read(value)
                 for name, read, value in zip(names, readers, json.loads(line), strict=True)}
                for line in batch]
        connection.execute(query, rows)
        count += len(rows)
    return count


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    """How a value of this column is read from JSON."""
    if isinstance(column.type, JSON):
        return _document
    return READ.get(type(column.type), lambda value: value)


def _document(text: str) -> Any:
    """A JSON column's value; its null is kept apart from SQL's."""
    found = json.loads(text)
    return JSON.NULL if found is None else found


def _batches(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for line in lines:
        batch.append(line)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
