"""A live server, a real Chromium, and a watch over everything that goes wrong in it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from marketplace.accounts.models import Member
from tests.databases import free_port
from tests.guards import chromium  # noqa: F401 - a fixture

CHINESE = re.compile(r"[㐀-鿿]+")
LATIN = re.compile(r"[A-Za-z]{3,}")
KEY = re.compile(r"\b[a-z_]+(?:\.[a-z_]+){1,4}\b")
# What a Chinese page may say in Latin letters: names, and the kinds of drawing it takes.
PLAIN_LATIN = {"Gongfang", "English", "UTC", "PDF", "PNG", "JPEG", "STEP", "IGES", "STL", "DXF",
               "DWG", "UTF", "CSV", "TXT", "MB"}


class Silent(WSGIRequestHandler):
    """Requests are not logged."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def live(app: Flask) -> Iterator[str]:
    """The application on a port of this machine; its address."""
    server = make_server("127.0.0.1", free_port(), app, threaded=True, request_handler=Silent)
    server.daemon_threads = False   # the last requests end before the database goes
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chrome(chromium: str) -> Iterator[Browser]:  # noqa: F811
    """A headless Chromium of this machine."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@dataclass
class Watch:
    """A page under watch: errors, broken policy, requests elsewhere, words that do not belong."""

    page: Page
    live: str
    lang: str
    names: tuple[str, ...]
    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def start(self) -> Watch:
        """Listen to the page; a broken content policy is an error on its console."""
        self.page.on("console", lambda each: self.errors.append(each.text)
                     if each.type == "error" else None)
        self.page.on("pageerror", lambda each: self.errors.append(str(each)))
        self.page.on("request", self._note)
        return self

    def _note(self, request: Request) -> None:
        if not request.url.startswith((self.live, "data:", "blob:")):
            self.elsewhere.append(request.url)

    def settled(self) -> Watch:
        """Wait until the page is still, then check it."""
        self.page.wait_for_load_state("networkidle")
        assert self.errors == []
        assert self.elsewhere == []
        words = self.page.inner_text("body")
        for name in sorted(self.names, key=len, reverse=True):
            words = words.replace(name, " ")
        assert KEY.findall(words) == [], "a message is missing"
        if self.lang == "en":
            assert set(CHINESE.findall(words)) <= {"中文"}
        else:
            assert set(LATIN.findall(words)) <= PLAIN_LATIN
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, "the page scrolls sideways"
        return self


def signed_in(context: BrowserContext, app: Flask, live: str, member: Member) -> None:
    """Give the browser the session of a member."""
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    value = signer.dumps({"member_id": member.id, "epoch": member.session_epoch})
    context.add_cookies([{"name": "session", "value": str(value), "url": live}])
