import dataclasses
import hashlib
import html
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from analysis.errors import StimulusSetError
from analysis.estimates import EstimateSettings, as_document, estimate
from analysis.exclusion_rules import rules_digest
from analysis.report import Report, build_report, compact, report_document
from analysis.study_record import read_study_record
from analysis.trial_table import TrialTable, read_trials

BUILD = """
import sys
from pathlib import Path
from analysis.estimates import EstimateSettings
from analysis.exclusion_rules import rules_digest
from analysis.report import build_report
from analysis.trial_table import read_trials
report = build_report(read_trials(Path(sys.argv[1])), EstimateSettings())
sys.stdout.buffer.write(report.html + report.json + b"".join(report.files.values()))
"""


@pytest.fixture(scope="module")
def table(study_bytes: bytes, tmp_path_factory: pytest.TempPathFactory) -> TrialTable:
    path = tmp_path_factory.mktemp("study") / "trials.csv"
    path.write_bytes(study_bytes)
    return read_trials(path)


@pytest.fixture(scope="module")
def finished(table: TrialTable) -> Report:
    """A report with all its files, made once."""
    return build_report(table, EstimateSettings())


def test_the_twin_begins_with_the_document_of_estimate(table: TrialTable, finished: Report) -> None:
    twin = json.loads(finished.json)

    expected = as_document(estimate(table.trials, EstimateSettings()))

    assert {name: twin[name] for name in expected} == json.loads(json.dumps(expected))
    assert list(twin)[: len(expected)] == list(expected)


def test_another_place_name_day_process_and_hash_seed_give_the_same_bytes(
    finished: Report, study_bytes: bytes, tmp_path: Path
) -> None:
    """Another process, another file name and folder, another time zone and clock for libraries."""
    elsewhere = tmp_path / "another place" / "renamed.csv"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(study_bytes)
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "4711",
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

    here = finished
    assert done.stdout == here.html + here.json + b"".join(here.files.values())
    assert b"another place" not in done.stdout
    assert b"renamed" not in done.stdout


def careless(table: TrialTable) -> TrialTable:
    """The same table with one participant who gets every vigilance trial wrong."""
    trials = table.trials.copy()
    who = trials["participant_id"].iloc[0]
    is_look = trials["trial_type"].eq("vigilance") & trials["participant_id"].eq(who)
    trials.loc[is_look, "fooled"] = True
    return dataclasses.replace(table, trials=trials)


def test_results_stand_with_and_without_the_exclusions(table: TrialTable) -> None:
    document = report_document(careless(table), EstimateSettings())

    (exclusion,) = document["exclusions"]
    assert (exclusion["n_participants"], exclusion["n_trials"]) == (1, 16)
    without = document["without_exclusions"]
    difference = without["conditions"][0]["n_trials"] - document["conditions"][0]["n_trials"]
    assert difference == without["n_trials_left_out"] == 12
    assert document["participant_flow"][-1]["left_out"] == {"vigilance": 1}
    assert "exclusions" in [figure["name"] for figure in document["figures"]]


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
        "equivalence_margin": None,
        "seed": settings.seed,
    }
    assert record["rules"]["digest"] == rules_digest(0.5, settings.rules)
    assert record["stimulus_set"] is None
    assert "colorization-turing-test" in record["versions"]


def test_the_page_says_what_it_was_made_from(table: TrialTable, finished: Report) -> None:
    page = finished.html.decode()

    assert table.sha256 in page
    assert json.loads(finished.json)["provenance"]["versions"]["numpy"] in page
    assert json.loads(finished.json)["provenance"]["rules"]["digest"] in page


def test_the_page_shows_the_methods_of_the_twin(finished: Report) -> None:
    methods = json.loads(finished.json)["methods"]
    page = html.unescape(finished.html.decode())

    assert all(paragraph in page for paragraph in methods.split("\n\n"))


def test_files_are_every_figure_twice_and_the_tables(finished: Report) -> None:
    names = [figure["name"] for figure in json.loads(finished.json)["figures"]]

    assert sorted(finished.figures) == sorted(
        f"{name}.{suffix}" for name in names for suffix in ("pdf", "svg")
    )
    assert sorted(finished.tables) == ["results.md", "results.tex"]
    assert finished.files == {**finished.figures, **finished.tables}


@pytest.fixture
def stimulus_set(table: TrialTable, tmp_path: Path) -> Path:
    """A stimulus set of one grey picture that knows every pair of the table."""
    folder = tmp_path / "set"
    folder.mkdir()
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16), "#808080").save(buffer, "PNG")
    (folder / "grey.png").write_bytes(buffer.getvalue())
    image = {"path": "grey.png", "sha256": hashlib.sha256(buffer.getvalue()).hexdigest()}
    pairs = table.trials[["pair_id", "photo_id", "condition"]].drop_duplicates()
    manifest = {
        "format": "colorization-stimulus-set",
        "format_version": 1,
        "pairs": [
            {**pair, "category": f"c{place % 2}", "real": image, "fake": image}
            for place, pair in enumerate(pairs.to_dict("records"))
        ],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_a_stimulus_set_gives_gallery_categories_and_its_digest(
    table: TrialTable, stimulus_set: Path
) -> None:
    report = build_report(table, EstimateSettings(), stimulus_set=stimulus_set, with_figures=False)

    assert report.figures == {}  # not asked for
    assert report.tables
    twin = json.loads(report.json)
    digest = hashlib.sha256((stimulus_set / "manifest.json").read_bytes()).hexdigest()
    assert twin["provenance"]["stimulus_set"] == {"sha256": digest}
    assert "pillow" in twin["provenance"]["versions"]
    assert {entry["category"] for entry in twin["categories"]} == {"c0", "c1"}
    page = report.html.decode()
    assert page.count("<img ") == 2 * 2 * 2 * 6
    assert str(stimulus_set) not in page
    assert digest in page


def test_another_set_than_the_studys_is_refused(
    table: TrialTable, stimulus_set: Path, tmp_path: Path
) -> None:
    export = tmp_path / "an export"
    export.mkdir()
    (export / "provenance.json").write_text(json.dumps({"stimulus_set_digest": "ab" * 32}))

    with pytest.raises(StimulusSetError, match="the set of the study"):
        build_report(table, EstimateSettings(), stimulus_set=stimulus_set, export_folder=export)


def test_an_export_folder_gives_the_steps_before_the_first_trial(
    table: TrialTable, tmp_path: Path
) -> None:
    people = table.trials[["participant_id", "condition"]].drop_duplicates("participant_id")
    people.assign(consented_at="2026-01-01T00:00:00Z").to_csv(
        tmp_path / "participants.csv", index=False
    )

    document = report_document(table, EstimateSettings(), record=read_study_record(tmp_path))

    assert document["participant_flow"][-1]["consented"] == 24


def test_compact_text_changes_no_value_and_no_estimate(table: TrialTable) -> None:
    small = compact(table.trials)

    kept = table.trials[list(small.columns)]
    assert small.astype(kept.dtypes).equals(kept)
    assert as_document(estimate(small, EstimateSettings())) == as_document(
        estimate(table.trials, EstimateSettings())
    )
