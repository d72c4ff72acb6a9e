"""The commands of `flask`: one service call each."""

from __future__ import annotations

import secrets
import sys

import click
from flask import Flask
from flask.cli import with_appcontext

from marketplace import runner, worker
from marketplace import verify as verification
from marketplace.accounts import privacy, queries, rules, staff, tokens
from marketplace.accounts.permissions import SCOPES
from marketplace.accounts.services import Person
from marketplace.backup import commands as archives
from marketplace.core import i18n
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import DomainError
from marketplace.core.text import folded
from marketplace.resources import commands as holidays
from marketplace.seeding import commands as seeding
from marketplace.web.imports import command as imports


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(verify)
    app.cli.add_command(archives.backup)
    app.cli.add_command(archives.restore)
    app.cli.add_command(users)
    app.cli.add_command(api_tokens)
    app.cli.add_command(worker.commands)
    app.cli.add_command(runner.commands)
    app.cli.add_command(seeding.commands)
    app.cli.add_command(holidays.commands)
    app.cli.add_command(imports.import_command)


@click.command()
@with_appcontext
def verify() -> None:
    """Recount what must hold by SQL of its own; exit code 1 when something does not."""
    report = verification.run()
    for line in report.lines:
        click.echo(line)
    sys.exit(0 if report.clean else 1)


@click.group()
def users() -> None:
    """The platform's staff, and requests of members that came another way."""


@users.command("create-operator")
@with_appcontext
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh")
@click.option("--generate", is_flag=True, help="Make a password and print it.")
def create_operator(email: str, name: str, language: str, generate: bool) -> None:
    """Open an operator's account; the password is asked for, or read from standard input."""
    password = secrets.token_urlsafe(15) if generate else _password()
    person = Person(name, email, password, language, rules.TERMS_VERSION)
    try:
        member = staff.create_operator(person)
    except DomainError as error:
        raise _refused(error) from error
    click.echo(f"operator {member.id}: {email}")
    if generate:
        click.echo(f"password: {password}")


@users.command("erase")
@with_appcontext
@click.option("--email", required=True)
@click.confirmation_option(prompt="This cannot be undone. Erase this member's data?")
def erase(email: str) -> None:
    """Erase a member's personal data; its pseudonym stays in the audit log."""
    try:
        privacy.erase(SYSTEM, _member_of(email).member_id or 0)
    except DomainError as error:
        raise _refused(error) from error


@click.group("tokens")
def api_tokens() -> None:
    """Keys for programs."""


@api_tokens.command("create")
@with_appcontext
@click.option("--email", required=True, help="The member whom the token speaks for.")
@click.option("--scopes", default=",".join(SCOPES), show_default=True, help="Comma-separated.")
@click.option("--days", type=click.IntRange(1, tokens.DAYS_MOST), default=None)
@click.option("--name", default="flask tokens create", show_default=True)
def create_token(email: str, scopes: str, days: int | None, name: str) -> None:
    """Make an API token and print its secret, which is shown only now."""
    wanted = [each.strip() for each in scopes.split(",") if each.strip()]
    try:
        click.echo(tokens.create(_member_of(email), name, wanted, days))
    except DomainError as error:
        raise _refused(error) from error


def _password() -> str:
    """A password typed twice at a terminal, or one line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _member_of(email: str) -> Actor:
    """The active member of an address; ends the command where there is none."""
    member = queries.by_email(folded(email))
    actor = tokens.actor_of_member(member.id) if member else None
    if actor is None:
        raise click.ClickException(f"no active member has the address {email}")
    return actor


def _refused(error: DomainError) -> click.ClickException:
    """A domain error as the one sentence of a command."""
    return click.ClickException("; ".join(words("en", error)))


def words(lang: str, error: DomainError) -> list[str]:
    """The sentences of an error: one a wrong field, or its detail."""
    if error.errors:
        return [i18n.translate(lang, f"field.{each.code}", **each.params)
                for each in error.errors]
    return [i18n.translate(lang, f"problem.{error.code}.detail", **error.params)]
