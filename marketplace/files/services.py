"""Use cases of files: upload, hand out, take away, sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import delete, func, select

from marketplace.accounts import privacy
from marketplace.accounts.permissions import require, require_company
from marketplace.accounts.services import locked
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.transaction import transactional
from marketplace.files import queries, store
from marketplace.files.errors import FileKept, FileNotFound, TooManyFiles
from marketplace.files.models import File, FileDownload, FileReader
from marketplace.files.rules import FILES_MOST, file_name


def upload_paper(actor: Actor, name: str, stream: BinaryIO) -> File:
    """A company hands in a paper for its verification.

    Raises FileRefused for size or kind, TooManyFiles.
    """
    require(actor, "paper.upload")
    with store.writing():
        return _upload(actor, name, store.write(stream))


@transactional
def _upload(actor: Actor, name: str, blob: store.Blob) -> File:
    company = locked(actor.company_id)   # uploads of one company count one after the other
    have = db.session.scalar(select(func.count()).select_from(File).where(
        File.subject_kind == "company", File.subject_id == company.id))
    if (have or 0) >= FILES_MOST:
        raise TooManyFiles(most=FILES_MOST)
    row = File(owner_company_id=company.id, uploaded_by=actor.member_id, subject_kind="company",
               subject_id=company.id, name=file_name(name, blob.media_type),
               media_type=blob.media_type, size=blob.size, sha256=blob.sha256,
               created_at=clock.now())
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "file.upload", "file", row.id, sha256=blob.sha256, size=blob.size)
    return row


@transactional
def download(actor: Actor, file_id: int) -> tuple[File, Path]:
    """Somebody who may read a file fetches it, which is written down first.

    Raises FileNotFound, also when the blob is missing.
    """
    row = queries.file_for(actor, file_id)
    path = store.path_of(row.sha256)
    if not path.is_file():
        raise FileNotFound(id=file_id)
    db.session.add(FileDownload(file_id=row.id, member_id=actor.member_id, at=clock.now()))
    audit.record(actor, "file.download", "file", row.id)
    return row, path


@transactional
def remove(actor: Actor, file_id: int) -> None:
    """A company takes back a paper, unless it was verified by it; the sweeper takes the bytes."""
    require(actor, "paper.upload")
    company = locked(actor.company_id)
    row = queries.file_for(actor, file_id)
    require_company(actor, row.owner_company_id, "file")
    if company.state == "verified":
        raise FileKept()
    for table in (FileDownload, FileReader):
        db.session.execute(delete(table).where(table.file_id == row.id))
    audit.record(actor, "file.remove", "file", row.id, sha256=row.sha256)
    db.session.delete(row)


def sweep() -> int:
    """Delete blobs that no row names; returns how many."""
    return store.sweep(queries.known)


@privacy.part("downloads")
def downloads_of(member_id: int) -> list[dict[str, Any]]:
    """What a member fetched, for the copy of its data."""
    rows = db.session.scalars(select(FileDownload).where(FileDownload.member_id == member_id)
                              .order_by(FileDownload.id.desc()).limit(privacy.MOST))
    return [{"file": row.file_id, "at": row.at.isoformat()} for row in rows]


@privacy.part("uploads")
def uploads_of(member_id: int) -> list[dict[str, Any]]:
    """What a member uploaded, for the copy of its data."""
    rows = db.session.scalars(select(File).where(File.uploaded_by == member_id)
                              .order_by(File.id).limit(privacy.MOST))
    return [{"file": row.id, "name": row.name, "at": row.created_at.isoformat()} for row in rows]
