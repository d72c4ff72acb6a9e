"""Reads of files: scoped to who may know of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, func, or_, select, true

from marketplace.accounts.permissions import allowed
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.files.errors import FileNotFound
from marketplace.files.models import File, FileReader

# What a reader must be allowed, by what the file hangs on. A kind that is not here has no files.
READ = {"company": "paper.read"}


def files_on(actor: Actor, kind: str, subject_id: int) -> Sequence[File]:
    """Files on a subject that the actor may read, newest first; nothing for anybody else."""
    if not allowed(actor, READ[kind]):
        return []
    return db.session.scalars(
        select(File).where(File.subject_kind == kind, File.subject_id == subject_id,
                           _readable(actor)).order_by(File.id.desc()).limit(100)).all()


def file_for(actor: Actor, file_id: int) -> File:
    """One file that the actor may read; raises FileNotFound."""
    row = db.session.scalar(select(File).where(
        File.id == file_id, File.subject_kind.in_(READ), _readable(actor)))
    if row is None or not allowed(actor, READ[row.subject_kind]):
        raise FileNotFound(id=file_id)
    return row


def counts(kind: str, subject_ids: Sequence[int]) -> dict[int, int]:
    """How many files hang on each subject; for lists that only say how many."""
    rows = db.session.execute(
        select(File.subject_id, func.count()).where(
            File.subject_kind == kind, File.subject_id.in_(subject_ids)).group_by(File.subject_id))
    return {subject_id: count for subject_id, count in rows}


def known(hashes: list[str]) -> set[str]:
    """Which of these hashes have a row whose bytes are to be kept."""
    found: set[str] = set()
    for start in range(0, len(hashes), 500):
        found.update(db.session.scalars(select(File.sha256).where(
            File.sha256.in_(hashes[start:start + 500]), File.removed_at.is_(None))))
    return found


def _readable(actor: Actor):  # type: ignore[no-untyped-def]
    """The owner's people, a named reader's people, and staff where their role may read."""
    if actor.is_operator:
        return true()
    named = exists().where(FileReader.file_id == File.id,
                           FileReader.company_id == actor.company_id)
    return or_(File.owner_company_id == actor.company_id, named)
