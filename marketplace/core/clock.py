"""The only clock. Tests move it; nothing else may ask the system for the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """The present moment, aware UTC."""
    return _source()


@contextmanager
def moved_to(source: Callable[[], datetime] | datetime) -> Iterator[None]:
    """Let the clock show another time inside the block (process wide)."""
    global _source  # noqa: PLW0603 - one clock per process is the point
    before = _source
    _source = source if callable(source) else (lambda: source)
    try:
        yield
    finally:
        _source = before
