"""The commands of `flask`: one service call each."""

from __future__ import annotations

import sys

import click
from flask import Flask

from marketplace import verify as verification


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(verify)


@click.command()
def verify() -> None:
    """Recount what must hold by SQL of its own; exit code 1 when something does not."""
    report = verification.run()
    for line in report.lines:
        click.echo(line)
    sys.exit(0 if report.clean else 1)
