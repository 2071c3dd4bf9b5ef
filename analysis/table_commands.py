"""The commands about a trial table itself: check it, convert it."""

import hashlib
from dataclasses import asdict
from pathlib import Path

import click

from analysis.command_line import OVERWRITE, ending_in, say_where, say_wrong
from analysis.errors import TrialTableError
from analysis.reading_options import Reading, reading_options
from analysis.wording import counted

TABLE_SUFFIXES = (".csv", ".parquet")


@click.command()
@reading_options
@click.option(
    "--problems",
    type=click.Path(path_type=Path),
    help="Write every problem to this CSV file, and only a screenful to the terminal.",
)
@OVERWRITE
@click.pass_context
def check(ctx: click.Context, reading: Reading, problems: Path | None, overwrite: bool) -> None:
    """Check a trial table: every cell, by name of file, row and column; every problem is listed.

    TRIALS is a trials.csv, a Parquet file, a folder written by study-app export, the address of a
    study's database, or the results of AMT_Real_vs_Fake.

    Example: analysis check export/
    """
    # Lazy imports in every command: --help answers at once, and without the extra [analysis].
    from analysis import results
    from analysis.trial_table import typed_table

    if problems is not None:
        results.check_not_input(problems, inputs=reading.input_files())
        results.check_free(problems, overwrite=overwrite)
    try:
        found = reading.checked()
    except TrialTableError as error:
        if problems is None:
            say_wrong(*error.every_line())
        else:
            say_wrong(*str(error).splitlines())
            content = _problems_csv(error)
            results.write_results({problems: content}, overwrite=overwrite)
            say_where(problems, content)
        ctx.exit(error.exit_code)
    rows = typed_table(found).trials
    click.echo(
        f"{found.place} ({found.origin}): {counted(len(rows), 'trial')} of"
        f" {counted(rows['participant_id'].nunique(), 'participant')},"
        f" {int(rows['fooled'].notna().sum())} answered; every row is as it should be"
    )
    click.echo(f"SHA-256 {found.sha256}")


@click.command()
@reading_options
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    callback=ending_in(*TABLE_SUFFIXES, example="trials.csv"),
    required=True,
    help="The table to write, in .csv or .parquet; its provenance goes beside it.",
)
@OVERWRITE
def convert(reading: Reading, out: Path, overwrite: bool) -> None:
    """Write a trial table as trials.csv or Parquet, wherever it comes from.

    TRIALS is a trials.csv, a Parquet file, a folder written by study-app export, the address of a
    study's database, or the results of AMT_Real_vs_Fake. A database becomes the same bytes as by
    study-app export.

    Example: analysis convert results.csv --amt-practice 10 --out trials.csv
    """
    from analysis import parquet_table, results
    from analysis.text_table import csv_chunks
    from analysis.trial_table import typed_table

    # With the ending, so that trials.csv and trials.parquet can stand beside each other.
    places = (out, out.with_name(f"{out.name}.provenance.json"))
    results.check_not_input(*places, inputs=reading.input_files())
    results.check_free(*places, overwrite=overwrite)
    table = reading.checked()
    if out.suffix.lower() == ".parquet":
        content = parquet_table.parquet_bytes(typed_table(table).trials)
    else:
        content = b"".join(csv_chunks(table.columns))
    how = {name: value for name, value in asdict(reading).items() if name != "source"}
    record = {
        "input": {"sha256": table.sha256, "origin": table.origin},
        "settings": {name: value for name, value in how.items() if value is not None},
        "sha256": hashlib.sha256(content).hexdigest(),
        "versions": results.versions(),
    }
    written = dict(zip(places, (content, results.json_bytes(record)), strict=True))
    results.write_results(written, overwrite=overwrite)
    say_where(out, content)


def _problems_csv(error: TrialTableError) -> bytes:
    """List every problem, a row each; a table that could not be looked at is one problem."""
    from analysis.text_table import csv_bytes

    rows = [
        (
            problem.place or error.place,
            "" if problem.row is None else str(problem.row),
            problem.column or "",
            problem.found,
            problem.allowed,
        )
        for problem in error.problems
    ] or [("", "", "", str(error), "")]
    return csv_bytes([("file", "row", "column", "found", "allowed"), *rows])
