"""The ``analysis`` commands: parse, call one function, say where the result is."""

import hashlib
import importlib.util
import math
import re
import secrets
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from analysis.errors import AnalysisError, TrialTableError

OVERWRITE = click.option("--overwrite", is_flag=True, help="Replace an existing result.")
EXTRA = "pip install 'colorization-turing-test[analysis]'"
NEEDED = ("jinja2", "matplotlib", "numpy", "pandas", "scipy")
SEED_BITS = 32
URL = re.compile(r"([a-z][a-z0-9+.-]*://)", re.IGNORECASE)
PAGE_SUFFIXES = (".html", ".htm")


class Commands(click.Group):
    """A group that shows a user's mistake as one line per problem, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; give its error's exit code to the shell."""
        try:
            return super().invoke(ctx)
        except AnalysisError as error:
            for line in str(error).splitlines():
                click.echo(f"analysis: {line}", err=True)
            ctx.exit(error.exit_code)


def _no_url(_: click.Context, _parameter: click.Parameter, value: str) -> Path:
    """Refuse a database's address, of which only the scheme is shown: it may hold a password."""
    if address := URL.match(value):
        raise TrialTableError(
            f"TRIALS is a {address[1]} address; allowed so far: a trials.csv or a folder written"
            " by study-app export"
        )
    return Path(value)


TRIALS = click.argument("trials", type=click.Path(), callback=_no_url)


def _page_name(_: click.Context, parameter: click.Parameter, value: Path) -> Path:
    """Refuse a page whose name is not a page's; its twin could not stand beside it."""
    if value.suffix.lower() not in PAGE_SUFFIXES:
        message = f"{value} does not end in .html or .htm; allowed: a name such as report.html"
        raise click.BadParameter(message, param=parameter)
    return value


def _finite(_: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """Refuse what is read as a number but is none; ranges let it pass."""
    if value is not None and math.isnan(value):
        raise click.BadParameter("nan is no number", param=parameter)
    return value


def _name_and_rate(
    _: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, float], ...]:
    """Split each NAME=RATE."""
    conditions = []
    for value in values:
        name, _equals, rate = value.rpartition("=")
        try:
            conditions.append((name, float(rate)))
        except ValueError:
            name = ""
        if not name or name != name.strip() or not name.isprintable():
            message = f"{value!r} is not NAME=RATE, such as full=0.32"
            raise click.BadParameter(message, param=parameter)
    return tuple(conditions)


def estimate_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add what a researcher chooses for an estimate."""
    command = click.option(
        "--vigilance-pass-share",
        type=click.FloatRange(0, 1),
        callback=_finite,
        default=None,
        show_default="the study's own in an export folder, else 0.75",
        help="Leave out participants with a smaller share of answered vigilance trials right.",
    )(command)
    return click.option(
        "--level",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        callback=_finite,
        default=0.95,
        show_default=True,
        help="Level of the intervals.",
    )(command)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="colorization-turing-test")
def main() -> None:
    """Turn a trial table into fool rates with intervals, and a report."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise AnalysisError(f"the analysis needs {', '.join(missing)}: {EXTRA}")


@main.command()
@TRIALS
def check(trials: Path) -> None:
    """Check a trial table: every cell, by name of file, row and column.

    TRIALS is a trials.csv or a folder written by study-app export.

    Example: analysis check export/
    """
    # Lazy imports in every command: --help answers at once, and without the extra [analysis].
    from analysis.trial_table import read_trials

    table = read_trials(trials)
    rows = table.trials
    click.echo(
        f"{trials}: {len(rows)} trials of {rows['participant_id'].nunique()} participants,"
        f" {int(rows['fooled'].notna().sum())} answered; every row is as it should be"
    )
    click.echo(f"SHA-256 {table.sha256}")


@main.command()
@TRIALS
@click.option(
    "--json", "json_path", type=click.Path(path_type=Path), help="Write the numbers to this file."
)
@estimate_options
@OVERWRITE
def estimate(
    trials: Path,
    json_path: Path | None,
    level: float,
    vigilance_pass_share: float | None,
    overwrite: bool,
) -> None:
    """Print fool rates with intervals, and differences between conditions.

    TRIALS is a trials.csv or a folder written by study-app export.

    Example: analysis estimate export/ --json rates.json
    """
    from analysis import estimates, export_folder, report, results, summary, trial_table

    if json_path is not None:
        places = (json_path, results.provenance_path(json_path))
        results.check_not_input(*places, inputs=export_folder.input_files(trials))
        results.check_free(*places, overwrite=overwrite)
    table = trial_table.read_trials(trials)
    settings = export_folder.settings_for(
        trials, level=level, vigilance_pass_share=vigilance_pass_share
    )
    found = estimates.estimate(table.trials, settings)
    click.echo(summary.as_text(found))
    if json_path is not None:
        content = results.json_bytes(estimates.as_document(found))
        record = results.json_bytes(report.provenance(table, settings))
        record_path = results.provenance_path(json_path)
        results.write_results({json_path: content, record_path: record}, overwrite=overwrite)
        _say_where(json_path, content)


