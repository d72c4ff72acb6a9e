"""Where factories write: the application of the running test, inside a context or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from flask import Flask, has_app_context

from marketplace.core.db import db
from marketplace.core.transaction import transaction

R = TypeVar("R")
_apps: list[Flask] = []


@contextmanager
def on(app: Flask) -> Iterator[None]:
    """Let factories write to this application's database."""
    _apps.append(app)
    try:
        yield
    finally:
        _apps.remove(app)


@contextmanager
def context() -> Iterator[None]:
    """The test's own application context, or one of our own for a moment."""
    if has_app_context():
        yield
        return
    with _apps[-1].app_context():
        yield


def save(row: R) -> R:
    """Commit a row and hand it back loaded and detached, so that it can be read anywhere."""
    with context():
        with transaction():
            db.session.add(row)
            db.session.flush()
        db.session.refresh(row)
        db.session.expunge(row)
    return row
