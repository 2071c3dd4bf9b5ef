"""The ``study-app`` commands about what leaves the database: write the data, check an archive."""

from pathlib import Path

import click

from study_app import archive, export
from study_app.archive_check import check_archive
from study_app.archive_details import with_options
from study_app.catalog import file_of
from study_app.command_context import STUDY, stored_study
from study_app.errors import ArchiveError, ExportError
from study_app.number_words import counted
from study_app.study_states import Phase

PSYCH_DS = "psych-ds"


@click.command("export")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="A new folder; for an archive also a file in .zip.",
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["csv", PSYCH_DS]),
    default="csv",
    show_default=True,
    help="Plain tables, or an archive after the rules of Psych-DS.",
)
@click.option("--author", "authors", multiple=True, metavar="NAME", help="Of the data; repeatable.")
@click.option("--license", "license_words", default="", metavar="TEXT", help="Of the data.")
@click.option("--date-published", default="", metavar="YYYY-MM-DD", help="Of the archive.")
@click.option("--pilot", is_flag=True, help="The data of the pilot, and those only.")
@click.option("--overwrite", is_flag=True, help="Replace a result that is there.")
@STUDY
def export_command(
    out: Path,
    layout: str,
    authors: tuple[str, ...],
    license_words: str,
    date_published: str,
    pilot: bool,
    overwrite: bool,
    study_code: str | None,
) -> None:
    """Write the trial table with codebook, participant flow, study file and digests.

    With --format psych-ds everything that others need to understand the study goes with it; what
    an archive says of itself stands in [archive] of the study file, or in the options. The data of
    a pilot are in neither; --pilot writes them by themselves.

    Example: study-app export --out archive --format psych-ds --license CC-BY-4.0
    """
    if layout != PSYCH_DS and (authors or license_words or date_published):
        raise ExportError("--author, --license and --date-published are for --format psych-ds")
    if layout == PSYCH_DS and pilot:
        raise ExportError(
            "--pilot is for --format csv: an archive is of the study, not of its pilot"
        )
    with stored_study(study_code) as (session, study):
        if layout != PSYCH_DS:
            phase: Phase = "pilot" if pilot else "main"
            exported = export.export_study(session, study, out, overwrite=overwrite, phase=phase)
            _say_exported(exported)
            return
        details = with_options(
            file_of(study).archive,
            authors=authors,
            license_words=license_words,
            date_published=date_published,
        )
        _say_archived(
            archive.write_archive(session, study, out, details=details, overwrite=overwrite)
        )


@click.command("check-archive")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
def check_archive_command(folder: Path) -> None:
    """Check an archive by the rules of Psych-DS, and that no file was changed.

    DIR is a folder written by study-app export --format psych-ds, or any other data set that is to
    keep these rules. Prints one line per problem; the exit code is 0 where there are only warnings.

    Example: study-app check-archive archive
    """
    problems = check_archive(folder)
    for problem in problems:
        click.echo(str(problem))
    n_errors = sum(problem.severity == "error" for problem in problems)
    if n_errors:
        raise ArchiveError(f"{folder}: broken rules of Psych-DS or digests: {n_errors}")
    told = f", warnings: {len(problems)}" if problems else ""
    click.echo(f"{folder}: keeps the rules of Psych-DS{told}")


def _say_exported(exported: export.Exported) -> None:
    click.echo(
        f"{exported.folder}: {counted(exported.n_trials, 'trial')} of"
        f" {counted(exported.n_study_sessions, 'study session')}; {export.TRIALS_NAME}"
        f" sha256 {exported.trials_sha256[:12]}"
    )


def _say_archived(archived: archive.Archived) -> None:
    for note in archived.notes:
        click.echo(f"Before others get it: {note}", err=True)
    click.echo(
        f"{archived.place}: {counted(archived.n_files, 'file')},"
        f" {counted(archived.n_trials, 'trial')};"
        f" SHA256SUMS sha256 {archived.sha256[:12]}"
    )