@main.command()
@TRIALS
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    callback=_page_name,
    required=True,
    help="The page to write, in .html; its JSON twin goes beside it.",
)
@estimate_options
@OVERWRITE
def report(
    trials: Path, out: Path, level: float, vigilance_pass_share: float | None, overwrite: bool
) -> None:
    """Write one self-contained HTML page and its JSON twin.

    TRIALS is a trials.csv or a folder written by study-app export. The same input and settings give
    the same bytes again.

    Example: analysis report export/ --out report.html
    """
    from analysis import export_folder, results, trial_table
    from analysis import report as reports

    twin = out.with_suffix(".json")
    results.check_not_input(out, twin, inputs=export_folder.input_files(trials))
    results.check_free(out, twin, overwrite=overwrite)
    table = trial_table.read_trials(trials)
    settings = export_folder.settings_for(
        trials, level=level, vigilance_pass_share=vigilance_pass_share
    )
    finished = reports.build_report(table, settings)
    results.write_results({out: finished.html, twin: finished.json}, overwrite=overwrite)
    _say_where(out, finished.html)
    _say_where(twin, finished.json)


@main.command()
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The trial table to write."
)
@click.option(
    "--condition",
    "conditions",
    metavar="NAME=RATE",
    callback=_name_and_rate,
    multiple=True,
    default=("full=0.32", "half=0.25"),
    show_default=True,
    help="A condition and its true fool rate; repeat for several.",
)
@click.option("--participants", default=40, show_default=True, help="Per condition.")
@click.option("--photos", default=200, show_default=True, help="In the pool.")
@click.option("--trials", default=36, show_default=True, help="Main trials per participant.")
@click.option("--vigilance", default=4, show_default=True, help="Vigilance trials per participant.")
@click.option("--practice", default=10, show_default=True, help="Practice trials per participant.")
@click.option("--participant-sd", default=0.4, show_default=True, help="Between people, logits.")
@click.option("--photo-sd", default=1.0, show_default=True, help="Between photos, logits.")
@click.option(
    "--photo-correlation",
    default=0.5,
    show_default=True,
    help="Of a photo's effects, by condition.",
)
@click.option("--lapse", default=0.0, show_default=True, help="Share of careless answers.")
@click.option(
    "--vigilance-correct", default=0.95, show_default=True, help="Share right when attentive."
)
@click.option("--seed", type=click.IntRange(min=0), help="For the same table again.")
@OVERWRITE
def simulate(
    out: Path,
    conditions: tuple[tuple[str, float], ...],
    participants: int,
    photos: int,
    trials: int,
    vigilance: int,
    practice: int,
    participant_sd: float,
    photo_sd: float,
    photo_correlation: float,
    lapse: float,
    vigilance_correct: float,
    seed: int | None,
    overwrite: bool,
) -> None:
    """Write the trial table of simulated observers whose true fool rates are known.

    Example: analysis simulate --out trials.csv --condition full=0.32 --participants 40 --seed 1
    """
    import numpy as np

    from analysis import results, simulate

    settings = simulate.SimulationSettings(
        conditions=conditions,
        n_participants=participants,
        n_photos=photos,
        n_trials=trials,
        n_vigilance=vigilance,
        n_practice=practice,
        participant_sd=participant_sd,
        photo_sd=photo_sd,
        photo_correlation=photo_correlation,
        lapse=lapse,
        vigilance_correct=vigilance_correct,
    )
    results.check_free(out, overwrite=overwrite)
    if seed is None:
        seed = secrets.randbits(SEED_BITS)
        click.echo(f"seed {seed}")
    table = simulate.simulate_trials(settings, np.random.default_rng(seed))
    content = simulate.trials_csv(table)
    record = results.json_bytes(
        {
            "seed": seed,
            "settings": {**asdict(settings), "conditions": dict(conditions)},
            "sha256": hashlib.sha256(content).hexdigest(),
            "versions": results.versions(),
        }
    )
    written = {out: content, results.provenance_path(out): record}
    results.write_results(written, overwrite=overwrite)
    _say_where(out, content)


def _say_where(path: Path, content: bytes) -> None:
    click.echo(f"{path}  SHA-256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    sys.exit(main(prog_name="python -m analysis"))
