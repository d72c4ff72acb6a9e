"""What the clients of the races take for the death of a worker, and what they do not."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.races.server import Client

HEAD = b"HTTP/1.1 201 Created\r\nServer: gunicorn\r\n"
LENGTH = b"Content-Length: 9\r\n"


@contextmanager
def answering(sent: bytes) -> Iterator[Client]:
    """A client of a server that says so much and hangs up."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        def serve() -> None:
            with listening.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(sent)

        thread = threading.Thread(target=serve)
        thread.start()
        client = Client(listening.getsockname()[1], None)
        yield client
        client.connection.close()
        thread.join(10)


@pytest.mark.parametrize("sent", [
    b"", HEAD[:9], HEAD[:15], HEAD, HEAD + LENGTH[:11], HEAD + LENGTH, HEAD + LENGTH + b"\r\n",
    HEAD + LENGTH + b'\r\n{"id"'])
def test_an_answer_cut_anywhere_is_none(sent):
    """Nothing, half a head, a head alone, half a body: the worker is dead, the client asks anew."""
    with answering(sent) as client, pytest.raises((OSError, http.client.HTTPException)):
        client.call("GET", "/")


@pytest.mark.parametrize("body", [b"", b"<h1>no</h1>"])
def test_a_whole_answer_that_is_no_json_fails_with_its_body(body):
    """A page of HTML or an empty but whole body is no death: the test fails and shows it."""
    length = f"Content-Length: {len(body)}\r\n\r\n".encode()
    with answering(HEAD + length + body) as client, pytest.raises(AssertionError) as failed:
        client.call("GET", "/")

    assert repr(body) in str(failed.value)


def test_a_whole_answer_is_taken():
    """Status and body come back."""
    with answering(HEAD + LENGTH + b'\r\n{"id": 1}') as client:
        answer = client.call("GET", "/")

    assert (answer.status, answer.body) == (201, {"id": 1})
