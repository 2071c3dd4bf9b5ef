import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.columns import COLUMN_NAMES
from analysis.simulate import SimulationSettings, simulate_trials, trials_csv

Row = dict[str, str]
SMALL_STUDY = SimulationSettings(
    conditions=(("full", 0.35), ("half", 0.2)), n_participants=12, n_photos=30, n_trials=12
)


def a_row(**changes: str) -> Row:
    """One good row; every test changes what it is about."""
    row = {
        "study_id": "study",
        "participant_id": "ann",
        "study_session_id": "ann-1",
        "simulated": "false",
        "condition": "full",
        "block": "main",
        "trial_type": "main",
        "trial_index": "0",
        "pair_id": "pair-1",
        "photo_id": "photo-1",
        "real_side": "left",
        "first_side": "right",
        "chosen_side": "left",
        "response_ms": "812.5",
        "left_shown_ms": "1000.2",
        "right_shown_ms": "999.8",
        "exposure_valid": "true",
        "answered_at": "2026-01-31T12:00:00Z",
    }
    return row | changes


@pytest.fixture
def row() -> Callable[..., Row]:
    return a_row


@pytest.fixture
def write_table(tmp_path: Path) -> Callable[..., Path]:
    """Write rows as trials.csv and give its path."""

    def write(rows: list[Row], header: tuple[str, ...] = COLUMN_NAMES) -> Path:
        path = tmp_path / "trials.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, header, extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


@pytest.fixture(scope="session")
def study_bytes() -> bytes:
    """A simulated study of two conditions as the bytes of a trials.csv."""
    return trials_csv(simulate_trials(SMALL_STUDY, np.random.default_rng(7)))


@pytest.fixture
def study_csv(tmp_path: Path, study_bytes: bytes) -> Path:
    path = tmp_path / "export" / "trials.csv"
    path.parent.mkdir()
    path.write_bytes(study_bytes)
    return path


@pytest.fixture(scope="session")
def finished_document(
    study_bytes: bytes, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """The document of a report on the simulated study, made once; tests change copies of it."""
    # Lazy: most tests of the analysis need no figures.
    from analysis.estimates import EstimateSettings
    from analysis.report import report_document
    from analysis.trial_table import read_trials

    path = tmp_path_factory.mktemp("study") / "trials.csv"
    path.write_bytes(study_bytes)
    return report_document(read_trials(path), EstimateSettings(equivalence_margin=0.1))
