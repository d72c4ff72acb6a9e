"""Fetch a calendar from an address that somebody typed, and reach nothing of ours by it.

A name is resolved once; if any of its addresses is not a public one, it is refused. The
connection is made to the very address that was checked, so a name that changes its mind between
the look and the connection gains nothing. Each redirect is judged anew. The whole, the look-up of
names included, has a deadline that a slow answer cannot stretch.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from marketplace import config
from marketplace.calendars.errors import unreachable
from marketplace.calendars.scanning import BYTES

SECONDS = 10.0
REDIRECTS = 3
ADDRESSES = 3   # of one host that are tried
MOVED = (301, 302, 303, 307, 308)
CHUNK = 2**16
PORTS = {"http": 80, "https": 443}
NAT64 = ipaddress.ip_network("64:ff9b::/96")
NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Seen:
    """What a server said about the calendar when it was fetched last."""

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True)
class Fetched:
    """The bytes of a calendar, or None: unchanged since it was seen."""

    data: bytes | None
    seen: Seen


def fetch(url: str, seen: Seen | None = None, seconds: float = SECONDS) -> Fetched:
    """Fetch an address; raises CalendarRefused with what is wrong with it."""
    with _Deadline(seconds) as clock:
        for _ in range(REDIRECTS + 1):
            parts = _parts(url)
            try:
                with (_connected(parts, clock) as connection,
                      closing(_ask(connection, parts, seen or Seen())) as answer):
                    if answer.status not in MOVED:
                        return _read(answer, clock)
                    url = urljoin(url, answer.getheader("Location", ""))
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise unreachable("timeout" if clock.over or clock.left <= 0 else "no_answer",
                                  seconds=int(seconds)) from error
    raise unreachable("redirects", most=REDIRECTS)


def _parts(url: str) -> SplitResult:
    """An address in its parts: http or https, a host, and nobody's password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise unreachable("address") from None
    plain = all(" " < each < "\x7f" for each in url)
    if (parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc or port == 0
            or not plain):
        raise unreachable("address")
    return parts


def public(address: Ip) -> bool:
    """True for an address of the public Internet, also where it is wrapped in another."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if address.teredo or address in NAT64_LOCAL:
            return False
        if inner is not None:
            return public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved
                                      or address.is_unspecified)


def looked_up(host: str, port: int, seconds: float) -> list[Any]:
    """What the resolver says of a name; raises TimeoutError when it does not say so in time.

    Nothing cuts a running look-up short, so a thread of its own waits for it.
    """
    answers: SimpleQueue[list[Any] | Exception] = SimpleQueue()

    def look() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=look, daemon=True).start()
    try:
        answer = answers.get(timeout=max(seconds, 0))
    except Empty:
        raise TimeoutError(host) from None
    if isinstance(answer, Exception):
        raise unreachable("unknown_host", host=host[:80])
    return answer


def resolved(host: str, port: int,
             seconds: float = SECONDS) -> Sequence[tuple[int, tuple[str, int]]]:
    """The addresses of a host, each of them checked; family and socket address."""
    found = looked_up(host, port, seconds)
    addresses = list(dict.fromkeys((family, (str(where[0]), port))
                                   for family, *_, where in found))
    allowed = config.current().calendar_private
    if not addresses or not (allowed or all(
            public(ipaddress.ip_address(where[0].partition("%")[0])) for _, where in addresses)):
        raise unreachable("private", host=host[:80])
    return addresses


class _Deadline:
    """Cuts the connection when the time is up, whatever it is doing."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.over = seconds, False
        self.ends = time.monotonic() + seconds
        self.timer = threading.Timer(seconds, self._cut)
        self.timer.daemon = True
        self.socket: socket.socket | None = None

    def __enter__(self) -> _Deadline:
        self.timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()
        self.watch(None)

    @property
    def left(self) -> float:
        """Seconds until the time is up; negative afterwards."""
        return self.ends - time.monotonic()

    def watch(self, made: socket.socket | None) -> None:
        """Watch this connection and no other."""
        before, self.socket = self.socket, made
        if before is not None:
            before.close()
        if self.over and made is not None:
            self._cut()

    def _cut(self) -> None:
        self.over = True
        if (open_ := self.socket) is not None:
            try:
                open_.shutdown(socket.SHUT_RDWR)
            except OSError:
                return   # it was closed already


class _Pinned(http.client.HTTPConnection):
    """A connection to addresses that were checked, and to no other."""

    def __init__(self, parts: SplitResult, clock: _Deadline) -> None:
        self.secure = parts.scheme == "https"
        port = parts.port or PORTS[parts.scheme]
        super().__init__(str(parts.hostname), port, timeout=clock.seconds)
        self.clock = clock
        self.addresses: Sequence[tuple[int, tuple[str, int]]] = resolved(
            self.host, self.port, clock.left)
        self.default_port = PORTS[parts.scheme]   # the Host header leaves it out

    def connect(self) -> None:
        """Connect to the first address that answers."""
        error: OSError | None = None
        for family, where in self.addresses[:ADDRESSES]:
            if self.clock.left <= 0:
                raise TimeoutError("no time left to connect")
            made = socket.socket(family, socket.SOCK_STREAM)
            try:
                made.settimeout(min(self.clock.seconds / ADDRESSES, self.clock.left))
                made.connect(where)
                self._use(made)
            except OSError as failure:
                made.close()
                error = failure
            else:
                return
        raise error or OSError("no address")

    def _use(self, made: socket.socket) -> None:
        """Watch the connection, and speak TLS on it where that is asked for."""
        self.clock.watch(made.dup())
        made.settimeout(self.clock.seconds)
        self.sock = made
        if self.secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(made, server_hostname=self.host)


@contextmanager
def _connected(parts: SplitResult, clock: _Deadline) -> Iterator[_Pinned]:
    connection = _Pinned(parts, clock)
    try:
        yield connection
    finally:
        connection.close()


def _ask(connection: _Pinned, parts: SplitResult, seen: Seen) -> http.client.HTTPResponse:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"User-Agent": "Gongfang", "Accept": "text/calendar", "Accept-Encoding": "identity"}
    if seen.etag:
        headers["If-None-Match"] = seen.etag
    elif seen.modified:
        headers["If-Modified-Since"] = seen.modified
    connection.request("GET", path, headers=headers)
    return connection.getresponse()


def _word(answer: http.client.HTTPResponse, name: str, most: int) -> str:
    """A header worth sending back; "" for one that is too long or holds more than plain letters."""
    value: str = answer.getheader(name, "")
    return value if len(value) <= most and value.isascii() and value.isprintable() else ""


def _read(answer: http.client.HTTPResponse, clock: _Deadline) -> Fetched:
    """The body, as long as it is not too long."""
    seen = Seen(_word(answer, "ETag", 200), _word(answer, "Last-Modified", 60))
    if answer.status == http.client.NOT_MODIFIED:
        return Fetched(None, seen)
    if answer.status != http.client.OK:
        raise unreachable("status", status=answer.status)
    data = b""
    while chunk := answer.read(min(CHUNK, BYTES + 1 - len(data))):
        data += chunk
        if len(data) > BYTES:
            raise unreachable("too_large_there", most=BYTES // 1024)
    if clock.over:
        raise OSError("cut")
    return Fetched(data, seen)
