"""Fixtures of page tests: a browser that is logged in, pages read as text, forms sent as shown."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace.accounts.models import Member

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
CHINESE = re.compile(r"[㐀-鿿]+")
TAGS = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->|<[^>]+>", re.S)


def text_of(answer: TestResponse) -> str:
    """What a reader sees of a page, without its markup."""
    return " ".join(unescape(TAGS.sub(" ", answer.text)).split())


class Browser:
    """A visitor or member who reads pages in one language and sends the forms it was shown."""

    def __init__(self, client: FlaskClient, lang: str = "zh") -> None:
        self.client, self.lang = client, lang
        with client.session_transaction() as session:
            session["lang"] = lang

    def log_in(self, member: Member) -> Browser:
        """Sit down as a member."""
        with self.client.session_transaction() as session:
            session["member_id"], session["epoch"] = member.id, member.session_epoch
        return self

    def leave(self) -> Browser:
        """Be a visitor again."""
        with self.client.session_transaction() as session:
            session.clear()
            session["lang"] = self.lang
        return self

    def get(self, path: str, **query: Any) -> TestResponse:
        """Read a page."""
        return self.client.get(path, query_string=query or None)

    def form(self, page: TestResponse, action: str, **typed: Any) -> dict[str, Any]:
        """The fields of the form that goes to `action`, with what is typed into it."""
        found = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page.text, re.S)
        assert found, f"no form to {action}"
        hidden = {name: unescape(value) for name, value in HIDDEN.findall(found[0])}
        return hidden | typed

    def send(self, action: str, fields: dict[str, Any]) -> TestResponse:
        """Send a form."""
        return self.client.post(action, data=fields)


@pytest.fixture
def browser(client: FlaskClient) -> Browser:
    """A visitor who reads Chinese."""
    return Browser(client)


@pytest.fixture(params=("zh", "en"))
def reader(client: FlaskClient, request: pytest.FixtureRequest) -> Browser:
    """A visitor in each language."""
    return Browser(client, request.param)
