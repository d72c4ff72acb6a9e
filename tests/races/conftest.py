"""Fixtures of the races: the service in its real processes, on the system's own clock."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from marketplace import config
from marketplace.app import create_app
from marketplace.core.db import db
from tests.databases import SQLITE, Cluster
from tests.factories import place
from tests.races.server import Park, Server

HERE = Path(__file__).parent
COUNTS = (4, 8)   # web workers
PARK = Park()


@pytest.fixture(scope="session")
def size() -> str:
    """`small` or `long`: MARKET_TEST_SIZE."""
    return config.load().test_size


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A long run lets every race run with each number of workers on each database."""
    if "workers" in metafunc.fixturenames and config.load().test_size == "long":
        metafunc.parametrize("workers", COUNTS, indirect=True)


@pytest.fixture
def workers(request: pytest.FixtureRequest, backend: str) -> int:
    """How many web workers: in a short run each race has one number on SQLite and the other on
    PostgreSQL, and about half of the races have it the other way round."""
    if hasattr(request, "param"):
        return int(request.param)
    turn = len(request.node.originalname) + (backend == SQLITE)
    return COUNTS[turn % len(COUNTS)]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Nobody pays for the parked servers any more when no race comes next."""
    if nextitem is None or HERE not in nextitem.path.parents:
        PARK.close()


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """The SQLite file on which the parked servers stay."""
    return Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("races") / "market.db"))


@pytest.fixture
def database(backend: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated, empty database at the same address for every race; its DATABASE_URL."""
    if backend == SQLITE:
        path = request.getfixturevalue("sqlite_file")
        with (closing(sqlite3.connect(request.getfixturevalue("sqlite_template"))) as template,
              closing(sqlite3.connect(path)) as file):
            template.backup(file)
        yield f"sqlite:///{path}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = request.getfixturevalue("shared_database")
    yield cluster.address(name)
    cluster.empty(name)


@pytest.fixture
def app(database: str, tmp_path: Path) -> Iterator[Flask]:
    """The database as this process sees it; the clock is the system's, as in the servers."""
    made = create_app(config.Settings(instance=str(tmp_path), database_url=database))
    with place.on(made):
        yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def server(app: Flask, database: str, workers: int, tmp_path_factory: pytest.TempPathFactory
           ) -> Iterator[Server]:
    """The service with so many workers on this test's database, started before or just now."""
    chosen = PARK.server("wsgi:app", workers, tmp_path_factory, database)
    yield chosen
    chosen.hang_up()


@pytest.fixture
def killable(app: Flask, database: str, tmp_path_factory: pytest.TempPathFactory
             ) -> Iterator[Server]:
    """The service whose two workers die at the step that a request names."""
    chosen = PARK.server("tests.races.killable:app", 2, tmp_path_factory, database)
    yield chosen
    chosen.hang_up()


@pytest.fixture
def serve(app: Flask, database: str, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """`serve(workers=4)` starts a server of one test's own, whose folder is the test's."""
    started: list[Server] = []

    def start(workers: int) -> Server:
        started.append(Server("wsgi:app", workers, tmp_path, database))
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def no_deadlock(backend: str, request: pytest.FixtureRequest) -> Iterator[None]:
    """PostgreSQL met no deadlock: by its log, or by its counter where the log is not ours."""
    if backend == SQLITE:
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
