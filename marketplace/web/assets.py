"""Static files at addresses that change with their content, so that browsers may keep them.

`asset('css/base.css')` is `/assets/<tag>/css/base.css`. Our own files share one tag made of all
their bytes, so that a module's relative imports carry it too; a vendored file has the tag of its
own bytes. An old tag still answers, but is not to be kept.
"""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, send_from_directory

STATIC = Path(__file__).parent / "static"
VENDORED = "vendor/"
KEEP = "public, max-age=31536000, immutable"


def _digest(paths: list[Path]) -> str:
    """Short hash over names and bytes."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.relative_to(STATIC).as_posix().encode())
        total.update(path.read_bytes())
    return total.hexdigest()[:12]


@cache
def tag(name: str) -> str:
    """The tag of a static file's address; raises FileNotFoundError when there is no such file."""
    path = STATIC / name
    if not path.is_file():
        raise FileNotFoundError(name)
    return _digest([path]) if name.startswith(VENDORED) else _own_tag()


@cache
def _own_tag() -> str:
    """One tag for everything that is not vendored."""
    vendor = STATIC / VENDORED
    own = [p for p in sorted(STATIC.rglob("*")) if p.is_file() and vendor not in p.parents]
    return _digest(own)


def asset(name: str) -> str:
    """The address of a static file, for templates."""
    return f"/assets/{tag(name)}/{name}"


def serve(asked: str, name: str) -> Response:
    """Send one static file; 404 when there is none."""
    response = send_from_directory(STATIC, name)
    current = (STATIC / name).is_file() and asked == tag(name)
    response.headers["Cache-Control"] = KEEP if current else "no-cache"
    return response


def init_app(app: Flask) -> None:
    """Add the route of the files and the template global `asset`."""
    app.add_url_rule("/assets/<asked>/<path:name>", "assets", serve)
    app.jinja_env.globals["asset"] = asset
