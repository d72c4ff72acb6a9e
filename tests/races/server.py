"""gunicorn as it runs in earnest, and clients that all want the same thing."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from marketplace.config import ROOT
from tests.databases import free_port


@dataclass(frozen=True)
class Answer:
    """A status and a JSON body."""

    status: int
    body: Any
    headers: dict[str, str]


class Server:
    """A gunicorn master with its workers, preloaded, on a port of its own."""

    def __init__(self, module: str, workers: int, folder: Path, database: str) -> None:
        self.port = free_port()
        self.clients: list[Client] = []
        self.log = folder / "gunicorn.log"
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        command = [sys.executable, "-m", "gunicorn", "-c", "python:marketplace.serving",
                   "--no-control-socket", "-w", str(workers), "-b", f"127.0.0.1:{self.port}",
                   "--error-logfile", str(self.log), "--worker-tmp-dir", str(folder), module]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, env=keep | {
            "MARKET_INSTANCE": str(folder), "DATABASE_URL": database,
            "MARKET_TOKEN_REQUESTS": "0", "PYTHONPATH": str(ROOT)})
        self.wait_ready()

    def wait_ready(self, seconds: float = 60) -> None:
        """Wait until a worker answers /readyz."""
        until, asking = time.monotonic() + seconds, self.client(None, keep_open=False)
        while time.monotonic() < until:
            try:
                if asking.call("GET", "/readyz").status == 200:
                    return
            except OSError:
                pass   # not listening yet: ask again until the time is up
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise TimeoutError(self.log.read_text())

    def client(self, token: str | None, keep_open: bool = True) -> Client:
        """A program with a token."""
        self.clients.append(Client(self.port, token, keep_open))
        return self.clients[-1]

    def hang_up(self) -> None:
        """Close the connections of all clients so far."""
        while self.clients:
            self.clients.pop().connection.close()

    def stop(self) -> None:
        """End master and workers."""
        self.hang_up()
        self.process.terminate()
        self.wait()

    def wait(self) -> None:
        """Wait until the master has ended as it was told to, or make it."""
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)


class Park:
    """Servers that one test leaves to the next: starting one costs more than many a race."""

    def __init__(self) -> None:
        self.servers: dict[tuple[str, int, str], Server] = {}

    def server(self, module: str, workers: int, folders: pytest.TempPathFactory, database: str
               ) -> Server:
        """One that still runs, or a new one."""
        key = (module, workers, database)
        found = self.servers.get(key)
        if found is None or found.process.poll() is not None:
            self.servers[key] = Server(module, workers, folders.mktemp("server"), database)
        return self.servers[key]

    def close(self) -> None:
        """Stop them all, at once."""
        for each in self.servers.values():
            each.hang_up()
            each.process.terminate()
        while self.servers:
            self.servers.popitem()[1].wait()


class Client:
    """One connection, kept open between requests or opened anew for each."""

    def __init__(self, port: int, token: str | None, keep_open: bool = True) -> None:
        self.port, self.token, self.keep_open = port, token, keep_open
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request; raises OSError or HTTPException when no answer comes."""
        sent = {"Content-Type": "application/json"} if body is not None else {}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            self.connection.request(
                method, path, None if body is None else json.dumps(body), sent)
            response = self.connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise
        headers_got = dict(response.getheaders())
        if not self.keep_open:
            self.connection.close()
        if not text and "Content-Length" not in headers_got:
            # The worker died between two headers: http.client takes the end for that of the head.
            self.connection.close()
            raise http.client.IncompleteRead(text)
        try:
            parsed = json.loads(text)
        except ValueError:
            raise AssertionError(f"{method} {path} was answered with {response.status} "
                                 f"{headers_got} and no JSON:\n{text!r}") from None
        return Answer(response.status, parsed, headers_got)

    def post(self, path: str, body: Any = None, key: str | None = None,
             **headers: str) -> Answer:
        """A POST below /api/v1 with its retry key."""
        return self.call("POST", f"/api/v1{path}", {} if body is None else body,
                         Idempotency_Key=key or uuid.uuid4().hex, **headers)


def race(clients: Sequence[Client], work: Callable[[Client, int], list[Answer]]) -> list[Answer]:
    """Let every client do its work at once; the answers of all. Errors of a client are raised."""
    answers: list[Answer] = []
    errors: list[BaseException] = []
    start = threading.Barrier(len(clients))

    def run(client: Client, number: int) -> None:
        start.wait(60)
        try:
            answers.extend(work(client, number))
        except BaseException as error:   # handed to the test, which fails with it
            errors.append(error)

    threads = [threading.Thread(target=run, args=(client, number))
               for number, client in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(900)
    if errors:
        raise errors[0]
    assert not any(thread.is_alive() for thread in threads), "a client did not come to an end"
    return answers
