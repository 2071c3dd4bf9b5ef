"""The ``study-app`` commands about single people: find one by the recruiter's name, erase one."""

import csv
import sys
from dataclasses import astuple, fields
from datetime import UTC, datetime
from pathlib import Path

import click

from study_app import erasure
from study_app.command_context import STUDY, stored_study
from study_app.config import load_settings
from study_app.number_words import counted
from study_app.reconciling import Found, find_people, read_names


@click.command("erase-participant")
@click.argument("code")
@click.option("--yes", is_flag=True, help="Do not ask.")
@STUDY
def erase_participant(code: str, yes: bool, study_code: str | None) -> None:
    """Delete all that is stored about a participant, and print the receipt.

    CODE is that of the participant or of the study session, as in participants.csv. Exports and
    backups made before are not changed.

    Example: study-app erase-participant gG0o5wX2Yh1u --yes
    """
    with stored_study(study_code) as (session, study):
        found = erasure.find_of_code(session, study, code)
        if not yes:
            click.confirm(
                f"Delete everything about participant {found.participant.code}"
                f" ({found.state}, {found.n_answered} of {found.n_trials} answered) for good?",
                abort=True,
            )
        erased = erasure.erase(session, found, "researcher", datetime.now(UTC))
    click.echo(f"receipt {erased.receipt}")
    click.echo(
        f"Erased: {counted(erased.n_trials, 'trial')} and {counted(erased.n_responses, 'answer')}"
        f" ({erased.state_before}). Earlier exports and backups still have them."
    )


@click.command("find-participant")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The recruiter's list, CSV.",
)
@click.option("--column", help="Column of the names in it  [default: as Prolific or MTurk has it]")
@STUDY
def find_participant(
    names: tuple[str, ...], path: Path | None, column: str | None, study_code: str | None
) -> None:
    """Print what became of people by the recruiter's names, as CSV, so that pay can be approved.

    The database knows hashes only: the names have to come from the recruiter.

    Example: study-app find-participant --file prolific_export.csv
    """
    wanted = [*names, *(read_names(path, column) if path else [])]
    if not wanted:
        raise click.UsageError("Give names, or --file.")
    salt = load_settings().secret_key
    with stored_study(study_code) as (session, study):
        table = csv.writer(sys.stdout, lineterminator="\n")
        table.writerow(field.name for field in fields(Found))
        for found in find_people(session, study, salt, wanted):
            table.writerow(astuple(found))
