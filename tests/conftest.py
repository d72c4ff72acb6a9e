"""Fixtures of the whole suite: both databases, the application, its clients, the clock."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from marketplace import config
from marketplace.app import create_app
from marketplace.core import i18n
from marketplace.core.db import db
from tests import guards
from tests.api import Api
from tests.clocks import TestClock
from tests.databases import (  # noqa: F401 - fixtures
    CI,
    MISSING_POSTGRESQL,
    POSTGRESQL,
    SQLITE,
    cluster,
    database,
    postgresql_possible,
    postgresql_template,
    shared_database,
    sqlite_template,
)
from tests.factories import place
from tests.factories.market import Market, create_market
from tests.guards import MISSING_CHROMIUM, chromium_path, no_outgoing, no_server_errors  # noqa: F401

SIZE = config.load().test_size
EXAMPLES = {"small": 25, "long": 400}
for name, examples in EXAMPLES.items():
    hypothesis.settings.register_profile(
        name, max_examples=examples, deadline=None, derandomize=name == "small",
        suppress_health_check=list(hypothesis.HealthCheck))
hypothesis.settings.load_profile(SIZE)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--backend sqlite|postgresql|both`."""
    parser.addoption("--backend", choices=(SQLITE, POSTGRESQL, "both"), default="both")


def backends(pytestconfig: pytest.Config) -> list[str]:
    """What this run tests on; a missing PostgreSQL fails in CI and is named elsewhere."""
    wanted = pytestconfig.getoption("backend")
    chosen = [SQLITE, POSTGRESQL] if wanted == "both" else [wanted]
    if wanted == "both" and not CI and not postgresql_possible():
        chosen = [SQLITE]
    return chosen


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that touches the database on every backend."""
    if "backend" in metafunc.fixturenames:
        chosen = backends(metafunc.config)
        one = metafunc.definition.get_closest_marker("one_database") is not None
        metafunc.parametrize("backend", chosen[:1] if one else chosen)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name in the last lines what this machine could not have."""
    missing = [MISSING_POSTGRESQL] if not postgresql_possible() else []
    missing += [MISSING_CHROMIUM] if chromium_path() is None else []
    for line in missing:
        terminalreporter.write_line(f"NOT TESTED  {line}", red=True, bold=True)


@pytest.fixture(autouse=True)
def strict_words() -> Iterator[None]:
    """A missing message or parameter raises."""
    i18n.strict(True)
    yield
    i18n.strict(False)


@pytest.fixture
def clock() -> Iterator[TestClock]:
    """The product's clock, standing still until the test moves it."""
    with TestClock().running() as moved:
        yield moved


@pytest.fixture
def app(database: str, clock: TestClock, tmp_path: object) -> Iterator[Flask]:  # noqa: F811
    """The application on an empty migrated database."""
    made = create_app(config.Settings(instance=str(tmp_path), database_url=database))
    with place.on(made):
        yield made
    with made.app_context():
        db.engine.dispose()
    logging.getLogger("marketplace").handlers.clear()


@pytest.fixture
def inside(app: Flask, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An application context for tests that call services; never around a client."""
    if "client" in request.fixturenames or "api" in request.fixturenames:
        pytest.fail("a pushed context around a client shares its session: use one or the other")
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser."""
    return app.test_client()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    """A shell."""
    return app.test_cli_runner()


@pytest.fixture
def market(app: Flask) -> Market:
    """A seller with a listed machine, a buyer, a stranger and an operator."""
    return create_market()


@pytest.fixture
def api(client: FlaskClient, market: Market) -> Api:
    """The buyer's program."""
    return Api(client, market.buyer.token)


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """`with count_queries() as statements:` collects the SQL that runs inside."""
    return lambda: guards.statements(app)
