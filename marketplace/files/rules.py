"""What may be uploaded, decided by the bytes and not by what the sender calls them."""

from __future__ import annotations

import re
import unicodedata

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


def media_type(head: bytes) -> str | None:
    """The kind of a file by its first bytes; None when it is not on the list."""
    return next((kind for kind, (_, magic) in KINDS.items() if head.startswith(magic)), None)


def file_name(given: str, kind: str) -> str:
    """A name that is safe to store and to offer: no folders, no control or direction characters.

    The ending is that of the kind, whatever was sent.
    """
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    stem = base.rpartition(".")[0] or base
    kept = "".join(char for char in stem if unicodedata.category(char)[0] not in "CZ"
                   or char == " ")
    kept = re.sub(r'[<>:"|?*]', "_", kept).strip(". ")[:NAME_MOST] or "file"
    return f"{kept}.{KINDS[kind][0]}"
