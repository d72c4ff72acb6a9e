"""Drawings on bookings and jobs: attach, list, fetch, take away, and who fetched what.

What a file hangs on is a higher feature's; it registers here who may know of it and when files
come and go. Every download is written down before it is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import func, select

from marketplace.accounts.models import Company, Member
from marketplace.accounts.permissions import require
from marketplace.accounts.services import locked
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.core.transaction import transactional
from marketplace.files import store
from marketplace.files.errors import FileDelivered, FileNotFound, FilesClosed, TooManyFiles
from marketplace.files.kinds import DRAWINGS, ENDINGS
from marketplace.files.models import File, FileDownload
from marketplace.files.rules import FILES_MOST, file_name

LOG_MOST = 200   # downloads that are shown of one subject


@dataclass(frozen=True)
class Subject:
    """What files hang on. `find` raises NotFound for who has no part in it."""

    find: Callable[[Actor, int], Any]
    is_open: Callable[[int], bool]        # files may be added
    is_delivered: Callable[[int], bool]   # files stay


@dataclass(frozen=True)
class Beyond:
    """What a still higher feature knows of a thing: who else reads its files, whether they stay."""

    reads: Callable[[Actor, int], bool]
    is_delivered: Callable[[int], bool]


_subjects: dict[str, Subject] = {}
_beyond: dict[str, Beyond] = {}


def hangs_on(kind: str, subject: Subject) -> None:
    """Let files hang on a kind of thing."""
    _subjects[kind] = subject


def knows_more(kind: str, beyond: Beyond) -> None:
    """Let a higher feature add what it knows of a kind of thing."""
    _beyond[kind] = beyond


def attach(actor: Actor, kind: str, subject_id: int, name: str, stream: IO[bytes]) -> File:
    """A party attaches a drawing; the same bytes once more are the file that is there.

    Raises FileRefused for size or kind, FilesClosed, TooManyFiles; strangers send nothing.
    """
    require(actor, "file.attach")
    _subjects[kind].find(actor, subject_id)
    with store.writing():
        return _attach(actor, (kind, subject_id), name, store.write(stream, DRAWINGS))


@transactional
def _attach(actor: Actor, on: tuple[str, int], name: str, blob: store.Blob) -> File:
    kind, subject_id = on
    company = locked(actor.company_id)   # uploads of one company count one after the other
    _subjects[kind].find(actor, subject_id)
    if not _subjects[kind].is_open(subject_id):
        raise FilesClosed()
    own = [row for row in _files(kind, subject_id) if row.owner_company_id == company.id]
    same = next((row for row in own if row.sha256 == blob.sha256), None)
    if same is not None:
        return same
    if len(own) >= FILES_MOST:
        raise TooManyFiles(most=FILES_MOST)
    row = File(owner_company_id=company.id, uploaded_by=actor.member_id, subject_kind=kind,
               subject_id=subject_id, name=file_name(name, blob.media_type, ENDINGS),
               media_type=blob.media_type, size=blob.size, sha256=blob.sha256,
               created_at=clock.now())
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "file.attach", "file", row.id, on=kind, number=subject_id,
                 sha256=blob.sha256, size=blob.size)
    return row


def _files(kind: str, subject_id: int) -> Sequence[File]:
    return db.session.scalars(
        select(File).where(File.subject_kind == kind, File.subject_id == subject_id,
                           File.removed_at.is_(None)).order_by(File.id).limit(500)).all()


def may_read(actor: Actor, kind: str, subject_id: int) -> bool:
    """True for the parties, and for those whom a higher feature names."""
    try:
        _subjects[kind].find(actor, subject_id)
    except NotFound:
        return kind in _beyond and _beyond[kind].reads(actor, subject_id)
    return True


def listed(actor: Actor, kind: str, subject_id: int) -> Sequence[File]:
    """The files on a thing, oldest first; raises NotFound for who may not read them."""
    require(actor, "file.read")
    if not may_read(actor, kind, subject_id):
        _subjects[kind].find(actor, subject_id)
    return _files(kind, subject_id)


def _file(actor: Actor, file_id: int) -> File:
    """One attached file that the actor may read; raises FileNotFound."""
    row = db.session.get(File, file_id)
    if (row is None or row.removed_at is not None or row.subject_kind not in _subjects
            or not may_read(actor, row.subject_kind, row.subject_id)):
        raise FileNotFound(id=file_id)
    return row


@transactional
def fetch(actor: Actor, file_id: int) -> tuple[File, Path]:
    """A reader fetches a file, which is written down first; raises FileNotFound."""
    require(actor, "file.read")
    row = _file(actor, file_id)
    path = store.path_of(row.sha256)
    if not path.is_file():
        raise FileNotFound(id=file_id)
    db.session.add(FileDownload(file_id=row.id, member_id=actor.member_id, at=clock.now()))
    audit.record(actor, "file.download", "file", row.id, on=row.subject_kind,
                 number=row.subject_id)
    return row, path


@transactional
def take_away(actor: Actor, file_id: int) -> File:
    """A company takes away its own file before delivery; who fetched it stays written down.

    Raises FileNotFound, FileDelivered.
    """
    require(actor, "file.attach")
    locked(actor.company_id)
    row = _file(actor, file_id)
    if row.owner_company_id != actor.company_id:
        raise FileNotFound(id=file_id)
    if stay(row.subject_kind, row.subject_id):
        raise FileDelivered()
    row.removed_at = clock.now()
    audit.record(actor, "file.take_away", "file", row.id, sha256=row.sha256)
    return row


@dataclass(frozen=True)
class Fetched:
    """A line of the log: which file, who, of which company, when."""

    file: File
    member: str
    company: str
    at: Any


def log_of(actor: Actor, kind: str, subject_id: int) -> list[Fetched]:
    """Who fetched the actor's company's files of a thing, also those it took away; newest first.

    An erased member stands there under its pseudonym. Raises NotFound.
    """
    require(actor, "file.read")
    _subjects[kind].find(actor, subject_id)
    query = (select(File, Member.name, func.coalesce(Company.name, ""), FileDownload.at)
             .join(FileDownload, FileDownload.file_id == File.id)
             .join(Member, Member.id == FileDownload.member_id)
             .outerjoin(Company, Company.id == Member.company_id)
             .where(File.subject_kind == kind, File.subject_id == subject_id,
                    File.owner_company_id == actor.company_id)
             .order_by(FileDownload.id.desc()).limit(LOG_MOST))
    return [Fetched(*row) for row in db.session.execute(query)]


def downloads_of(actor: Actor, file_id: int) -> list[Fetched]:
    """Who fetched one of the actor's company's own files; raises FileNotFound."""
    require(actor, "file.read")
    row = db.session.get(File, file_id)
    if (row is None or row.subject_kind not in _subjects
            or row.owner_company_id != actor.company_id):
        raise FileNotFound(id=file_id)
    return [each for each in log_of(actor, row.subject_kind, row.subject_id)
            if each.file.id == row.id]


def may_add(kind: str, subject_id: int) -> bool:
    """True while files may be added to a thing."""
    return _subjects[kind].is_open(subject_id)


def stay(kind: str, subject_id: int) -> bool:
    """True once the files of a thing stay."""
    return _subjects[kind].is_delivered(subject_id) or (
        kind in _beyond and _beyond[kind].is_delivered(subject_id))
