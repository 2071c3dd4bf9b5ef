import json
import shutil

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


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (("--device", "gpu"), 5, "--device gpu: the tensorflow backend sees no GPU"),
        (("--workers", "a:1,b:2"), 5, "--workers needs --worker-index"),
        (("--worker-index", 1), 5, "--worker-index needs --workers"),
        (("--workers", "a:1,b:2", "--worker-index", 0), 1, "give all the same --seed"),
        (("--distribute", "devices", "--workers", "a:1"), 1, "leave out --workers"),
        (("--distribute", "workers"), 5, "'TF_CONFIG' is missing"),
        (("--distribute", "devices"), 5, "with the jax backend, not with tensorflow"),
        (("--neighbours", 11), 5, "neighbours 11 is not allowed; choose a whole number from 1 to"),
        (("--initial-weights", "none.keras"), 5, "none.keras: no network there"),
    ],
)
def test_train_refuses_in_one_sentence_and_leaves_nothing(
    shards, tmp_path, monkeypatch, arguments, code, problem
):
    monkeypatch.setattr("colorizer.devices.count_gpus", lambda: 0)
    monkeypatch.delenv("TF_CONFIG", raising=False)

    result = call("train", shards, "--out", tmp_path / "run", *TINY, *arguments)

    assert (result.exit_code, result.stderr.count("\n")) == (code, 1)
    assert problem in result.stderr
    assert not (tmp_path / "run").exists()


def test_a_checkpoint_cut_short_is_named_and_nothing_changes(shards, run, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    state = copy / "last_state.npz"
    state.write_bytes(state.read_bytes()[:2000])
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}

    result = call("train", shards, "--out", copy, "--resume")

    assert (result.exit_code, result.stderr.count("\n")) == (5, 1)
    assert "last_state.npz: the checkpoint cannot be read" in result.stderr
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


def test_a_run_without_its_settings_is_neither_resumed_nor_evaluated(shards, run, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    (copy / "config.json").unlink()

    resumed = call("train", shards, "--out", copy, "--resume")
    photos = shards.parent / "photos"
    evaluated = call("evaluate", photos, "--weights", copy, "--json", tmp_path / "f.json")

    assert (resumed.exit_code, evaluated.exit_code) == (5, 5)
    assert "config.json: no settings of a training there" in resumed.stderr
    assert "no run directory, for it holds no config.json" in evaluated.stderr


def test_a_setting_no_training_can_use_is_refused(shards, tmp_path):
    result = call("train", shards, "--out", tmp_path / "run", "--crop", 17)

    assert result.exit_code == 5
    assert "crop_px 17 is not allowed" in result.stderr


@pytest.mark.parametrize("command", ["prior", "train"])
def test_help_has_an_example(command):
    result = call(command, "--help")

    assert result.exit_code == 0
    assert f"Example: colorizer {command}" in result.output
