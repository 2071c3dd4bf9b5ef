import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from analysis.estimates import EstimateSettings, as_document, estimate
from analysis.report import build_report, report_document
from analysis.trial_table import TrialTable, read_trials

BUILD = """
import sys
from pathlib import Path
from analysis.estimates import EstimateSettings
from analysis.report import build_report
from analysis.trial_table import read_trials
report = build_report(read_trials(Path(sys.argv[1])), EstimateSettings())
sys.stdout.buffer.write(report.html + report.json)
"""


@pytest.fixture
def table(study_csv: Path) -> TrialTable:
    return read_trials(study_csv)


def test_the_twin_begins_with_the_document_of_estimate(table: TrialTable) -> None:
    settings = EstimateSettings(level=0.9)
    twin = json.loads(build_report(table, settings).json)

    expected = as_document(estimate(table.trials, settings))

    assert {name: twin[name] for name in expected} == json.loads(json.dumps(expected))
    assert list(twin)[: len(expected)] == list(expected)


def test_a_second_run_gives_the_same_bytes(table: TrialTable) -> None:
    assert build_report(table, EstimateSettings()) == build_report(table, EstimateSettings())


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_another_place_name_day_and_hash_seed_give_the_same_bytes(
    hash_seed: str, table: TrialTable, study_bytes: bytes, tmp_path: Path
) -> None:
    """Another process, another file name and folder, another time zone and clock for libraries."""
    elsewhere = tmp_path / "another place" / "renamed.csv"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(study_bytes)
    environment = {
        **os.environ,
        "PYTHONHASHSEED": hash_seed,
        "SOURCE_DATE_EPOCH": "86400",
        "TZ": "Pacific/Kiritimati",
        "MPLCONFIGDIR": str(tmp_path),
    }

    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(elsewhere)],
        env=environment,
        cwd=elsewhere.parent,
        capture_output=True,
        check=True,
    )

    here = build_report(table, EstimateSettings())
    assert done.stdout == here.html + here.json
    assert b"another place" not in done.stdout
    assert b"renamed" not in done.stdout


def careless(table: TrialTable) -> TrialTable:
    """The same table with one participant who gets every vigilance trial wrong."""
    trials = table.trials.copy()
    who = trials["participant_id"].iloc[0]
    is_look = trials["trial_type"].eq("vigilance") & trials["participant_id"].eq(who)
    trials.loc[is_look, "fooled"] = True
    return dataclasses.replace(table, trials=trials)


def test_results_stand_with_and_without_the_vigilance_rule(table: TrialTable) -> None:
    document = report_document(careless(table), EstimateSettings())

    (exclusion,) = document["exclusions"]
    assert (exclusion["n_participants"], exclusion["n_trials"]) == (1, 16)
    without = document["without_vigilance_rule"]
    difference = without["conditions"][0]["n_trials"] - document["conditions"][0]["n_trials"]
    assert difference == 12
    assert document["participant_flow"][-1]["left_out"] == {"vigilance": 1}
    page = build_report(careless(table), EstimateSettings()).html.decode()
    for entry in (document["conditions"][0], without["conditions"][0]):
        assert f"<td>{entry['n_trials']}</td>" in page


def test_it_says_what_it_was_made_from(table: TrialTable) -> None:
    settings = EstimateSettings(0.9, 0.5, "command line")

    document = report_document(table, settings)

    record: dict[str, Any] = document["provenance"]
    assert record["input"] == {
        "sha256": table.sha256,
        "n_trials": len(table.trials),
        "n_participants": 24,
        "studies": ["simulated"],
    }
    assert record["settings"] == {
        "level": 0.9,
        "vigilance_pass_share": 0.5,
        "vigilance_pass_share_from": "command line",
    }
    assert "colorization-turing-test" in record["versions"]
    page = build_report(table, settings).html.decode()
    assert table.sha256 in page
    assert record["versions"]["numpy"] in page


def test_the_page_shows_the_methods_of_the_twin(table: TrialTable) -> None:
    report = build_report(table, EstimateSettings())

    methods = json.loads(report.json)["methods"]
    assert methods.replace("'", "&#39;").replace("&", "&amp;").replace("&amp;#39;", "&#39;") in (
        report.html.decode()
    )


def test_quantiles_are_named_by_their_share(table: TrialTable) -> None:
    quality = report_document(table, EstimateSettings())["data_quality"]

    assert list(quality["response_ms"]) == ["0.05", "0.25", "0.5", "0.75", "0.95"]
    median = table.trials.loc[table.trials["trial_type"] == "main", "response_ms"].median()
    assert quality["response_ms"]["0.5"] == pytest.approx(median)
