"""One history for both engines, and what SQLAlchemy cannot say is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from marketplace.app import older_revisions
from marketplace.config import ROOT
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from tests.databases import POSTGRESQL

GUARD = "claim_no_overlap"


def guards(backend: str) -> set[str]:
    """The names of what keeps claims apart, as the database knows them."""
    query = ("SELECT conname FROM pg_constraint WHERE contype = 'x'" if backend == POSTGRESQL
             else "SELECT name FROM sqlite_master WHERE type = 'trigger'")
    return {name for name in db.session.scalars(text(query)) if name.startswith(GUARD)}


def wanted(backend: str) -> set[str]:
    """What must be there."""
    return {GUARD} if backend == POSTGRESQL else {f"{GUARD}_INSERT", f"{GUARD}_UPDATE"}


def test_the_guard_is_there_after_upgrade_head(inside, backend):
    """Triggers on SQLite and the exclusion constraint on PostgreSQL survive every revision."""
    assert guards(backend) == wanted(backend)


def test_the_models_and_the_tables_agree(runner):
    """`flask db check` finds nothing to migrate."""
    assert runner.invoke(args=["db", "check"]).exit_code == 0


@pytest.mark.own_database
def test_a_table_that_no_model_knows_is_noticed(app, runner):
    """`flask db check` is no formality: with a column dropped it fails."""
    with app.app_context(), transaction():
        db.session.execute(text("ALTER TABLE audit_entry DROP COLUMN details"))

    assert runner.invoke(args=["db", "check"]).exit_code == 1


@pytest.mark.own_database
def test_the_history_can_be_walked_down_and_up(inside, backend):
    """Every revision has a way back, and the guard is there again after the way up."""
    downgrade(revision="base")
    db.session.remove()
    upgrade()

    assert guards(backend) == wanted(backend)


def test_the_history_is_one_line():
    """There is one head: no two revisions follow the same one."""
    history = ScriptDirectory(str(ROOT / "migrations"))

    assert len(history.get_heads()) == 1
    assert len(history.get_bases()) == 1


def test_revisions_are_named_by_their_files():
    """The server knows which revisions are older by the names of their files alone."""
    history = ScriptDirectory(str(ROOT / "migrations"))
    every = {each.revision for each in history.walk_revisions()}

    assert older_revisions() == every - set(history.get_heads())


def test_a_rebuilt_claim_table_gets_its_triggers_again():
    """A batch migration of `claim` drops its triggers silently: it must call create_triggers."""
    forgetful = []
    for path in sorted((ROOT / "migrations" / "versions").glob("*.py")):
        source = path.read_text(encoding="utf-8")
        if re.search(r"batch_alter_table\(\s*['\"]claim['\"]", source) and number(path) > 2:
            forgetful += [path.name] if "create_triggers" not in source else []

    assert forgetful == []


def number(path: Path) -> int:
    """The number a revision's file begins with."""
    return int(path.name[:4])
