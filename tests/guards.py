"""What no test may do unnoticed: speak to the outside, or let the service answer 5xx."""

from __future__ import annotations

import ipaddress
import logging
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from marketplace.core.db import db

MISSING_CHROMIUM = ("Chromium: no browser here, so no page was tested in one "
                    "(Debian: apt install chromium fonts-wqy-microhei)")


class OutgoingConnection(RuntimeError):
    """A test tried to reach another machine."""


def chromium_path() -> str | None:
    """The browser of this machine."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is; without one the test is named as not run, and fails in CI."""
    found = chromium_path()
    if found is None and os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(MISSING_CHROMIUM)
    if found is None:
        pytest.skip(MISSING_CHROMIUM)
    return found


def _local(address: Any) -> bool:
    """True for addresses of this machine."""
    if not isinstance(address, tuple):
        return True   # a socket file
    host = address[0]
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def no_outgoing() -> Iterator[None]:
    """Sockets reach this machine only."""
    plain = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if not _local(address):
            raise OutgoingConnection(str(address))
        plain(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        yield


class _Errors(logging.Handler):
    """Collects what the service logged as an error of its own."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line and its cause."""
        self.found.append(f"{record.getMessage()}: {record.exc_info and record.exc_info[1]!r}")


@pytest.fixture(autouse=True)
def no_server_errors(request: pytest.FixtureRequest) -> Iterator[None]:
    """An unexpected error of the service fails the test that met it (lock order among them)."""
    handler, log = _Errors(), logging.getLogger("marketplace.http")
    log.addHandler(handler)
    yield
    log.removeHandler(handler)
    if handler.found and not request.node.get_closest_marker("may_fail_inside"):
        pytest.fail("the service met errors it did not expect: " + "; ".join(handler.found))


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The SQL statements that run inside the block."""
    with app.app_context():
        engine = db.engine
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)
