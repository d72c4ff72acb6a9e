"""`flask seed`: fill an empty database."""

from __future__ import annotations

import click
from flask.cli import with_appcontext


@click.group("seed")
def commands() -> None:
    """Fill an empty database."""


@commands.command("demo")
@with_appcontext
def demo() -> None:
    """The fictitious province and the real order book; nothing when companies are there."""
    from marketplace.seeding.market import load_demo
    if not load_demo(click.echo):
        click.echo("There are companies already: nothing was changed.")
