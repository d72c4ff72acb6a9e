"""Write an archive while the service goes on: one moment's rows, then the files they name."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, text

from marketplace.backup import archive, rows
from marketplace.core import clock
from marketplace.core.db import Base, db
from marketplace.core.transaction import end_read
from marketplace.files import store
from marketplace.files.models import File


@dataclass(frozen=True)
class Made:
    """What an archive holds; `missing` are files whose bytes were not there."""

    rows: int
    blobs: int
    missing: list[str]


def backup(path: Path) -> Made:
    """Write everything into a new archive.

    The rows are those of one moment, whoever writes meanwhile; no blob that they name is swept
    away before it is copied. Raises ArchiveRefused.
    """
    end_read()   # this thread's own snapshot may be older
    with store.writing(), archive.writing(path) as writer:
        with _snapshot() as connection:
            manifest: dict[str, Any] = {
                "format": archive.FORMAT, "made": clock.now().isoformat(),
                "engine": connection.dialect.name, "revision": revision(connection),
                "tables": {table.name: _add_table(writer, connection, table)
                           for table in Base.metadata.sorted_tables}}
            wanted = list(connection.scalars(   # of what was taken away only the row stays
                select(File.sha256).where(File.removed_at.is_(None)).distinct()
                .order_by(File.sha256)))
        kept = [sha256 for sha256 in wanted if _add_blob(writer, sha256)]
        manifest["blobs"] = kept
        manifest["missing"] = sorted(set(wanted) - set(kept))
        _add_manifest(writer, manifest)
    return Made(sum(each["rows"] for each in manifest["tables"].values()), len(kept),
                manifest["missing"])


def revision(connection: Connection) -> str:
    """The revision of the tables."""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


@contextmanager
def _snapshot() -> Iterator[Connection]:
    """A connection that sees the database as it is at its first read, and goes on seeing that."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ",
                                         postgresql_readonly=True)
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        yield connection


def _add_table(writer: archive.Writer, connection: Connection, table: Any) -> dict[str, Any]:
    """Add one table; what the manifest says of it."""
    with writer.spool() as spool:
        count = rows.dump(connection, table, spool)
        size = spool.tell()
        spool.seek(0)
        checksum = archive.sha256_of(spool)
        spool.seek(0)
        writer.add(archive.table_part(table.name), spool, size)
    return {"columns": [each.name for each in rows.columns(table)], "rows": count,
            "sha256": checksum}


def _add_blob(writer: archive.Writer, sha256: str) -> bool:
    """Add the bytes of a file; False when they are not there or not what they were."""
    try:
        with open(store.path_of(sha256), "rb") as stream:
            if archive.sha256_of(stream) != sha256:
                return False
            size = stream.tell()
            stream.seek(0)
            writer.add(archive.blob_part(sha256), stream, size)
    except FileNotFoundError:
        return False
    return True


def _add_manifest(writer: archive.Writer, manifest: dict[str, Any]) -> None:
    body = json.dumps(manifest, indent=1, sort_keys=True).encode()
    writer.add(archive.MANIFEST, io.BytesIO(body), len(body))
