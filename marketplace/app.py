"""The application: wiring only."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import click
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from marketplace import cli, config, measures
from marketplace.accounts import tokens
from marketplace.core import db as database
from marketplace.core.db import db
from marketplace.features import BLUEPRINTS
from marketplace.http import auth, headers, health, limits, metrics, openapi, problems
from marketplace.http.body import BodyReader
from marketplace.web import site

MIGRATIONS = config.ROOT / "migrations"   # named NNNN_intent.py by their revision


def start() -> Flask:
    """The service of this process; ends it with one sentence where it cannot work."""
    try:
        app = create_app()
        database.reach(app)
    except config.SettingsError as error:
        sys.exit(f"Gongfang does not start: {error}")
    return app


def older_revisions() -> frozenset[str]:
    """Every revision of the tables but the newest."""
    names = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    return frozenset(names[:-1])


def _allow_migrations(app: Flask) -> None:
    """Add the commands of `flask db`, where commands are run.

    A server runs none, and would keep a hundred modules of theirs in memory for nothing.
    """
    if click.get_current_context(silent=True) or "flask_migrate" in sys.modules:
        from flask_migrate import Migrate
        Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True)


def create_app(settings: config.Settings | None = None, **changes: Any) -> Flask:
    """Build the service; raises SettingsError for a setting that is wrong."""
    settings = replace(settings or config.load(), **changes)
    config.use(settings)
    config.make_folder(settings)
    app = Flask("marketplace", root_path=str(config.ROOT / "marketplace"), static_folder=None)
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.url, SECRET_KEY=config.secret_key(settings),
        MAX_CONTENT_LENGTH=settings.upload_megabytes * 2**20,
        SESSION_COOKIE_SECURE=settings.secure_cookies, SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax", WTF_CSRF_TIME_LIMIT=None)
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies,
            x_host=settings.proxies)
    app.json = BodyReader(app)
    database.init_app(app)
    _allow_migrations(app)
    metrics.init_app(app, settings.metrics_token, (measures.readings,))
    headers.init_app(app)
    limits.init_app(app, settings.token_requests)
    auth.init_app(app, tokens.actor_of, site.session_actor)
    problems.init_app(app, site.problem_page)
    health.init_app(app, settings.clock_skew_seconds, older_revisions())
    openapi.init_app(app, BLUEPRINTS)
    site.init_app(app)
    cli.init_app(app)
    return app
