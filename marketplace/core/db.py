"""The database: one declarative base, and what each engine must be told."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, MetaData, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase

from marketplace.config import SettingsError
from marketplace.core import transaction

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every model; constraint names are the same on both engines."""

    metadata = MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base)


def options(url: str) -> dict[str, Any]:
    """Engine options: a busy timeout on SQLite; what PostgreSQL is told besides."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 30, "check_same_thread": False}}
    from marketplace.core import postgresql  # its driver is an extra: SQLite does without

    return postgresql.options()


def init_app(app: Flask) -> None:
    """Bind the database to an application and prepare its engine."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    try:
        make_url(url)
    except (ArgumentError, ValueError) as error:
        raise SettingsError("DATABASE_URL cannot be read as an address of a database.") from error
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options(url)
    db.init_app(app)
    with app.app_context():
        engine = db.engine
        transaction.bind(db.session, write_lock(engine))
        if engine.dialect.name == "sqlite":
            _prepare_sqlite(engine)
        else:
            from marketplace.core import postgresql

            postgresql.prepare(engine)


def reach(app: Flask) -> None:
    """Raise SettingsError unless the database answers; leaves no connection behind."""
    with app.app_context():
        try:
            with db.engine.connect() as connection:
                connection.exec_driver_sql("SELECT 1")
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", error)).strip().partition("\n")[0]
            raise SettingsError(f"the database {db.engine.url.render_as_string()} "
                                f"does not answer ({reason}).") from error
        finally:
            db.engine.dispose()


def write_lock(engine: Engine) -> Path | None:
    """The file whose lock queues SQLite's writers fairly; None where rows are locked instead."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    return Path(f"{engine.url.database}.queue")


def _prepare_sqlite(engine: Engine) -> None:
    """WAL, full durability, foreign keys; BEGIN IMMEDIATE inside a transaction of ours.

    A deferred transaction that reads and then writes is refused at once as "locked", whatever
    the busy timeout says; so a use case takes the write lock with its first statement.
    """

    @event.listens_for(engine, "connect")
    def connected(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON",
                       "cache_size=-20000", "temp_store=MEMORY"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if transaction.active() else "BEGIN")
