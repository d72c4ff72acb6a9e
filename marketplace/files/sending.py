"""How a file is answered: as a download and nothing else, whatever is in it."""

from __future__ import annotations

from pathlib import Path

from flask import Response, send_file

from marketplace.files.models import File

SEALED = {"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "no-store",
          "X-Content-Type-Options": "nosniff"}


def attachment(row: File, path: Path) -> Response:
    """The bytes of a file: never shown inside a page, of no type that a browser would run."""
    answer = send_file(path, mimetype="application/octet-stream", as_attachment=True,
                       download_name=row.name, conditional=False, etag=False)
    answer.headers.update(SEALED)
    return answer
