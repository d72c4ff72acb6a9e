"""`flask import NOUN FILE`: the import of a file from the shell, as one member."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from marketplace.accounts.models import Member
from marketplace.accounts.tokens import actor_of_member
from marketplace.core import i18n
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.core.text import folded
from marketplace.web.imports.limits import MAX_BYTES
from marketplace.web.imports.report import Report
from marketplace.web.imports.services import NOUNS, import_file


@click.command("import")
@click.argument("noun", type=click.Choice(list(NOUNS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "email", required=True, help="E-mail address of the member who imports.")
@click.option("--dry-run", is_flag=True, help="Only try, and report line by line.")
@with_appcontext
def import_command(noun: str, file: Path, email: str, dry_run: bool) -> None:
    """Import a CSV or XLSX file: every line or none."""
    actor = _member(email)
    with open(file, "rb") as handle:
        body = handle.read(MAX_BYTES + 1)
    try:
        report = import_file(actor, noun, file.name, body, dry_run=dry_run)
    except DomainError as refusal:
        for error in refusal.errors:
            click.echo(i18n.translate(actor.language, f"field.{error.code}", **error.params))
        if not refusal.errors:
            click.echo(i18n.translate(actor.language, f"problem.{refusal.code}.detail",
                                      **refusal.params))
        sys.exit(1)
    _print(report, actor.language)
    sys.exit(0 if report.clean else 1)


def _member(email: str) -> Actor:
    found = db.session.scalar(select(Member.id).where(Member.email_folded == folded(email)))
    actor = actor_of_member(found) if found else None
    if actor is None:
        raise click.BadParameter("no active member has this address", param_hint="--as")
    return actor


def _print(report: Report, lang: str) -> None:
    for each in report.shown():
        click.echo(i18n.translate(lang, "imports.line", line=each.line,
                                  column=each.column or "-", words=each.words(lang)))
    key = "imports.wrong" if not report.clean else (
        "imports.would" if report.dry_run else "imports.done")
    click.echo(i18n.translate(lang, key, rows=report.rows, made=report.made,
                              wrong=report.wrong_lines))
