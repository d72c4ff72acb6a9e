"""`flask holidays load`: the table of public holidays and make-up days, year by year."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from marketplace.core import clock
from marketplace.resources import holidays

commands = AppGroup("holidays", help="Public holidays and make-up working days.")


@commands.command("load")
@click.argument("years", nargs=-1, type=click.IntRange(2004, 2099))
def load(years: tuple[int, ...]) -> None:
    """Load some years (without any: last year, this and the next) and rebuild opening times."""
    now = clock.now().year
    wanted = sorted(set(years or (now - 1, now, now + 1)))
    days = holidays.moved_days(wanted)
    count = holidays.load(wanted)
    provisional = sorted({each.day.year for each in days if each.provisional})
    click.echo(f"{count} days of {', '.join(map(str, wanted))}")
    if provisional:
        click.echo(f"provisional, before the official notice: {', '.join(map(str, provisional))}")
