"""The commands that give results: the numbers, and the report."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.command_line import OVERWRITE, ending_in, say_where
from analysis.errors import ResultError
from analysis.reading_options import Reading, choice_options, reading_options
from analysis.wording import counted

if TYPE_CHECKING:
    from analysis.estimates import EstimateSettings

PAGE_SUFFIXES = (".html", ".htm")
Settle = Callable[[Reading], "EstimateSettings"]


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
    callback=ending_in(*PAGE_SUFFIXES, example="report.html"),
    required=True,
    help="The page to write, in .html; its JSON twin goes beside it.",
)
@choice_options
@click.option(
    "--set",
    "stimulus_set",
    type=click.Path(path_type=Path),
    help="Folder of the stimulus set: shows the most and least fooling pairs, and categories.",
)
@click.option(
    "--figures",
    type=click.Path(path_type=Path),
    help="Folder for every figure as SVG and PDF.",
)
@click.option(
    "--tables",
    type=click.Path(path_type=Path),
    help="Folder for the results as LaTeX and Markdown tables.",
)
@OVERWRITE
def report(
    reading: Reading,
    out: Path,
    settle: Settle,
    stimulus_set: Path | None,
    figures: Path | None,
    tables: Path | None,
    overwrite: bool,
) -> None:
    """Write one self-contained HTML page and its JSON twin.

    TRIALS is a trials.csv, a Parquet file, a folder written by study-app export, the address of a
    study's database, or the results of AMT_Real_vs_Fake. The same input and settings give the same
    bytes again.

    Example: analysis report export/ --out report.html --set set/ --figures figures/
    """
    from analysis import report as reports
    from analysis import results

    twin = out.with_suffix(".json")
    folders = [folder for folder in (figures, tables) if folder is not None]
    results.check_not_input(out, twin, inputs=reading.input_files())
    results.check_free(out, twin, overwrite=overwrite)
    for folder in folders:
        _check_folder(folder, overwrite=overwrite)
    finished = reports.build_report(
        reading.table(),
        settle(reading),
        stimulus_set=stimulus_set,
        export_folder=reading.folder(),
        database=reading.database_record(),
        with_figures=figures is not None,
    )
    written = {out: finished.html, twin: finished.json}
    for place, files in ((figures, finished.figures), (tables, finished.tables)):
        if place is not None:
            written |= {place / name: content for name, content in files.items()}
    results.check_not_input(*written, inputs=reading.input_files())
    for folder in folders:
        folder.mkdir(exist_ok=True)
    results.write_results(written, overwrite=overwrite)
    say_where(out, finished.html)
    say_where(twin, finished.json)
    for folder in folders:
        click.echo(f"{folder}  {counted(sum(path.parent == folder for path in written), 'file')}")


def _check_folder(folder: Path, *, overwrite: bool) -> None:
    """Refuse a folder where files cannot go, before the work is done.

    Raises:
        ResultError: it is no folder, holds something already, or cannot be made.
    """
    if folder.exists() and not folder.is_dir():
        raise ResultError(f"{folder}: is a file; allowed: the name of a folder")
    if folder.is_dir() and any(folder.iterdir()) and not overwrite:
        raise ResultError(f"{folder}: holds files already; allowed: another name, or --overwrite")
    if not folder.absolute().parent.is_dir():
        raise ResultError(f"{folder}: the folder {folder.parent} does not exist")
