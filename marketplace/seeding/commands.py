"""`flask seed`: fill an empty database."""

from __future__ import annotations

from pathlib import Path

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


@commands.command("bench")
@with_appcontext
@click.option("--listings", type=click.IntRange(1, 5000), default=200, show_default=True)
@click.option("--bookings", type=click.IntRange(0, 10**6), default=10_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--tokens", type=click.Path(dir_okay=False, path_type=Path), default=None,
              help="Write the API token of each firm that buys into this file, one a line.")
def bench(listings: int, bookings: int, seed: int, tokens: Path | None) -> None:
    """Equal machines, open round the clock, and bookings of an hour: a market to measure."""
    from marketplace.seeding.bench import Size, load_bench
    from marketplace.seeding.market import SeedRefused
    try:
        secrets = load_bench(Size(listings, bookings, seed), click.echo)
    except SeedRefused as reason:
        raise click.ClickException(f"The market was not made: {reason}.") from reason
    if tokens is not None:
        tokens.touch(mode=0o600)
        tokens.write_text("".join(f"{secret}\n" for secret in secrets), encoding="ascii")
