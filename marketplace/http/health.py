"""Is the process up, and can it work?"""

from __future__ import annotations

from collections.abc import Set
from datetime import UTC, datetime
from typing import Any

from flask import Flask, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import Unavailable
from marketplace.core.transaction import DatabaseUnreachable, end_read


class ClocksDiffer(Unavailable):
    """The clocks of the host and of the database differ too much to expire holds rightly."""

    code = "clocks_differ"


class NotMigrated(Unavailable):
    """The database has not the newest tables: run `flask db upgrade`."""

    code = "not_migrated"


def init_app(app: Flask, skew_seconds: float, older: Set[str]) -> None:
    """Add `/healthz` and `/readyz`; `older` are the revisions before the newest we know."""

    @app.get("/healthz")
    def healthz() -> Any:
        return jsonify(status="ok")

    @app.get("/readyz")
    def readyz() -> Any:
        check(skew_seconds, older)
        return jsonify(status="ok")


def check(skew_seconds: float, older: Set[str]) -> None:
    """Raise DatabaseUnreachable, NotMigrated or ClocksDiffer.

    A revision that we do not know is a newer one: the release step runs before the restart.
    """
    try:
        theirs = database_now()
    except SQLAlchemyError as error:
        raise DatabaseUnreachable() from error
    difference = abs((clock.now() - theirs).total_seconds())
    if difference > skew_seconds:
        raise ClocksDiffer(seconds=round(difference, 1))
    try:
        found = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    except SQLAlchemyError as error:
        end_read()
        raise NotMigrated() from error
    if found in older:
        raise NotMigrated()


def database_now() -> datetime:
    """The database's clock; SQLite's is the host's."""
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("SELECT 1"))
        return clock.now()
    moment: datetime = db.session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment.astimezone(UTC)
