"""All stages with the installed commands, on generated photographs and a tiny network."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.colorizer.factories import write_photos

N_PHOTOS = 30
N_PARTICIPANTS = 6
FOOL_RATE = 0.4
N_MAIN = 18  # of 20 test pairs, 2 are vigilance trials


@pytest.fixture(scope="module")
def call(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole_path")
    environment = {
        **os.environ,
        "STUDY_INSTANCE_PATH": str(folder / "instance"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    environment.pop("STUDY_DATABASE_URL", None)

    def run(*command, code=0):
        result = subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == code, result.stdout + result.stderr
        return result

    run.folder = folder
    return run


@pytest.fixture(scope="module")
def stimulus_set(call):
    """Photographs, shards, a trained network, its fakes."""
    write_photos(call.folder / "training", 12, 40, 40, seed=1000)
    write_photos(call.folder / "photos", N_PHOTOS, 64, 64)
    call("colorizer", "prepare", "training", "--out", "shards", "--size", 32,
         "--keep-out", "photos")  # fmt: skip
    call("colorizer", "train", "shards", "--out", "run", "--preset", "tiny", "--seed", 1)
    call("colorizer", "build-set", "photos", "--out", "set", "--size", 64, "--seed", 1,
         "--condition", "full=weights:run", "--condition", "random=random")  # fmt: skip
    call("colorizer", "check-set", "set")
    return call.folder / "set"


@pytest.fixture(scope="module")
def export(call, stimulus_set):
    """The study, simulated participants, the trial table."""
    call("study-app", "init", "study.toml", "--n-practice", 5, "--n-main", 20,
         "--n-vigilance", 2)  # fmt: skip
    call("study-app", "create", "study.toml", "--set", stimulus_set)
    call("study-app", "simulate", "--participants", N_PARTICIPANTS, "--fool-rate", FOOL_RATE,
         "--vigilance-accuracy", 1.0, "--seed", 1)  # fmt: skip
    call("study-app", "export", "--out", "export")
    return call.folder / "export"


@pytest.fixture(scope="module")
def estimates(call, export):
    call("analysis", "estimate", export, "--json", "estimates.json")
    return json.loads((call.folder / "estimates.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows(export):
    with (export / "trials.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_trial_of_every_participant_is_in_the_table(rows):
    assert len(rows) == N_PARTICIPANTS * 25
    assert {row["simulated"] for row in rows} == {"true"}
    assert sum(row["trial_type"] == "vigilance" for row in rows) == 2 * N_PARTICIPANTS
    assert all(row["chosen_side"] in ("left", "right") for row in rows)


def test_the_estimate_is_the_share_counted_by_hand(rows, estimates):
    main = [row for row in rows if row["trial_type"] == "main"]
    fooled = [row["chosen_side"] == row["real_side"] for row in main]

    (full,) = estimates["conditions"]

    assert full["condition"] == "full"
    assert full["n_trials"] == len(main) == N_PARTICIPANTS * N_MAIN
    assert full["fool_rate"] == pytest.approx(sum(fooled) / len(fooled))


def test_the_interval_holds_the_truth_that_was_simulated(estimates):
    """Seeded: the answers of this test are always the same."""
    interval = estimates["conditions"][0]["people_and_photos"]

    assert interval["low"] < FOOL_RATE < interval["high"]


def test_the_report_is_the_same_bytes_again(call, export):
    call("analysis", "report", export, "--out", "first.html")
    call("analysis", "report", export, "--out", "second.html")

    for suffix in ("html", "json"):
        first, second = (call.folder / f"{name}.{suffix}" for name in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()
    text = (call.folder / "first.html").read_text(encoding="utf-8")
    assert "simulated" in text.lower()
    assert "http://" not in text.replace("http://www.w3.org", "")


def test_the_databases_address_gives_the_same_data_as_the_export(call, export, estimates):
    database = f"sqlite:///{call.folder / 'instance' / 'study.sqlite'}"

    call("analysis", "convert", database, "--out", "from-database.csv")
    call("analysis", "convert", database, "--out", "from-database.parquet")
    call("analysis", "estimate", database, "--json", "database.json")
    call("analysis", "estimate", "from-database.parquet", "--json", "parquet.json")

    exported = (export / "trials.csv").read_bytes()
    assert (call.folder / "from-database.csv").read_bytes() == exported
    records = [
        json.loads((call.folder / name).read_text(encoding="utf-8"))
        for name in ("database.provenance.json", "estimates.provenance.json")
    ]
    assert records[0]["input"] == records[1]["input"]
    assert records[0]["settings"] == records[1]["settings"]
    for name in ("database.json", "parquet.json"):
        assert json.loads((call.folder / name).read_text(encoding="utf-8")) == estimates


@pytest.mark.usefixtures("export")
def test_the_same_study_again_is_no_second_study(call, stimulus_set):
    call("study-app", "create", "study.toml", "--set", stimulus_set)

    status = call("study-app", "status").stdout

    assert "full" in status
    assert "%" not in status  # no fool rate before the study is closed
