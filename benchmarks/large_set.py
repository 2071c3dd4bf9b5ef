"""What 100,000 pairs cost: is any step slower for each pair than with 1,000, or out of memory?

Baseline: the same step with a set of 1,000 pairs, in the same run on the same machine. A step that
looks at every pair should cost as much for each, a ratio of 1; a step for one participant or one
page should cost the same whatever the size of the set, or grow with it at most.

The pictures are tiny, so that what counts is the number of pairs. Each step runs in a process of
its own, whose CPU time and largest memory are told.

Run: python benchmarks/large_set.py
     python benchmarks/large_set.py --pairs 10000
"""

import hashlib
import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np
from support.study import CONDITIONS, KEY, STUDY, store_open_study

from colorizer import set_checks
from colorizer.manifest import ImageFile, StimulusPair, StimulusSet, save_manifest
from colorizer.png_encoding import encode_png
from study_app import create_app, enrolment, export, progress, trial_flow
from study_app.catalog import find_study
from study_app.config import Settings
from study_app.extensions import db, upgrade_database
from study_app.monitoring.contact_sheet import read_sheet
from study_app.monitoring.overview import measure_overview

FEW_PAIRS = 1_000
SIZE_PX = 16
FOLDERS_OF = 1_000  # pictures in each
REPEATS = 5  # of what is done for one participant
MIB = 1024  # KiB
NOW = datetime(2026, 3, 1, tzinfo=UTC)
SHORT = {"n_practice": 2, "n_main": 8, "n_vigilance": 1, "n_control": 0}


@click.command()
@click.option("--pairs", default=100_000, show_default=True, type=click.IntRange(2 * FEW_PAIRS))
@click.option("--json", "json_path", type=click.Path(path_type=Path))
def main(pairs: int, json_path: Path | None) -> None:
    """Print what each step costs with few and with many pairs."""
    few, many = measure_all(FEW_PAIRS), measure_all(pairs)
    rows = [compare(name, few[name], many[name], pairs) for name in STEPS]
    click.echo(
        f"{'step':<16}{'cost for':<10}{'CPU ms, ' + f'{FEW_PAIRS:,}':>16}{f'{pairs:,} pairs':>16}"
        f"{'ratio':>8}{'MiB':>7}{'MiB':>7}"
    )
    for row in rows:
        click.echo(
            f"{row['step']:<16}{row['cost_for']:<10}{row['few_ms']:>16.3f}{row['many_ms']:>16.3f}"
            f"{row['ratio']:>8.2f}{row['few_mib']:>7.0f}{row['many_mib']:>7.0f}"
        )
    if json_path:
        json_path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def compare(name: str, few: dict[str, float], many: dict[str, float], pairs: int) -> dict[str, Any]:
    """Set a step's cost with many pairs against that with few."""
    is_once = STEPS[name] in LOOK_AT_ALL
    costs = [
        found["cpu_s"] * 1000 / (n if is_once else 1)
        for found, n in ((few, FEW_PAIRS), (many, pairs))
    ]
    return {
        "step": name,
        "cost_for": "each pair" if is_once else "one",
        "few_ms": costs[0],
        "many_ms": costs[1],
        "ratio": costs[1] / costs[0],
        "few_mib": few["mib"],
        "many_mib": many["mib"],
    }


def measure_all(n_pairs: int) -> dict[str, dict[str, float]]:
    """Measure every step with a set of so many pairs, each in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with ProcessPoolExecutor(
            1, mp_context=multiprocessing.get_context("spawn"), max_tasks_per_child=1
        ) as pool:
            # In a process of its own too: what this one holds, its children would seem to hold.
            pool.submit(write_large_set, folder / "set", n_pairs).result()
            found = {}
            for step in STEPS:
                found[step] = pool.submit(measure, step, folder).result()
                click.echo(f"{n_pairs:,} pairs, {step}: {found[step]}", err=True)
            return found


def measure(step: str, folder: Path) -> dict[str, float]:
    """Run one step; gives its CPU seconds and the largest memory of this process, in MiB."""
    seconds = STEPS[step](folder)
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
    return {"cpu_s": seconds, "mib": largest}


def write_large_set(folder: Path, n_pairs: int) -> None:
    """Write pairs of noise; a fake is the same file as its original, under another name."""
    rng = np.random.default_rng(1)
    pairs = []
    for number in range(n_pairs // len(CONDITIONS)):
        data = encode_png(rng.integers(0, 256, (SIZE_PX, SIZE_PX, 3), dtype=np.uint8))
        digest = hashlib.sha256(data).hexdigest()
        part, photo_id = number // FOLDERS_OF, f"{number:016x}"
        real = _place(folder, f"original/{part}/{number}.png")
        real.write_bytes(data)
        for condition in CONDITIONS:
            fake = _place(folder, f"{condition.name}/{part}/{number}.png")
            os.link(real, fake)
            images = [ImageFile(str(p.relative_to(folder)), digest) for p in (real, fake)]
            pair_id = f"{condition.name}-{number}"
            pairs.append(StimulusPair(pair_id, photo_id, condition.name, *images))
    save_manifest(StimulusSet(SIZE_PX, "png", CONDITIONS, tuple(pairs)), folder)


def _place(folder: Path, path: str) -> Path:
    place = folder / path
    if not place.parent.is_dir():
        place.parent.mkdir(parents=True)
    return place


# --- the steps -----------------------------------------------------------------------------------


def check(folder: Path) -> float:
    """Prove the set, as ``colorizer check-set`` does."""
    begin = time.process_time()
    checked = set_checks.check_set(folder / "set")
    assert not checked.problems, checked.problems[:3]
    return time.process_time() - begin


def create(folder: Path) -> float:
    """Store the study and open it, as ``study-app create`` and ``open`` do."""
    with _app(folder):
        upgrade_database()
        begin = time.process_time()
        store_open_study(folder / "set", **SHORT)
        return time.process_time() - begin


def status(folder: Path) -> float:
    """Tell how far the study is."""
    return _timed(folder, lambda: progress.measure_progress(db.session(), _study(), NOW))


def first_enrol(folder: Path) -> float:
    """Enrol the first person in a process: the study's pairs are read for it."""
    return _timed(folder, _enrol)


