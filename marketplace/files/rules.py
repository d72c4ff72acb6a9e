"""What may be uploaded, decided by the bytes and not by what the sender calls them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

BYTES_MOST = 10 * 2**20
FILES_MOST = 20          # on one subject
HEAD = 16                # how many first bytes tell the kind
NAME_MOST = 120

# media type: (ending, first bytes)
KINDS = {
    "application/pdf": ("pdf", b"%PDF-"),
    "image/png": ("png", b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": ("jpg", b"\xff\xd8\xff"),
}


@dataclass(frozen=True)
class Intake:
    """What is taken somewhere: so many bytes at most, of a kind that is told once all are there.

    `kind_of` reads a file from its start and gets its size; None refuses it by the field error
    `refusal`.
    """

    most: int
    kind_of: Callable[[BinaryIO, int], str | None]
    refusal: str = "file_kind"


def paper_kind(stream: BinaryIO, _size: int) -> str | None:
    """The kind of a paper by its first bytes."""
    return media_type(stream.read(HEAD))


PAPERS = Intake(BYTES_MOST, paper_kind)


def media_type(head: bytes) -> str | None:
    """The kind of a file by its first bytes; None when it is not on the list."""
    return next((kind for kind, (_, magic) in KINDS.items() if head.startswith(magic)), None)


ENDINGS = {kind: ending for kind, (ending, _) in KINDS.items()}


def file_name(given: str, kind: str, endings: Mapping[str, str] = ENDINGS) -> str:
    """A name that is safe to store and to offer: no folders, no control or direction characters.

    The ending is that of the kind, whatever was sent.
    """
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    stem = base.rpartition(".")[0] or base
    kept = "".join(char for char in stem if unicodedata.category(char)[0] not in "CZ"
                   or char == " ")
    kept = re.sub(r'[<>:"|?*]', "_", kept).strip(". ")[:NAME_MOST] or "file"
    return f"{kept}.{endings[kind]}"
