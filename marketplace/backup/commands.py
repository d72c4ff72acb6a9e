"""`flask backup PATH` and `flask restore PATH`. What they need is imported when they run."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from marketplace.core.errors import Unavailable


@click.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(path: Path) -> None:
    """Write all rows and files into a new archive at PATH, while the service goes on.

    Exit code 1 when the bytes of a file were not there: the archive is written without them.
    """
    from marketplace.backup import making
    from marketplace.backup.archive import ArchiveRefused

    try:
        made = making.backup(path)
    except ArchiveRefused as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{path} was not written: {error.strerror}.") from error
    click.echo(f"{path}: {made.rows} rows, {made.blobs} files")
    for sha256 in made.missing:
        click.echo(f"missing or changed on the disk: blob {sha256}", err=True)
    sys.exit(1 if made.missing else 0)


@click.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Delete everything in the database first.")
@with_appcontext
def restore(path: Path, replace: bool) -> None:
    """Bring back what an archive holds, all or nothing, and verify it.

    Stop the service first. The database must be empty and at the archive's revision.
    """
    from marketplace import verify
    from marketplace.backup import restoring
    from marketplace.backup.archive import ArchiveRefused

    try:
        manifest = restoring.restore(path, replace)
    except ArchiveRefused as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"The files cannot be put back ({error.strerror}); "
                                   "the database is as it was.") from error
    except (SQLAlchemyError, Unavailable) as error:
        reason = str(getattr(error.__cause__ or error, "orig", error)).strip().partition("\n")[0]
        raise click.ClickException(f"The database did not take the rows ({reason}); "
                                   "it is as it was.") from error
    count = sum(each["rows"] for each in manifest["tables"].values())
    click.echo(f"{path} of {manifest['made']}: {count} rows, {len(manifest['blobs'])} files")
    report = verify.run()
    for line in report.lines:
        click.echo(line)
    sys.exit(0 if report.clean else 1)
