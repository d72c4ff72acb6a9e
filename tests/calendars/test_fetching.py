"""Fetching from an address that somebody typed: nothing of ours is reached by it."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from marketplace import config
from marketplace.calendars import fetching
from marketplace.calendars.errors import CalendarRefused
from marketplace.calendars.fetching import Seen, fetch
from tests.calendars.files import file_of

BODY = file_of()


def calendar(request: Any) -> None:
    """A plain answer with a tag; 304 to who has it."""
    known = request.headers.get("If-None-Match") == '"v1"'
    request.send_response(304 if known else 200)
    request.send_header("ETag", '"v1"')
    request.end_headers()
    if not known:
        request.wfile.write(BODY)


def reason(url: str, seconds: float = 5) -> str:
    """Why an address is refused."""
    with pytest.raises(CalendarRefused) as caught:
        fetch(url, seconds=seconds)
    return caught.value.wrong.code.removeprefix("calendar_")


def test_a_calendar_is_fetched_once_and_then_asked_for_changes(serve):
    """200 with its tag first, then 304 for the same tag."""
    url = serve(calendar)
    first = fetch(url)

    assert (first.data, first.seen.etag) == (BODY, '"v1"')
    assert fetch(url, first.seen).data is None
    assert fetch(url, Seen('"v0"')).data == BODY


@pytest.mark.parametrize("url", [
    "ftp://example.com/a.ics", "file:///etc/passwd", "gopher://example.com/", "//example.com/a",
    "https://", "https://user:secret@example.com/a.ics", "http://example.com:99999/",
    "http://exa mple.com/", "http://example.com/\r\nX: y", "http://[::1/", "webcal", ""])
def test_only_plain_web_addresses_are_fetched(url):
    """Other schemes, passwords, broken ports and line breaks are refused unasked."""
    assert reason(url) == "address"


@pytest.mark.parametrize("host", [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.9", "192.168.1.1",
    "169.254.169.254", "100.100.100.200", "224.0.0.1", "255.255.255.255", "[::1]", "[::]",
    "[fe80::1]", "[fd00:ec2::254]", "[ff02::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]",
    "[fec0::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:0:0:1::]", "localhost",
    "2130706433", "0x7f.1"])
def test_nothing_private_is_reached(host):
    """Loopback, private, link-local, metadata, shared and multicast, in every disguise."""
    assert reason(f"http://{host}/a.ics") == "private"


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(address):
    """The test for private ones does not simply refuse everything."""
    assert fetching.public(ipaddress.ip_address(address))


def test_one_private_address_among_public_ones_is_enough(monkeypatch):
    """A name that leads to both is refused: every address is checked."""
    def both(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, 1, 6, "", (each, 80)) for each in ("93.184.216.34", "10.0.0.1")]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", both)

    assert reason("http://both.example/") == "private"


def test_a_name_is_resolved_once_and_the_connection_goes_there(serve, monkeypatch):
    """A name that changes its mind after the check gains nothing: it is not asked again."""
    url = serve(calendar)
    port = int(url.rpartition(":")[2])
    asked: list[str] = []

    def once(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", once)

    assert fetch(f"http://rebinding.example:{port}/").data == BODY
    assert asked == ["rebinding.example"]


def test_redirects_are_followed_and_judged(serve):
    """Three are followed; the fourth is one too many; each target is judged like the first."""
    def chain(request: Any) -> None:
        number = int(request.path.strip("/") or 0)
        if number == 0:
            calendar(request)
            return
        request.send_response(302)
        request.send_header("Location", f"/{number - 1}" if number < 90 else
                            {90: "file:///etc/passwd", 91: "http://user:a@h/"}[number])
        request.end_headers()

    url = serve(chain)

    assert fetch(url + "/3").data == BODY
    assert reason(url + "/4") == "redirects"
    assert reason(url + "/90") == reason(url + "/91") == "address"


def test_a_redirect_into_a_private_network_is_refused(serve, monkeypatch):
    """The first hop is allowed, the second is checked anew and refused."""
    def away(request: Any) -> None:
        request.send_response(302)
        request.send_header("Location", "http://192.168.0.1/a.ics")
        request.end_headers()

    url = serve(away)
    monkeypatch.setattr(fetching, "public", lambda address: str(address) == "127.0.0.1")
    config.use(replace(config.current(), calendar_private=False))

    assert reason(url) == "private"


@pytest.mark.parametrize("status", [204, 401, 404, 500])
def test_other_answers_are_told(serve, status):
    """A status that is no calendar is named."""
    def answer(request: Any) -> None:
        request.send_response(status)
        request.end_headers()

    assert reason(serve(answer)) == "status"


def test_too_much_is_cut_while_it_streams(serve):
    """An endless answer without a length is given up after one megabyte."""
    def endless(request: Any) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(b"x" * 65536)
        except OSError:
            return

    assert reason(serve(endless), 20) == "too_large_there"


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_server_that_drips_is_given_up(serve, head):
    """Byte by byte before, within and behind the head: the whole has one deadline."""
    def drip(request: Any) -> None:
        try:
            request.wfile.write(head)
            for _ in range(200):
                request.wfile.write(b"x")
                request.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return

    before = threading.active_count()

    assert reason(serve(drip), 0.5) == "timeout"
    assert threading.active_count() <= before + 3   # the server's own, and no timer of ours


def test_a_look_up_that_hangs_is_given_up(private, monkeypatch):
    """The resolver's own patience does not count: the deadline holds for the name as well."""
    release = threading.Event()

    def hang(*_: Any, **__: Any) -> list[Any]:
        release.wait(20)
        return []

    monkeypatch.setattr(fetching.socket, "getaddrinfo", hang)
    try:
        assert reason("http://hanging.example/", 0.3) == "timeout"
        assert not release.is_set()
    finally:
        release.set()


def test_a_redirect_to_no_address_is_told(serve):
    """A broken address to go on to is the server's fault, and no fault of ours."""
    def away(request: Any) -> None:
        request.send_response(302)
        request.send_header("Location", "http://[broken")
        request.end_headers()

    assert reason(serve(away)) == "no_answer"


@pytest.mark.parametrize("tag", ["a\x00b", "a" * 198 + "\r\n b", "a" * 201, "\xe9"])
def test_a_tag_that_could_not_be_sent_back_is_forgotten(serve, tag):
    """NULs, folded lines and endless tags are neither kept nor cut."""
    def odd(request: Any) -> None:
        request.wfile.write(f"HTTP/1.0 200 OK\r\nETag: {tag}\r\n\r\n".encode("latin-1") + BODY)

    found = fetch(serve(odd))

    assert (found.data, found.seen) == (BODY, Seen())


def test_nobody_there_is_told(private):
    """A closed port and a name that does not exist are named as what they are."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]

    assert reason(f"http://127.0.0.1:{port}/") == "no_answer"
    assert reason("http://nobody.invalid/") == "unknown_host"


def test_garbage_instead_of_http_is_told(serve):
    """A server that speaks something else is refused in words, not with a trace."""
    url = serve(lambda request: request.wfile.write(b"\x00\x01\x02\r\n\r\n"))

    assert reason(url) == "no_answer"
