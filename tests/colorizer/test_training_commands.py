import json

import pytest
from click.testing import CliRunner

from colorizer.__main__ import main
from tests.colorizer.factories import write_photos

TINY = ["--preset", "tiny", "--crop", "16", "--steps", "2", "--steps-per-epoch", "1"]


def call(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    photos = write_photos(folder / "photos", 6, 32, 32)
    result = call(
        "prepare", photos, "--out", folder / "shards", "--size", 24, "--workers", 1,
        "--validation", 0.0,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "6 training" in result.output
    return folder / "shards"


@pytest.fixture(scope="module")
def run(shards):
    path = shards.parent / "run"
    result = call("train", shards, "--out", path, "--seed", 1, *TINY)
    assert result.exit_code == 0, result.output
    assert "--seed" not in result.output
    return path


def test_the_prior_is_written_once(shards, tmp_path, monkeypatch):
    # six drawn pictures may well be anything but grey
    monkeypatch.setattr("colorizer.rebalancing.check_grey_is_mode", lambda *_: None)

    result = call("prior", shards, "--out", tmp_path / "prior.json")

    assert result.exit_code == 0, result.output
    assert sum(json.loads((tmp_path / "prior.json").read_text())["prior"]) == pytest.approx(1)
    assert call("prior", shards, "--out", tmp_path / "prior.json").exit_code == 1


def test_train_leaves_a_run_and_resume_finds_it_complete(shards, run):
    assert (run / "best.keras").is_file()

    result = call("train", shards, "--out", run, "--resume")

    assert result.exit_code == 0, result.output


def test_train_prints_the_seed_it_drew(shards, tmp_path):
    result = call("train", shards, "--out", tmp_path / "run", *TINY, "--crop", 32)

    assert "--seed" in result.output
    assert result.exit_code == 4
    assert "do not fit" in result.stderr


def test_resume_takes_no_other_settings(shards, run):
    result = call("train", shards, "--out", run, "--resume", "--width", 0.5)

    assert result.exit_code == 1
    assert "--resume takes its settings from the run" in result.stderr


def test_resume_without_a_run_is_refused(shards, tmp_path):
    result = call("train", shards, "--out", tmp_path / "none", "--resume")

    assert result.exit_code == 5
    assert "no settings of a training" in result.stderr


def test_a_setting_no_training_can_use_is_refused(shards, tmp_path):
    result = call("train", shards, "--out", tmp_path / "run", "--crop", 17)

    assert result.exit_code == 5
    assert "crop_px 17 is not allowed" in result.stderr


@pytest.mark.parametrize("command", ["prior", "train"])
def test_help_has_an_example(command):
    result = call(command, "--help")

    assert result.exit_code == 0
    assert f"Example: colorizer {command}" in result.output
