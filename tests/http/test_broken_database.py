"""A database that is old, gone or held by somebody is said so: 503, never a fault of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from marketplace import config
from marketplace.app import create_app
from marketplace.core import db as core_db
from marketplace.core.db import db
from marketplace.core.transaction import transaction


@pytest.mark.own_database
def test_ready_means_the_newest_tables(database, tmp_path):
    """Tables of the revision before are not ready; of one that we do not know yet they are."""
    app = create_app(config.Settings(instance=str(tmp_path), database_url=database))
    answers = []
    for revision in ("0001", "9999"):
        with app.app_context(), transaction():
            db.session.execute(text("UPDATE alembic_version SET version_num = :to"),
                               {"to": revision})
        answers.append(app.test_client().get("/readyz"))
    with app.app_context():
        db.engine.dispose()

    assert [each.status_code for each in answers] == [503, 200]
    assert answers[0].json["code"] == "not_migrated"


@pytest.mark.one_database
@pytest.mark.parametrize(("method", "path"), [
    ("GET", "/api/v1/listings"), ("GET", "/api/v1/me"), ("POST", "/api/v1/quotes"),
    ("GET", "/readyz")])
def test_without_a_database_every_answer_is_503(tmp_path, backend, method, path):
    """Reads, writes and the look-up of a token say that the database does not answer."""
    gone = create_app(config.Settings(instance=str(tmp_path),
                                      database_url="postgresql://market@127.0.0.1:1/market"))

    answer = gone.test_client().open(path, method=method, json={} if method == "POST" else None,
                                     headers={"Authorization": "Bearer gf_x",
                                              "Idempotency-Key": "k"})

    assert (answer.status_code, answer.json["code"]) == (503, "database_unreachable")
    assert answer.headers["Retry-After"] == "2"


@pytest.fixture
def impatient(database, tmp_path, monkeypatch):
    """The application with tenths of seconds where it waits for seconds."""
    usual = core_db.options

    def hasty(url: str) -> dict[str, Any]:
        chosen = usual(url)
        words = chosen["connect_args"]
        words |= {"timeout": 0.2} if "timeout" in words else {
            "options": words["options"].replace("10s", "200ms")}
        return chosen

    monkeypatch.setattr(core_db, "options", hasty)
    return create_app(config.Settings(instance=str(tmp_path), database_url=database))


@contextmanager
def held(url: str) -> Iterator[None]:
    """Somebody else has the whole database to himself."""
    if url.startswith("sqlite"):
        other: Any = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        statements = ("PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE")
    else:
        other = psycopg.connect(url)
        statements = ("LOCK TABLE listing, api_token IN ACCESS EXCLUSIVE MODE",)
    with closing(other):
        for statement in statements:
            other.execute(statement)
        yield


@pytest.mark.parametrize("path", ["/api/v1/listings", "/api/v1/me"])
def test_a_read_behind_a_lock_is_asked_to_come_again(impatient, database, path):
    """While somebody else holds the database, a read is 503 with Retry-After; later it works."""
    client = impatient.test_client()
    with held(database):
        answer = client.get(path, headers={"Authorization": "Bearer gf_x"})

    assert (answer.status_code, answer.json["code"]) == (503, "database_busy")
    assert answer.headers["Retry-After"] == "2"
    assert client.get("/api/v1/listings").status_code == 200
    with impatient.app_context():
        db.engine.dispose()
