"""The ``study-app`` command about the researcher's desk: its password."""

import sys
from datetime import UTC, datetime

import click

from study_app import desk_door
from study_app.command_context import app_context, check_database
from study_app.config import load_settings
from study_app.extensions import db


@click.command("desk-password")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read it from the first line of input.")
def desk_password(from_stdin: bool) -> None:
    """Set the password of the researcher's desk, at /desk/ on the study's server.

    It is asked for twice, and kept as a hash only. Whoever is logged in is logged out, and a door
    that is shut after wrong tries opens again.

    Example: study-app desk-password
    """
    with app_context(load_settings()):
        check_database()
        password = _first_line() if from_stdin else _asked_twice()
        desk_door.set_password(db.session(), password, datetime.now(UTC))
    click.echo("The desk has a new password; study-app serve serves it at /desk/")


def is_terminal() -> bool:
    """Say whether somebody sits there who can be asked."""
    return sys.stdin.isatty()


def _first_line() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _asked_twice() -> str:
    if not is_terminal():
        raise click.UsageError("Nobody can be asked here; --stdin reads it from the input.")
    asked: str = click.prompt("Password", hide_input=True)
    desk_door.check_password(asked)
    again: str = click.prompt("The same again", hide_input=True)
    if again != asked:
        raise click.UsageError("The two were not the same; nothing was changed.")
    return asked
