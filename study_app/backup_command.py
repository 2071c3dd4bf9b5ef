"""The ``study-app backup`` command."""

from pathlib import Path

import click
import sqlalchemy as sa

from study_app.backup import back_up
from study_app.command_context import app_context, check_database
from study_app.config import load_settings
from study_app.errors import BackupError
from study_app.extensions import db
from study_app.models import Response, StudySession

RESTORE = {
    "sqlite": "It is a database: STUDY_DATABASE_URL=sqlite:///{path} study-app status",
    "postgresql": "pg_restore --no-owner --dbname NEW_DATABASE {path} brings it back",
}


@click.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.option("--overwrite", is_flag=True, help="Replace a result that is there.")
def backup(path: Path, overwrite: bool) -> None:
    """Copy the database of all studies to FILE while they run.

    On PostgreSQL its program pg_dump is used. What was erased before is not in the copy; copies
    made before an erasure still have it.

    Example: study-app backup backups/2026-03-01.sqlite
    """
    if path.exists() and not overwrite:
        raise BackupError(f"{path} is there already; --overwrite replaces it")
    with app_context(load_settings()):
        check_database()
        back_up(db.engine, path)
        counts = [
            db.session.scalar(sa.select(sa.func.count()).select_from(table))
            for table in (StudySession, Response)
        ]
        kind = db.engine.dialect.name
    click.echo(
        f"{path}: {path.stat().st_size / 1e6:.1f} MB"
        f" (study sessions: {counts[0]}, answers: {counts[1]})"
    )
    click.echo(RESTORE[kind].format(path=path.resolve()))
