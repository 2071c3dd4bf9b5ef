"""The commands that give results: the numbers, and the report."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.command_line import OVERWRITE, say_where
from analysis.reading_options import Reading, choice_options, reading_options

if TYPE_CHECKING:
    from analysis.estimates import EstimateSettings

PAGE_SUFFIXES = (".html", ".htm")
Settle = Callable[[Reading], "EstimateSettings"]


def _page_name(_: click.Context, parameter: click.Parameter, value: Path) -> Path:
    """Refuse a page whose name is not a page's; its twin could not stand beside it."""
    if value.suffix.lower() not in PAGE_SUFFIXES:
        message = f"{value} does not end in .html or .htm; allowed: a name such as report.html"
        raise click.BadParameter(message, param=parameter)
    return value


@click.command()
@reading_options
@click.option(
    "--json", "json_path", type=click.Path(path_type=Path), help="Write the numbers to this file."
)
@choice_options
@OVERWRITE
def estimate(reading: Reading, json_path: Path | None, settle: Settle, overwrite: bool) -> None:
    """Print fool rates with intervals, and differences between conditions.

    TRIALS is a trials.csv, a Parquet file, a folder written by study-app export, the address of a
    study's database, or the results of AMT_Real_vs_Fake.

    Example: analysis estimate export/ --json rates.json
    """
    # Lazy imports in every command: --help answers at once, and without the extra [analysis].
    from analysis import estimates, report, results, summary

    if json_path is not None:
        places = (json_path, results.provenance_path(json_path))
        results.check_not_input(*places, inputs=reading.input_files())
        results.check_free(*places, overwrite=overwrite)
    table = reading.table()
    settings = settle(reading)
    found = estimates.estimate(table.trials, settings)
    click.echo(summary.as_text(found))
    if json_path is not None:
        content = results.json_bytes(estimates.as_document(found))
        record = results.json_bytes(report.provenance(table, settings))
        record_path = results.provenance_path(json_path)
        results.write_results({json_path: content, record_path: record}, overwrite=overwrite)
        say_where(json_path, content)


@click.command()
@reading_options
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    callback=_page_name,
    required=True,
    help="The page to write, in .html; its JSON twin goes beside it.",
)
@choice_options
@OVERWRITE
def report(reading: Reading, out: Path, settle: Settle, overwrite: bool) -> None:
    """Write one self-contained HTML page and its JSON twin.

    TRIALS is a trials.csv, a Parquet file, a folder written by study-app export, the address of a
    study's database, or the results of AMT_Real_vs_Fake. The same input and settings give the same
    bytes again.

    Example: analysis report export/ --out report.html
    """
    from analysis import report as reports
    from analysis import results

    twin = out.with_suffix(".json")
    results.check_not_input(out, twin, inputs=reading.input_files())
    results.check_free(out, twin, overwrite=overwrite)
    table = reading.table()
    finished = reports.build_report(table, settle(reading))
    results.write_results({out: finished.html, twin: finished.json}, overwrite=overwrite)
    say_where(out, finished.html)
    say_where(twin, finished.json)
