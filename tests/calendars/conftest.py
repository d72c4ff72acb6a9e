"""Servers of this machine that a test may fetch calendars from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from marketplace import config

Answer = Callable[[Any], None]


@pytest.fixture
def private() -> Iterator[None]:
    """Let this test reach its own server."""
    before = config.current()
    config.use(replace(before, calendar_private=True))
    yield
    config.use(before)


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    """`serve(answer)` starts a server whose every GET is answered so; its address."""
    started: list[ThreadingHTTPServer] = []
    before = config.current()

    def start(answer: Answer) -> str:
        config.use(replace(config.current(), calendar_private=True))

        class Handler(BaseHTTPRequestHandler):
            """Answers as the test says and logs nothing."""

            def do_GET(self) -> None:
                """One request."""
                answer(self)

            def log_message(self, *_: Any) -> None:
                """Silence."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        started.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in started:
        server.shutdown()
        server.server_close()
    config.use(before)
