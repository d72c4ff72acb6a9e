"""A file that was tried, kept for an hour until its person says that it shall be done."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from marketplace import config
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.web.imports.errors import UploadGone

KEPT = timedelta(hours=1)
TOKEN = re.compile("[A-Za-z0-9_-]{20,40}")


def park(actor: Actor, noun: str, name: str, body: bytes) -> str:
    """Keep a file; returns the token by which only this member gets it back."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    token = secrets.token_urlsafe(18)
    head = json.dumps({"noun": noun, "name": name[:200], "at": clock.now().isoformat()})
    path = _path(actor, token)
    path.touch(mode=0o600)
    path.write_bytes(head.encode() + b"\n" + body)
    return token


def fetch(actor: Actor, token: str) -> tuple[str, str, bytes]:
    """Noun, name and content of a kept file; raises UploadGone."""
    if not TOKEN.fullmatch(token):
        raise UploadGone()
    try:
        head, _, body = _path(actor, token).read_bytes().partition(b"\n")
    except FileNotFoundError:
        raise UploadGone() from None
    facts: dict[str, Any] = json.loads(head)
    if datetime.fromisoformat(facts["at"]) + KEPT <= clock.now():
        raise UploadGone()
    return facts["noun"], facts["name"], body


def drop(actor: Actor, token: str) -> None:
    """Forget a file that was done."""
    if TOKEN.fullmatch(token):
        _path(actor, token).unlink(missing_ok=True)


def _folder() -> Path:
    return config.current().folder / "imports"


def _path(actor: Actor, token: str) -> Path:
    return _folder() / f"{actor.member_id}-{token}"


def _sweep(folder: Path) -> None:
    """Delete what is older than it may be."""
    for path in _old(folder):
        path.unlink(missing_ok=True)


def _old(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        with path.open("rb") as handle:
            head = handle.readline(1000)
        try:
            at = datetime.fromisoformat(json.loads(head)["at"])
        except (ValueError, KeyError):
            continue   # another upload is being written at this moment
        if at + KEPT <= clock.now():
            yield path
