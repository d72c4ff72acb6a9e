"""A relay that takes every mail, and may do something before it says so."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage


class Relay(socketserver.ThreadingTCPServer):
    """`mails` in the order they came; `before_250` is called with each before it is accepted."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.mails: list[EmailMessage] = []
        self.before_250: Callable[[EmailMessage], None] = lambda _: None

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


class Conversation(socketserver.StreamRequestHandler):
    """Just enough of RFC 5321."""

    server: Relay

    def handle(self) -> None:
        """Speak until QUIT, or until the other side is no more."""
        try:
            self.say("220 relay")
            for raw in self.rfile:
                word = raw.decode().strip().upper()[:4]
                if word == "DATA":
                    self.say("354 go on")
                    self.take()
                self.say("221 bye" if word == "QUIT" else "250 ok")
                if word == "QUIT":
                    return
        except ConnectionError:
            return   # the worker was killed in mid-sentence: that is what these tests do

    def say(self, line: str) -> None:
        """One answer."""
        self.wfile.write(f"{line}\r\n".encode())

    def take(self) -> None:
        """A whole mail up to the lonely dot; one cut short is none."""
        lines = []
        for raw in self.rfile:
            if raw == b".\r\n":
                mail = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
                self.server.mails.append(mail)   # type: ignore[arg-type]
                self.server.before_250(mail)     # type: ignore[arg-type]
                return
            lines.append(raw)


@contextmanager
def relaying() -> Iterator[Relay]:
    """A relay that runs as long as the block."""
    with Relay() as relay:
        threading.Thread(target=relay.serve_forever, daemon=True).start()
        yield relay
        relay.shutdown()
