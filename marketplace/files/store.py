"""The bytes of files: a folder under the instance that the hosts share, one blob a hash.

A blob is written whole (temporary file, fsync, rename) before its row. A blob without a row is an
orphan: its upload failed or its row is gone, and `sweep` takes it away.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from marketplace import config
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.files.errors import FileRefused
from marketplace.files.rules import PAPERS, Intake

CHUNK = 2**16
GRACE = 3600.0   # seconds that an orphan or a half-written file is left alone


@dataclass(frozen=True)
class Blob:
    """Bytes at rest."""

    sha256: str
    size: int
    media_type: str


def folder() -> Path:
    """Where the blobs lie."""
    path = config.current().folder / "blobs"
    path.mkdir(parents=True, exist_ok=True)
    return path


def path_of(sha256: str) -> Path:
    """Where the blob of a hash lies."""
    return folder() / sha256[:2] / sha256


@contextmanager
def writing() -> Iterator[None]:
    """Keep the sweeper out from before a blob is written until its row is committed."""
    with _locked(fcntl.LOCK_SH):
        yield


def write(stream: IO[bytes], intake: Intake = PAPERS) -> Blob:
    """Store a stream; raises FileRefused before anything is kept of a wrong one."""
    with _draft() as (target, temporary):
        blob = _copy(stream, target, intake)
        _place(temporary, blob.sha256)
        return blob


def put_back(sha256: str, stream: IO[bytes]) -> None:
    """Store bytes that were a blob before, of whatever kind and size; the hash was checked."""
    with _draft() as (target, temporary):
        shutil.copyfileobj(stream, target, CHUNK)
        target.flush()
        os.fsync(target.fileno())
        _place(temporary, sha256)


@contextmanager
def _draft() -> Iterator[tuple[BinaryIO, Path]]:
    """A file that is gone afterwards unless it was put in its place."""
    handle, name = tempfile.mkstemp(prefix="part-", dir=folder())
    temporary = Path(name)
    try:
        with open(handle, "w+b") as target:
            yield target, temporary
    finally:
        temporary.unlink(missing_ok=True)


def _place(temporary: Path, sha256: str) -> None:
    """Give a draft whose bytes are on the disk its name."""
    place = path_of(sha256)
    place.parent.mkdir(exist_ok=True)
    temporary.replace(place)   # the same bytes once more make the blob young again
    _sync_folder(place.parent)


def _copy(stream: IO[bytes], target: BinaryIO, intake: Intake) -> Blob:
    """Copy, hash and measure; what lies there then must be of a kind that is taken."""
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > intake.most:
            raise refused("file_size", intake.most)
        digest.update(chunk)
        target.write(chunk)
    if not size:
        raise refused("file_empty")
    target.seek(0)
    kind = intake.kind_of(target, size)
    if kind is None:
        raise refused(intake.refusal)
    target.flush()
    os.fsync(target.fileno())
    return Blob(digest.hexdigest(), size, kind)


def refused(code: str, most: int = PAPERS.most) -> FileRefused:
    """A refusal of the field `file`."""
    return FileRefused(errors=[FieldError("file", code, most=most // 2**20)])


def sweep(known: Callable[[list[str]], set[str]]) -> int:
    """Delete what no row names and what was left half-written an hour ago; returns how many.

    `known` says which hashes have a row. No upload runs meanwhile.
    """
    with _locked(fcntl.LOCK_EX):
        old = [each for each in folder().glob("*/*") if _is_old(each)]
        kept = known([each.name for each in old])
        gone = [each for each in old if each.name not in kept]
        gone += [each for each in folder().glob("part-*") if _is_old(each)]
        for each in gone:
            each.unlink(missing_ok=True)
    return len(gone)


def _is_old(path: Path) -> bool:
    return clock.now().timestamp() - path.stat().st_mtime > GRACE


@contextmanager
def _locked(kind: int) -> Iterator[None]:
    with open(folder() / ".lock", "a") as file:
        fcntl.flock(file, kind)
        yield


def _sync_folder(path: Path) -> None:
    """Make a rename in this folder last."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