def enrol(folder: Path) -> float:
    """Enrol somebody later: their plan is made and stored."""
    with _app(folder):
        _enrol()
        begin = time.process_time()
        for _ in range(REPEATS):
            _enrol()
        return (time.process_time() - begin) / REPEATS


def next_pair(folder: Path) -> float:
    """Give somebody their first pair."""
    with _app(folder):
        codes = [_enrol() for _ in range(REPEATS)]
        begin = time.process_time()
        for code in codes:
            trial_flow.issue_next_trial(db.session(), code, datetime.now(UTC))
        return (time.process_time() - begin) / REPEATS


def replaced_pair(folder: Path) -> float:
    """Put another pair in the place of one that was cut off, while answers wait."""
    with _app(folder):
        keys = {}
        for code in [_enrol() for _ in range(REPEATS)]:
            keys[code] = _issue(code, "first")
            trial_flow.start_trial(db.session(), code, keys[code], "first", datetime.now(UTC))
        begin = time.process_time()
        for code, key in keys.items():
            assert _issue(code, "again") != key
        return (time.process_time() - begin) / REPEATS


def image(folder: Path) -> float:
    """Serve a picture of it."""
    with _app(folder):
        codes = [_enrol() for _ in range(REPEATS)]
        issued = [trial_flow.issue_next_trial(db.session(), c, datetime.now(UTC)) for c in codes]
        begin = time.process_time()
        for code, trial in zip(codes, issued, strict=True):
            assert trial is not None
            trial_flow.read_trial_image(db.session(), code, trial.left_token)
        return (time.process_time() - begin) / REPEATS


def write_export(folder: Path) -> float:
    """Export the study; it has a handful of people."""
    return _timed(folder, lambda: export.export_study(db.session(), _study(), folder / "out"))


def desk(folder: Path) -> float:
    """Show the first page of the study's desk."""
    return _timed(
        folder, lambda: measure_overview(db.session(), _study(), datetime.now(UTC), folder)
    )


def pictures(folder: Path) -> float:
    """Show one page of the desk's pictures."""
    return _timed(folder, lambda: read_sheet(db.session(), _study(), "full", 1, folder))


STEPS: dict[str, Callable[[Path], float]] = {
    "create": create,
    "status": status,
    "first enrolment": first_enrol,
    "enrolment": enrol,
    "next pair": next_pair,
    "replaced pair": replaced_pair,
    "picture": image,
    "export": write_export,
    "desk": desk,
    "desk, pictures": pictures,
    "check-set": check,
}
LOOK_AT_ALL = (check, create)


def _timed(folder: Path, action: Callable[[], object]) -> float:
    with _app(folder):
        begin = time.process_time()
        action()
        return time.process_time() - begin


def _enrol() -> str:
    key = os.urandom(8).hex()
    return enrolment.enrol(db.session(), STUDY, enrolment.Applicant(key), datetime.now(UTC)).code


def _issue(code: str, page_key: str) -> str:
    trial = trial_flow.issue_next_trial(db.session(), code, datetime.now(UTC), page_key)
    assert trial is not None
    return trial.trial_key


def _study() -> Any:
    return find_study(db.session(), STUDY)


@contextmanager
def _app(folder: Path) -> Any:
    url = f"sqlite:///{folder / 'study.sqlite'}"
    app = create_app(Settings(instance_path=folder, database_url=url, secret_key=KEY))
    with app.app_context():
        yield
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    main()
