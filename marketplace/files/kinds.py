"""What may be attached to bookings and jobs: drawings, models, tables and notes, told by content.

The name that was sent counts for nothing. A kind must begin and end as its standard says, so that
a file with another one glued to it is not taken. Sources: ISO 32000 (PDF), ISO/IEC 15948 (PNG),
ISO/IEC 10918-1 (JPEG), ISO 10303-21 (STEP), IGES 5.3, Autodesk's DXF reference.
"""

from __future__ import annotations

import re
import struct
from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import BinaryIO

from marketplace.files.rules import Intake

DRAWING_BYTES = 16 * 2**20
EDGE = 4096           # bytes at each end that tell a kind
CHUNK = 2**16
ENDINGS = {
    "application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/vnd.dwg": "dwg",
    "image/vnd.dxf": "dxf", "model/step": "step", "model/iges": "igs", "model/stl": "stl",
    "text/csv": "csv", "text/plain": "txt",
}
BLANK = b" \t\r\n\x00"
CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f")) + b"\x7f"
ZIP_END = b"PK\x05\x06"
FOREIGN = (b"<", b"MZ", b"\x7fELF", b"PK", b"#!", b"GIF8", b"%!", b"{\\rtf",
           b"ISO-10303-21;")   # a model that was cut short is no note
MARKUP = re.compile(rb"<(!doctype|html|head|body|script|svg|iframe|\?xml|\?php)|%PDF-", re.I)
DXF_BINARY = b"AutoCAD Binary DXF\r\n\x1a\x00"
DWG = re.compile(rb"AC10(12|14|15|18|21|24|27|32)\x00")
FIRST_PAIRS = re.compile(rb"\s*(999\s*\r?\n[^\n]*\n\s*)*0\s*\r?\nSECTION\s*\r?\n")
IGES_START = re.compile(rb"[^\r\n]{72}S[ 0]{6}1\r?\n")
IGES_END = re.compile(rb"[^\r\n]{72}T[ 0]{6}1\s*$")
Edges = tuple[bytes, bytes, int]   # the first bytes, the last bytes, how many in all


def drawing_kind(stream: BinaryIO, size: int) -> str | None:
    """The kind of a file that may be attached, or None; reads it whole where it is text."""
    head = stream.read(EDGE)
    stream.seek(max(0, size - EDGE))
    edges = head, stream.read(EDGE), size
    stream.seek(0)
    for kind, fits in BINARY.items():
        if fits(edges):
            return None if edges[1][-22:-18] == ZIP_END else kind
    return _text_kind(stream, edges)


DRAWINGS = Intake(DRAWING_BYTES, drawing_kind, "file_kind_drawing")


def _is_pdf(edges: Edges) -> bool:
    head, tail, _ = edges
    end = tail.rfind(b"%%EOF")
    return head.startswith(b"%PDF-") and end >= 0 and not tail[end + 5:].strip(BLANK)


def _is_png(edges: Edges) -> bool:
    return (edges[0].startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
            and edges[1].endswith(b"\x00\x00\x00\x00IEND\xaeB`\x82"))


def _is_jpeg(edges: Edges) -> bool:
    return edges[0].startswith(b"\xff\xd8\xff") and edges[1].rstrip(b"\x00").endswith(b"\xff\xd9")


def _is_dwg(edges: Edges) -> bool:
    return DWG.match(edges[0]) is not None and edges[2] > 256


def _is_binary_dxf(edges: Edges) -> bool:
    return edges[0].startswith(DXF_BINARY) and b"EOF\x00" in edges[1][-16:]


def _is_binary_stl(edges: Edges) -> bool:
    """80 bytes of anything, the number of triangles, and exactly so many triangles."""
    head, _, size = edges
    if size < 134 or head.lstrip(BLANK).startswith(FOREIGN) or MARKUP.search(head[:80]):
        return False
    return bool(size == 84 + 50 * struct.unpack_from("<I", head, 80)[0])


BINARY: dict[str, Callable[[Edges], bool]] = {
    "application/pdf": _is_pdf, "image/png": _is_png, "image/jpeg": _is_jpeg,
    "image/vnd.dwg": _is_dwg, "image/vnd.dxf": _is_binary_dxf, "model/stl": _is_binary_stl,
}


def _is_step(edges: Edges) -> bool:
    head, tail, _ = edges
    return (head.lstrip(BLANK).startswith(b"ISO-10303-21;")
            and tail.rstrip(BLANK).endswith(b"END-ISO-10303-21;"))


def _is_iges(edges: Edges) -> bool:
    return (IGES_START.match(edges[0]) is not None
            and IGES_END.search(edges[1].rstrip(b"\r\n")) is not None)


def _is_stl(edges: Edges) -> bool:
    head, tail, _ = edges
    last = tail.rstrip(BLANK).rpartition(b"\n")[2]
    return (head[:6].lower() in (b"solid ", b"solid\n", b"solid\r") and b"facet" in head.lower()
            and last.strip().lower().startswith(b"endsolid"))


def _is_dxf(edges: Edges) -> bool:
    return (FIRST_PAIRS.match(edges[0]) is not None
            and edges[1].rstrip(BLANK).rpartition(b"\n")[2].strip() == b"EOF")


TEXT: dict[str, Callable[[Edges], bool]] = {
    "model/step": _is_step, "model/iges": _is_iges, "model/stl": _is_stl, "image/vnd.dxf": _is_dxf,
}


def _text_kind(stream: BinaryIO, edges: Edges) -> str | None:
    """A drawing in text, whose comments may be in any encoding; else a table or a note in UTF-8."""
    plain, unicode = _read(stream)
    if not plain:
        return None
    kind = next((kind for kind, fits in TEXT.items() if fits(edges)), None)
    if kind is not None or not unicode:
        return kind
    head = edges[0].removeprefix(b"\xef\xbb\xbf").lstrip(BLANK)
    if not head or head.startswith(FOREIGN) or MARKUP.search(edges[0]):
        return None
    return "text/csv" if _is_table(edges[0]) else "text/plain"


def _read(stream: BinaryIO) -> tuple[bool, bool]:
    """Whether a file has no control bytes, and whether it is UTF-8 throughout."""
    decoder, unicode = getincrementaldecoder("utf-8")(), True
    while chunk := stream.read(CHUNK):
        if len(chunk.translate(None, CONTROL)) < len(chunk):
            return False, False
        unicode = unicode and _decodes(decoder, chunk, final=False)
    return True, unicode and _decodes(decoder, b"", final=True)


def _decodes(decoder: object, chunk: bytes, *, final: bool) -> bool:
    try:
        decoder.decode(chunk, final)  # type: ignore[attr-defined]
    except UnicodeDecodeError:
        return False
    return True


def _is_table(head: bytes) -> bool:
    """Two lines or more with the same number of one separator."""
    lines = [line for line in head.splitlines()[:20] if line.strip()]
    lines = lines[:-1] if len(head) == EDGE else lines   # the last one may be cut
    return len(lines) > 1 and any(
        lines[0].count(mark) and len({line.count(mark) for line in lines}) == 1
        for mark in (b",", b";", b"\t"))
