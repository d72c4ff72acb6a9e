"""A visitor with a browser: pages, forms with their secret, redirects."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace.accounts.models import Member
from tests.accounts.people import PASSWORD, with_password

SECRET = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """`visit(path)` reads a page, `send(path, …)` posts a form with the page's secret."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def visit(self, path: str, **query: str) -> TestResponse:
        """One page."""
        return self.client.get(path, query_string=query)

    def secret(self) -> str:
        """The form secret of this session."""
        found = SECRET.search(self.visit("/login").text)
        assert found is not None
        return found[1]

    def send(self, path: str, **form: Any) -> TestResponse:
        """One form."""
        return self.client.post(path, data={"csrf_token": self.secret()} | form)

    def log_in(self, member: Member) -> TestResponse:
        """Log a member of the factories in, in Chinese."""
        with_password(member)
        answer = self.send("/login", email=member.email, password=PASSWORD)
        assert answer.status_code == 303, answer.text
        return answer
