"""Alembic's environment: one history for SQLite and PostgreSQL."""

from alembic import context
from flask import current_app
from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql.base import ischema_names

from marketplace.core.db import Base

GENERATED = {("claim", "lane_key"), ("claim", "occupied"), ("change", "xid")}
ischema_names.setdefault("xid8", BigInteger)   # so that reading the tables does not warn
UNTOLD = {"claim_no_overlap", "ix_change_buyer", "ix_change_seller"}


def include_object(item, name, kind, reflected, compare_to):
    """Leave out what the models do not say: columns and indexes that differ between engines."""
    if kind == "column" and reflected:
        return (item.table.name, name) not in GENERATED
    return not (kind == "index" and name in UNTOLD)


PLAIN = {"UtcDateTime": "sa.DateTime(timezone=True)", "Fen": "sa.BigInteger()",
         "Exact": "sa.String(40)"}


def render_item(kind, item, autogen_context):
    """Write our column types as what they are in the database, so revisions need no import."""
    return PLAIN.get(type(item).__name__, False) if kind == "type" else False


def run() -> None:
    """Upgrade on the application's own engine, one transaction a revision."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=Base.metadata, render_as_batch=True,
            compare_type=True, render_item=render_item,
            include_object=include_object, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


run()
