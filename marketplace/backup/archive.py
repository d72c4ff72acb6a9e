"""The archive as a file: parts of a tar, and the manifest that says what they must be."""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from marketplace.core import clock

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 2**16


class ArchiveRefused(Exception):
    """What stops a backup or a restore; its text is the one sentence the operator reads."""


def sha256_of(stream: IO[bytes]) -> str:
    """The checksum of what a stream still holds."""
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


class Writer:
    """An archive being written."""

    def __init__(self, tar: tarfile.TarFile, folder: Path) -> None:
        self.tar, self.folder = tar, folder

    def add(self, name: str, stream: IO[bytes], size: int) -> None:
        """One part; `size` bytes are read from where the stream stands."""
        head = tarfile.TarInfo(name)
        head.size, head.mode, head.mtime = size, 0o600, int(clock.now().timestamp())
        self.tar.addfile(head, stream)

    @contextmanager
    def spool(self) -> Iterator[IO[bytes]]:
        """A file without a name beside the archive, for a part whose size is not known yet."""
        with tempfile.TemporaryFile(dir=self.folder) as file:
            yield file


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Write an archive under a passing name; it gets its own when all is on the disk.

    Nobody but its owner may read it. Raises ArchiveRefused where something has that name already,
    also when it appeared meanwhile.
    """
    if path.exists():
        raise ArchiveRefused(f"{path} is there already: name another file, or move it away.")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise ArchiveRefused(f"{path.parent} cannot be written to: {error.strerror}.") from error
    draft = Path(name)
    try:
        with open(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                yield Writer(tar, path.parent)
            file.flush()
            os.fsync(file.fileno())
        _publish(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _publish(draft: Path, path: Path) -> None:
    """Give the draft its name; a link, unlike a rename, never replaces what is there.

    On a file system without links the last look is a moment before the rename.
    """
    try:
        os.link(draft, path)
    except OSError as error:
        if path.exists():
            raise ArchiveRefused(f"{path} is there already: name another file.") from error
        draft.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Reader:
    """An archive of ours, its manifest read and understood."""

    def __init__(self, tar: tarfile.TarFile, path: Path) -> None:
        self.tar, self.path = tar, path
        self.manifest: dict[str, Any] = self._manifest()

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        """Columns, row count and checksum by table."""
        found: dict[str, dict[str, Any]] = self.manifest["tables"]
        return found

    @property
    def blobs(self) -> list[str]:
        """The checksums of the files whose bytes are here."""
        found: list[str] = self.manifest["blobs"]
        return found

    def part(self, name: str) -> IO[bytes]:
        """The bytes of one part; raises ArchiveRefused when it is not there or no plain file."""
        try:
            stream = self.tar.extractfile(name)
        except KeyError:
            stream = None
        if stream is None:
            raise ArchiveRefused(f"{self.path} is damaged: {name} is missing.")
        return stream

    def check(self) -> None:
        """Compare every part with its checksum; raises ArchiveRefused at the first that differs."""
        wanted = {table_part(name): each["sha256"] for name, each in self.tables.items()}
        wanted |= {blob_part(each): each for each in self.blobs}
        for name, checksum in wanted.items():
            with self.part(name) as stream:
                if sha256_of(stream) != checksum:
                    raise ArchiveRefused(
                        f"{self.path} is damaged: {name} is not what it was when it was written.")

    def _manifest(self) -> dict[str, Any]:
        try:
            found = json.loads(self.part(MANIFEST).read())
        except ValueError as error:
            raise ArchiveRefused(f"{self.path} is damaged: its manifest is no JSON.") from error
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise ArchiveRefused(f"{self.path} is no archive that this version can read.")
        return found


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Open an archive; raises ArchiveRefused for what is none or is cut short."""
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise ArchiveRefused(f"{path} cannot be read: {error.strerror}.") from error
    try:
        with file, tarfile.open(fileobj=file, mode="r:") as tar:
            yield Reader(tar, path)
    except tarfile.TarError as error:
        raise ArchiveRefused(f"{path} is no whole archive: {error}.") from error


def table_part(name: str) -> str:
    """Where the rows of a table lie."""
    return f"tables/{name}.jsonl"


def blob_part(sha256: str) -> str:
    """Where the bytes of a file lie."""
    return f"blobs/{sha256}"
