"""The two databases of the suite: a migrated SQLite file to copy, a PostgreSQL cluster to clone in.

PostgreSQL is, in this order: the server at MARKET_TEST_DATABASE_URL; a throw-away cluster made
with the machine's own binaries (by the user postgres where the suite runs as root).
"""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from flask_migrate import upgrade

from marketplace import config
from marketplace.app import create_app

SQLITE, POSTGRESQL = "sqlite", "postgresql"
CI = os.environ.get("CI", "").lower() in ("1", "true")
MISSING_POSTGRESQL = ("PostgreSQL: no server at MARKET_TEST_DATABASE_URL and no binaries here, "
                      "so no test ran on it (Debian: apt install postgresql)")
CLUSTERS = "gongfang-postgresql-"
_numbers = itertools.count(1)


def quick_folder() -> str | None:
    """A folder in memory with room for the databases of the suite: no test waits for a disk."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < 2 * 2**30:
        return None
    return str(memory)


if quick := quick_folder():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", quick)   # where tmp_path lies


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl, the newest where there are several."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"),
                   key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    plain = shutil.which("initdb")
    return Path(plain).parent if plain else None


def postgresql_possible() -> bool:
    """True when the suite can reach a PostgreSQL on its own."""
    return bool(config.load().test_database_url or binaries())


def free_port() -> int:
    """A free port of 127.0.0.1 below 32768, where outgoing connections do not wander."""
    for port in range(20000 + os.getpid() % 5000, 32000, 7):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port below 32768")


class Cluster:
    """A PostgreSQL server: its address without a database, and its log where it is ours."""

    def __init__(self, url: str, log: Path | None) -> None:
        self.url, self.log = url, log

    def address(self, name: str) -> str:
        """The address of one database."""
        return f"{self.url}/{name}"

    def run(self, statement: str) -> None:
        """Run one administrative statement."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def clone(self, template: str) -> str:
        """A new database made from a migrated one; returns its name."""
        name = f"market_{os.getpid()}_{next(_numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def empty(self, name: str) -> None:
        """Delete all rows of a database: quicker than cloning it anew for every test."""
        with psycopg.connect(self.address(name), autocommit=True,
                             options="-c lock_timeout=10s") as connection:
            tables = [row[0] for row in connection.execute(
                "SELECT quote_ident(tablename) FROM pg_tables"
                " WHERE schemaname = 'public' AND tablename <> 'alembic_version'")]
            try:
                connection.execute("SET session_replication_role = replica")   # no foreign keys
            except psycopg.errors.InsufficientPrivilege:
                connection.execute(f"TRUNCATE {', '.join(tables)}")  # type: ignore[call-overload]
                return
            connection.execute("; ".join(  # type: ignore[call-overload]
                f"DELETE FROM {table}" for table in tables))

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def shell(command: str) -> None:
    """Run a command as the user postgres where we are root, which PostgreSQL refuses."""
    words = (["su", "postgres", "-s", "/bin/sh", "-c", command] if os.geteuid() == 0
             else ["sh", "-c", command])
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120,
                          cwd="/tmp")
    if done.returncode:
        raise RuntimeError(f"{command}\n{done.stdout}{done.stderr}")


def _started(folder: Path, tools: Path) -> Cluster:
    """Make and start a throw-away cluster: nothing in it survives the session, so no fsync."""
    port = free_port()
    shell(f"{tools}/initdb -D {folder}/data -U postgres --auth=trust --encoding=UTF8 "
           "--locale=C.UTF-8 --no-sync")
    settings = (f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} "
                "-c fsync=off -c full_page_writes=off -c max_connections=200 "
                "-c shared_buffers=64MB -c log_lock_waits=on")
    shell(f"{tools}/pg_ctl -D {folder}/data -l {folder}/log -w -t 60 -o '{settings}' start")
    return Cluster(f"postgresql://postgres@127.0.0.1:{port}", folder / "log")


def sweep(tools: Path) -> None:
    """End the clusters of test processes that were killed and could not do it themselves."""
    for folder in Path(quick_folder() or tempfile.gettempdir()).glob(f"{CLUSTERS}*-*"):
        owner = folder.name.removeprefix(CLUSTERS).partition("-")[0]
        if owner.isdigit() and Path("/proc").exists() and not Path("/proc", owner).exists():
            with suppress(RuntimeError):   # it may not run any more
                shell(f"{tools}/pg_ctl -D {folder}/data -m immediate -w stop")
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The PostgreSQL of this test process."""
    url = config.load().test_database_url
    if url:
        yield Cluster(url.rsplit("/", 1)[0].replace("+psycopg", ""), None)
        return
    tools = binaries()
    if tools is None:
        pytest.fail(MISSING_POSTGRESQL)
    sweep(tools)
    folder = Path(tempfile.mkdtemp(prefix=f"{CLUSTERS}{os.getpid()}-", dir=quick_folder()))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    try:
        yield _started(folder, tools)
        shell(f"{tools}/pg_ctl -D {folder}/data -m immediate -w stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def migrate(folder: Path, url: str = "") -> None:
    """Bring a database to the newest tables."""
    app = create_app(config.Settings(instance=str(folder), database_url=url))
    with app.app_context():
        upgrade()
        app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file; every test copies it."""
    folder = tmp_path_factory.mktemp("template")
    migrate(folder)
    return folder / "market.db"


@pytest.fixture(scope="session")
def postgresql_template(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
                        ) -> Iterator[str]:
    """A migrated PostgreSQL database; every test clones it."""
    name = f"market_template_{os.getpid()}"
    cluster.drop(name)
    cluster.run(f"CREATE DATABASE {name}")
    migrate(tmp_path_factory.mktemp("instance"), cluster.address(name))
    yield name
    cluster.drop(name)


@pytest.fixture(scope="session")
def shared_database(cluster: Cluster, postgresql_template: str) -> Iterator[str]:
    """A database that one test after another uses and leaves empty."""
    name = cluster.clone(postgresql_template)
    yield name
    cluster.drop(name)


@pytest.fixture
def database(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of this test's backend; its DATABASE_URL.

    A test that changes the tables themselves marks itself `own_database`.
    """
    if backend == SQLITE:
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "market.db")
        yield f"sqlite:///{tmp_path / 'market.db'}"
        return
    server: Cluster = request.getfixturevalue("cluster")
    own = request.node.get_closest_marker("own_database") is not None
    name = (server.clone(request.getfixturevalue("postgresql_template")) if own
            else request.getfixturevalue("shared_database"))
    yield server.address(name)
    if own:
        server.drop(name)
    else:
        server.empty(name)
