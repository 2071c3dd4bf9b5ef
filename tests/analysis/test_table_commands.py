import csv
import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.errors import MOST_PROBLEMS_LISTED
from analysis.trial_table import read_trials
from tests.analysis.command_runs import errors_of, run

Make = Callable[..., Any]


def test_check_says_what_it_found(study_csv: Path) -> None:
    result = run("check", study_csv.parent)

    assert result.exit_code == 0
    assert "(trial table): 624 trials of 24 participants, 624 answered" in result.output
    assert read_trials(study_csv).sha256 in result.output


def test_check_lists_one_line_per_problem(study_csv: Path) -> None:
    text = study_csv.read_text().replace(",practice,practice,0,", ",practise,practice,0,", 2)
    study_csv.write_text(text)

    lines = errors_of(run("check", study_csv))

    assert len(lines) == 2
    assert lines[0] == (
        f"analysis: {study_csv}, row 2: column block: found 'practise'; allowed: practice, main"
    )


def test_check_lists_every_problem(row: Make, write_table: Make) -> None:
    path = write_table([row(trial_index=str(i), real_side="x") for i in range(1000)])

    lines = errors_of(run("check", path))

    assert len(lines) == 1000
    assert lines[-1].startswith(f"analysis: {path}, row 1001: column real_side: found 'x'")


def test_check_writes_every_problem_to_a_file(row: Make, write_table: Make, tmp_path: Path) -> None:
    path = write_table([row(trial_index=str(i), real_side="x") for i in range(100)])
    out = tmp_path / "problems.csv"

    result = run("check", path, "--problems", out)

    assert len(errors_of(result)) == MOST_PROBLEMS_LISTED + 1
    assert str(out) in result.stdout
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 100
    assert rows[-1] == {
        "file": str(path),
        "row": "101",
        "column": "real_side",
        "found": "'x'",
        "allowed": "left, right",
    }
    assert errors_of(run("check", path, "--problems", out))[0].endswith("--overwrite")


def test_check_writes_no_problems_where_there_are_none(study_csv: Path, tmp_path: Path) -> None:
    assert run("check", study_csv, "--problems", tmp_path / "p.csv").exit_code == 0
    assert not (tmp_path / "p.csv").exists()


def test_a_table_that_cannot_be_looked_at_is_one_problem(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("")

    errors_of(run("check", tmp_path / "t.csv", "--problems", tmp_path / "p.csv"))

    assert "the file is empty" in (tmp_path / "p.csv").read_text()


def test_convert_brings_a_table_to_parquet_and_back(study_csv: Path, tmp_path: Path) -> None:
    parquet, back = tmp_path / "t.parquet", tmp_path / "back.csv"

    assert run("convert", study_csv.parent, "--out", parquet).exit_code == 0
    assert run("convert", parquet, "--out", back).exit_code == 0

    expected = read_trials(study_csv).trials
    for path in (parquet, back):
        pd.testing.assert_frame_equal(read_trials(path).trials, expected)
    record = json.loads((tmp_path / "t.parquet.provenance.json").read_text())
    assert record["input"]["sha256"] == read_trials(study_csv).sha256
    assert record["sha256"] == hashlib.sha256(parquet.read_bytes()).hexdigest()


def test_convert_keeps_the_bytes_of_an_export(study_csv: Path, tmp_path: Path) -> None:
    run("convert", study_csv, "--out", tmp_path / "again.csv")

    assert (tmp_path / "again.csv").read_bytes() == study_csv.read_bytes()


def test_convert_reads_old_studies(tmp_path: Path) -> None:
    parts = ("Input.gt_side", "Input.images_left", "Input.images_right", "Answer.selection")
    group = [f"{part}{number}" for number in range(3) for part in parts]
    (tmp_path / "r.csv").write_text(
        ",".join(group) + "\n" + ",".join(["left", "gt/1", "mine/1", "left"] * 3) + "\n"
    )
    options = ("--amt-practice", "1", "--amt-vigilance", "other")

    result = run("convert", tmp_path / "r.csv", "--out", tmp_path / "t.csv", *options)

    assert result.exit_code == 0
    assert read_trials(tmp_path / "t.csv").trials["block"].tolist() == ["practice", "main", "main"]
    record = json.loads((tmp_path / "t.csv.provenance.json").read_text())
    assert record["settings"] == {"amt_practice": 1, "amt_vigilance": "other"}
    assert record["input"]["origin"] == "results of AMT_Real_vs_Fake"


@pytest.mark.parametrize("name", ["t.tsv", "t"])
def test_convert_writes_no_other_form(name: str, study_csv: Path, tmp_path: Path) -> None:
    result = run("convert", study_csv, "--out", tmp_path / name)

    assert "does not end in .csv or .parquet" in errors_of(result)[-1]


def test_convert_replaces_nothing_unasked(study_csv: Path) -> None:
    before = study_csv.read_bytes()

    refused = run("convert", study_csv.parent, "--out", study_csv, "--overwrite")

    assert "would replace the input" in errors_of(refused)[0]
    assert study_csv.read_bytes() == before


def test_a_database_is_not_replaced_either(tmp_path: Path) -> None:
    path = tmp_path / "study.csv"
    sqlite3.connect(path).close()
    path.write_bytes(b"SQLite format 3\0")

    refused = run("convert", f"sqlite:///{path}", "--out", path, "--overwrite")

    assert "would replace the input" in errors_of(refused)[0]
