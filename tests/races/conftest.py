"""Fixtures of the races: the service in its real processes, on the system's own clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from marketplace import config
from marketplace.app import create_app
from marketplace.core.db import db
from tests.databases import Cluster
from tests.factories import place
from tests.races.server import Server


@pytest.fixture(scope="session")
def size() -> str:
    """`small` or `long`: MARKET_TEST_SIZE."""
    return config.load().test_size


@pytest.fixture
def app(database: str, tmp_path: Path) -> Iterator[Flask]:
    """The database as this process sees it; the clock is the system's, as in the servers."""
    made = create_app(config.Settings(instance=str(tmp_path), database_url=database))
    with place.on(made):
        yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def serve(app: Flask, database: str, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """`serve("wsgi:app", workers=4)` starts gunicorn on this test's database."""
    started: list[Server] = []

    def start(module: str = "wsgi:app", workers: int = 4) -> Server:
        started.append(Server(module, workers, tmp_path, database))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def no_deadlock(backend: str, request: pytest.FixtureRequest) -> Iterator[None]:
    """PostgreSQL met no deadlock: by its log, or by its counter where the log is not ours."""
    if backend != "postgresql":
        yield
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    seen = deadlocks(cluster)
    yield
    assert deadlocks(cluster) == seen


def deadlocks(cluster: Cluster) -> int:
    """How many deadlocks the server has met so far."""
    if cluster.log:
        return cluster.log.read_text(errors="replace").count("deadlock detected")
    with psycopg.connect(cluster.address("postgres")) as connection:
        row = connection.execute("SELECT sum(deadlocks) FROM pg_stat_database").fetchone()
    return int(row[0]) if row else 0
