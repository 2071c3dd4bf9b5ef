"""Reading a trial table of a million rows strictly, and what the estimate and the report add.

Baseline: pandas.read_csv with the same columns and types, which checks nothing (a column "Left" or
a trial that stands twice goes through). Each step runs in a process of its own, so that its peak
memory is its own; all in one run on one machine.

Run: python benchmarks/reading.py
"""

import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd

from analysis.columns import COLUMN_NAMES, COLUMNS

N_PRACTICE = 10
# Every tenth trial after the practice is a vigilance trial.
VIGILANCE_EVERY = 10
SIDES = np.array(["left", "right"])
MIB = 1024
PANDAS, READ, WRITE_PARQUET = "pandas.read_csv", "read_trials", "  and write Parquet"
ESTIMATE, REPORT = "  and estimate", "  and report"
READ_PARQUET = "read_trials (Parquet)"
STEPS = (PANDAS, READ, WRITE_PARQUET, READ_PARQUET, ESTIMATE, REPORT)
MOST_MIB = 2048


@click.command()
@click.option("--rows", default=1_000_000, show_default=True)
@click.option("--photos", default=1000, show_default=True)
@click.option("--trials", default=50, show_default=True, help="Per participant.")
@click.option("--seed", default=20160328, show_default=True)
@click.option("--step", hidden=True, help="Run one step in this process.")
@click.option("--folder", hidden=True, type=click.Path(path_type=Path))
def main(
    rows: int, photos: int, trials: int, seed: int, step: str | None, folder: Path | None
) -> None:
    """Print one table of seconds, ratios to the baseline, and peak memory."""
    if step is not None and folder is not None:
        run_step(step, folder)
        return
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "trials.csv"
        # In another process: the steps begin with the peak of the process that starts them.
        with ProcessPoolExecutor(1) as pool:
            n_rows = pool.submit(write_table, path, seed, rows // trials, photos, trials).result()
        megabytes = path.stat().st_size / 1e6
        click.echo(f"{n_rows:,} rows, {megabytes:.0f} MB, {photos:,} photos, seed {seed}")
        click.echo(f"{'step':<24}{'seconds':>10}{'ratio':>8}{'CPU s':>10}{'peak MiB':>10}")
        baseline = None
        for step_name in STEPS:
            seconds, cpu, peak = measured(step_name, Path(name))
            baseline = baseline or seconds
            ratio = seconds / baseline
            click.echo(f"{step_name:<24}{seconds:>10.2f}{ratio:>8.2f}{cpu:>10.2f}{peak:>10,.0f}")
            if peak > MOST_MIB:
                raise SystemExit(f"{step_name} took {peak:,.0f} MiB; allowed: {MOST_MIB}")


def write_table(path: Path, seed: int, n_participants: int, n_photos: int, per_person: int) -> int:
    """Draw a table and write it; gives its number of rows."""
    table = draw_table(np.random.default_rng(seed), n_participants, n_photos, per_person)
    table.to_csv(path, index=False, lineterminator="\n")
    return len(table)


def measured(step: str, folder: Path) -> tuple[float, float, float]:
    """Run one step in a process of its own; gives seconds, CPU seconds and peak MiB."""
    command = [sys.executable, __file__, "--step", step, "--folder", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - us
    seconds, cpu, peak = map(float, done.stdout.split())
    return seconds, cpu, peak


def run_step(step: str, folder: Path) -> None:
    """Do one step and all before it; print seconds, CPU seconds and peak MiB, imports left out."""
    from analysis import estimates, parquet_table, report
    from analysis.trial_table import read_trials

    parquet = folder / "trials.parquet"
    source = parquet if step == READ_PARQUET else folder / "trials.csv"
    start, cpu_start = time.perf_counter(), time.process_time()
    if step == PANDAS:
        read_by_pandas(source)
    else:
        table = read_trials(source)
        settings = estimates.EstimateSettings()
        if step == WRITE_PARQUET:
            parquet.write_bytes(parquet_table.parquet_bytes(table.trials))
        if step == ESTIMATE:
            estimates.estimate(table.trials, settings)
        if step == REPORT:
            report.build_report(table, settings, with_figures=False)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu_start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
    click.echo(f"{seconds} {cpu} {peak}")


def read_by_pandas(path: Path) -> pd.DataFrame:
    """Read with pandas' own reader, the types stated."""
    types: dict[str, Any] = {
        column.name: {"text": "str", "boolean": "boolean", "integer": "int64"}.get(
            column.type, "float64"
        )
        for column in COLUMNS
        if column.type != "time"
    }
    return pd.read_csv(
        path, dtype=types, parse_dates=["answered_at"], date_format="ISO8601", na_values=[""]
    )


def draw_table(
    rng: np.random.Generator, n_participants: int, n_photos: int, per_person: int
) -> pd.DataFrame:
    """Draw a table as the export writes it: two conditions between people, every cell filled."""
    n = n_participants * per_person
    person = np.repeat(np.arange(n_participants), per_person)
    index = np.tile(np.arange(per_person), n_participants)
    is_practice = index < N_PRACTICE
    is_vigilance = ~is_practice & ((index - N_PRACTICE) % VIGILANCE_EVERY == VIGILANCE_EVERY // 2)
    photo = np.argsort(rng.random((n_participants, n_photos)), axis=1)[:, :per_person].ravel()
    codes, photo_ids = (
        np.array([f"{number:016x}" for number in rng.integers(0, 2**62, size)])
        for size in (n_participants, n_photos)
    )
    condition = np.where(is_vigilance, "random", np.where(person % 2, "half", "full"))
    kind = np.where(is_practice, "practice", np.where(is_vigilance, "vigilance", "main"))
    real_side = SIDES[rng.integers(0, 2, n)]
    is_fooled = rng.random(n) < np.where(is_vigilance, 0.05, 0.32)
    other_side = np.where(real_side == "left", "right", "left")
    milliseconds = pd.to_timedelta(np.arange(n) * 137 + rng.integers(0, 100, n), unit="ms")
    answered_at = pd.Timestamp("2026-03-01T12:00:00Z") + milliseconds
    columns = {
        "study_id": "bench",
        "participant_id": codes[person],
        "study_session_id": np.char.add(codes[person], "-1"),
        "simulated": "true",
        "condition": condition,
        "block": np.where(is_practice, "practice", "main"),
        "trial_type": kind,
        "trial_index": index,
        "pair_id": np.char.add(photo_ids[photo], condition),
        "photo_id": photo_ids[photo],
        "real_side": real_side,
        "first_side": SIDES[rng.integers(0, 2, n)],
        "chosen_side": np.where(is_fooled, real_side, other_side),
        "response_ms": np.round(rng.lognormal(7, 0.5, n), 1),
        "left_shown_ms": np.round(1000 + rng.normal(0, 8, n), 1),
        "right_shown_ms": np.round(1000 + rng.normal(0, 8, n), 1),
        "exposure_valid": "true",
        "answered_at": answered_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }
    return pd.DataFrame(columns)[list(COLUMN_NAMES)]


if __name__ == "__main__":
    main()
