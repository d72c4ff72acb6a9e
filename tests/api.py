"""A program that speaks to the API: a token, and a fresh Idempotency-Key on every POST."""

from __future__ import annotations

import io
import uuid
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

BASE = "/api/v1"


class Api:
    """`api.post("/quotes", {...})`; `api.as_(token)` speaks for somebody else, None for nobody."""

    def __init__(self, client: FlaskClient, token: str | None) -> None:
        self.client, self.token = client, token

    def as_(self, token: str | None) -> Api:
        """The same client with another token."""
        return Api(self.client, token)

    def call(self, method: str, path: str, body: Any = None,
             headers: dict[str, str] | None = None) -> TestResponse:
        """One request; `path` is below /api/v1."""
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if method == "POST":
            sent["Idempotency-Key"] = uuid.uuid4().hex
        sent |= headers or {}
        sent = {name: value for name, value in sent.items() if value}
        return self.client.open(BASE + path, method=method, json=body, headers=sent,
                                buffered=True)   # a file that is answered is read and closed

    def get(self, path: str, **query: Any) -> TestResponse:
        """A GET with its query string."""
        return self.client.get(BASE + path, query_string=query, buffered=True, headers={
            "Authorization": f"Bearer {self.token}"} if self.token else {})

    def post(self, path: str, body: Any = None, key: str | None = None) -> TestResponse:
        """A POST; `key` sets the retry key, an empty one leaves it out."""
        return self.call("POST", path, {} if body is None else body,
                         None if key is None else {"Idempotency-Key": key})

    def upload(self, path: str, files: dict[str, tuple[str, bytes]]) -> TestResponse:
        """A POST of files: name and bytes by field."""
        return self.client.post(
            BASE + path, content_type="multipart/form-data",
            data={field: (io.BytesIO(data), name) for field, (name, data) in files.items()},
            headers={"Authorization": f"Bearer {self.token}"} if self.token else {})
