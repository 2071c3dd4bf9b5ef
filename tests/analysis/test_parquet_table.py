from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.columns import COLUMN_NAMES
from analysis.errors import TrialTableError
from analysis.parquet_table import parquet_bytes, read_parquet_table
from analysis.trial_table import read_trials

Make = Callable[..., Any]


@pytest.fixture
def parquet(study_csv: Path, tmp_path: Path) -> Path:
    path = tmp_path / "study.bin"
    path.write_bytes(parquet_bytes(read_trials(study_csv).trials))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(TrialTableError) as caught:
        read_trials(path)
    return str(caught.value)


def test_a_table_through_parquet_is_the_same_table(study_csv: Path, parquet: Path) -> None:
    pd.testing.assert_frame_equal(read_trials(parquet).trials, read_trials(study_csv).trials)


def test_empty_cells_come_through(row: Make, write_table: Make, tmp_path: Path) -> None:
    unanswered = {"chosen_side": "", "response_ms": "", "answered_at": "", "exposure_valid": ""}
    table = read_trials(write_table([row(), row(trial_index="1", **unanswered)]))
    path = tmp_path / "t.parquet"
    path.write_bytes(parquet_bytes(table.trials))

    pd.testing.assert_frame_equal(read_trials(path).trials, table.trials)


def test_the_same_trials_give_the_same_bytes(study_csv: Path) -> None:
    trials = read_trials(study_csv).trials

    assert parquet_bytes(trials) == parquet_bytes(trials.copy())


def test_a_frame_of_text_is_read_too(study_csv: Path, tmp_path: Path) -> None:
    """Somebody else's program need not know our types."""
    path = tmp_path / "text.parquet"
    pd.read_csv(study_csv, dtype=str).to_parquet(path, index=False)

    assert len(read_parquet_table(path).rows) == 624


def test_times_of_another_zone_are_brought_to_utc(study_csv: Path, tmp_path: Path) -> None:
    trials = read_trials(study_csv).trials
    answered = trials["answered_at"]
    trials["answered_at"] = pd.Timestamp("2026-01-31T13:00:00+01:00").tz_convert("Asia/Tokyo")
    path = tmp_path / "t.parquet"
    trials.drop(columns="fooled").to_parquet(path, index=False)

    read = read_trials(path).trials["answered_at"]

    assert set(read) == {pd.Timestamp("2026-01-31T12:00:00Z")}
    assert read.dtype == answered.dtype


def test_a_bad_cell_is_named_by_its_row_from_one(study_csv: Path, tmp_path: Path) -> None:
    trials = read_trials(study_csv).trials.drop(columns="fooled")
    trials.loc[3, "real_side"] = "top"
    path = tmp_path / "t.parquet"
    trials.to_parquet(path, index=False)

    assert refusal(path) == (f"{path}, row 4: column real_side: found 'top'; allowed: left, right")


def test_other_columns_are_named(study_csv: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    read_trials(study_csv).trials.to_parquet(path, index=False)

    assert refusal(path).startswith(f"{path}: found column 'fooled'; allowed: only study_id,")


def test_cells_that_are_no_values_are_named(study_csv: Path, tmp_path: Path) -> None:
    trials = read_trials(study_csv).trials.drop(columns="fooled")
    trials["condition"] = [["a", "b"]] * len(trials)
    path = tmp_path / "t.parquet"
    trials.to_parquet(path, index=False)

    assert "column condition: found cells of type list" in refusal(path)


def test_a_table_without_trials_is_refused(study_csv: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(parquet_bytes(read_trials(study_csv).trials.head(0)))

    assert refusal(path) == f"{path}: the table holds no trials"


def test_a_damaged_file_is_one_line(parquet: Path) -> None:
    content = parquet.read_bytes()
    for cut in (content[: len(content) // 2], b"PAR1", content[:4] + b"x" * 100 + content[-4:]):
        parquet.write_bytes(cut)
        assert refusal(parquet) == f"{parquet}: cannot be read: damaged, or no Parquet file"


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(TrialTableError, match="cannot be read: No such file"):
        read_parquet_table(tmp_path / "none.parquet")


def test_the_columns_stand_as_in_the_contract(parquet: Path) -> None:
    assert tuple(read_parquet_table(parquet).columns) == COLUMN_NAMES
