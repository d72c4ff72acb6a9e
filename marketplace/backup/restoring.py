"""Read an archive into an empty database: everything or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, func, literal, select, text
from sqlalchemy.exc import SQLAlchemyError

from marketplace import config
from marketplace.backup import archive, rows
from marketplace.backup.archive import ArchiveRefused
from marketplace.backup.making import revision
from marketplace.core.db import Base, db
from marketplace.core.transaction import transaction
from marketplace.files import store
from marketplace.resources import openings


def restore(path: Path, replace: bool = False) -> dict[str, Any]:
    """Bring back what an archive holds; returns its manifest.

    The whole archive is checked before anything is written, and the rows come in one transaction.
    Raises ArchiveRefused: damaged, of another revision, or the database is not empty and `replace`
    was not said.
    """
    with archive.reading(path) as reader:
        _refuse_other_tables(reader)
        reader.check()
        with store.writing(), transaction():
            connection = db.session.connection()
            _empty(connection, replace)
            _put_blobs_back(reader)   # before the rows that name them, as in every upload
            _fill(connection, reader)
            openings.rebuild(openings.all_ids(), config.current().opening_days)   # up to today
        return reader.manifest


def _put_blobs_back(reader: archive.Reader) -> None:
    """The bytes of all files; where the rows do not come after all, the sweeper takes them."""
    for sha256 in reader.blobs:
        with reader.part(archive.blob_part(sha256)) as stream:
            store.put_back(sha256, stream)


def _refuse_other_tables(reader: archive.Reader) -> None:
    """The archive, the database and the programme must mean the same tables."""
    with db.engine.connect() as connection:
        try:
            ours = revision(connection)
        except SQLAlchemyError as error:
            raise ArchiveRefused(
                "The database has no tables yet: run `flask db upgrade` first.") from error
    theirs = reader.manifest["revision"]
    if theirs != ours:
        raise ArchiveRefused(
            f"The archive is of revision {theirs}, the database of {ours}: restore it with the "
            f"version of Gongfang that wrote it, then upgrade.")
    known = {table.name: [each.name for each in rows.columns(table)]
             for table in Base.metadata.sorted_tables}
    if known != {name: each["columns"] for name, each in reader.tables.items()}:
        raise ArchiveRefused("The archive has other tables than this version of Gongfang.")


def _empty(connection: Connection, replace: bool) -> None:
    """See that the tables are empty, or empty them because the operator said so."""
    tables = Base.metadata.sorted_tables
    _keep_others_out(connection, tables)
    if replace:
        for table in reversed(tables):
            connection.execute(delete(table))
        return
    full = [table.name for table in tables if _has_rows(connection, table)]
    if full:
        raise ArchiveRefused(
            f"The database is not empty (table {full[0]}): restore into a new one, or say "
            "--replace to delete everything that is in it first.")


def _fill(connection: Connection, reader: archive.Reader) -> None:
    """Put all rows in, in an order in which what a row refers to is there before it."""
    for table in Base.metadata.sorted_tables:
        with reader.part(archive.table_part(table.name)) as stream:
            count = rows.load(connection, table, stream)
        if count != reader.tables[table.name]["rows"]:
            raise ArchiveRefused(f"{reader.path} is damaged: rows of {table.name} are missing.")
        _go_on_counting(connection, table)


def _keep_others_out(connection: Connection, tables: list[Table]) -> None:
    """Nobody reads or writes while the rows come; SQLite's transaction sees to it by itself."""
    if connection.dialect.name == "sqlite":
        return
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    names = ", ".join(connection.dialect.identifier_preparer.format_table(each)
                      for each in tables)
    connection.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))


def _has_rows(connection: Connection, table: Table) -> bool:
    return connection.execute(select(literal(1)).select_from(table).limit(1)).first() is not None


def _go_on_counting(connection: Connection, table: Table) -> None:
    """New rows get numbers after the restored ones; SQLite looks at the rows by itself."""
    column = table.autoincrement_column
    if column is None or connection.dialect.name != "postgresql":
        return
    last = connection.scalar(select(func.max(column)))
    sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
    if last is not None and sequence is not None:
        connection.execute(select(func.setval(sequence, last)))
