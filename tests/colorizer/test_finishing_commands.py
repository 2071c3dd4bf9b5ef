import dataclasses
import json

import numpy as np
import pytest
from click.testing import CliRunner

from colorizer.__main__ import main
from colorizer.config import PRESETS, save_config
from colorizer.network import build_network
from colorizer.rebalancing import save_prior
from colorizer.residual_network import build_residual_network
from colorizer.run_directory import BEST_NAME, CONFIG_NAME, PRIOR_NAME
from colorizer.shard_writer import ShardWriter
from tests.colorizer.factories import colourful_photo


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    build_network(0.0625).save(folder / BEST_NAME)
    save_config(PRESETS["tiny"], folder / CONFIG_NAME)
    prior = np.full(313, 0.7 / 312)
    prior[120] = 0.3
    save_prior(prior, folder / PRIOR_NAME)
    return folder


@pytest.fixture
def shards(tmp_path):
    folder = tmp_path / "shards"
    folder.mkdir()
    with ShardWriter(folder, 32) as writer:
        writer.add("training", colourful_photo(1, 32, 32))
        writer.add("validation", colourful_photo(2, 32, 32))
        writer.save_index()
    return folder


def call(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_tune_writes_the_choices_and_says_what_is_best_or_that_none_is(run, shards, tmp_path):
    result = call("tune", run, shards, "--csv", tmp_path / "choices.csv")

    assert result.exit_code == 0, result.output
    assert "choices of λ and T" in result.output
    assert ("best: λ" in result.output) != ("with none" in result.output)
    assert (tmp_path / "choices.csv").read_text().startswith("rebalance,temperature,")


def test_finish_writes_a_network_that_colours(run, tmp_path):
    settings = ("--rebalance", 0.9, "--temperature", 0.5, "--input-size", 32)

    result = call("finish", run, "--out", tmp_path / "mine.keras", *settings)

    assert result.exit_code == 0, result.output
    assert "SHA-256" in result.output
    assert (tmp_path / "mine.json").exists()


def test_an_existing_network_is_not_replaced_unasked(run, tmp_path):
    (tmp_path / "mine.keras").write_bytes(b"mine")
    settings = ("--rebalance", 0.9, "--temperature", 0.5, "--input-size", 32)

    result = call("finish", run, "--out", tmp_path / "mine.keras", *settings)

    assert result.exit_code != 0
    assert "--overwrite" in result.output
    assert (tmp_path / "mine.keras").read_bytes() == b"mine"


def test_a_run_of_the_l2_loss_has_nothing_to_tune(run, shards, tmp_path):
    save_config(dataclasses.replace(PRESETS["tiny"], loss="l2"), run / CONFIG_NAME)

    result = call("tune", run, shards, "--csv", tmp_path / "choices.csv")

    assert result.exit_code != 0
    assert "l2" in result.output
    assert "Traceback" not in result.output


def test_export_writes_a_network_and_says_how_far_it_is_from_keras(run, tmp_path):
    build_residual_network(0.0625).save(run / BEST_NAME)

    result = call("export", "--weights", run, "--format", "tf_saved_model", "--out", tmp_path / "n")

    assert result.exit_code == 0, result.output
    assert "from Keras" in result.output
    card = json.loads((tmp_path / "n.saved_model.json").read_text(encoding="utf-8"))
    assert card["rebalance"] == PRESETS["tiny"].rebalance
    assert card["network"] == "residual_u"
    assert card["files"]["n/saved_model.pb"] in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--format", "onnx", "--out", "n.keras"), "NAME.onnx"),
        (("--format", "onnx", "--out", "."), "no name of its own"),
        (("--format", "tf_saved_model", "--out", "n", "--weights", "none"), "no network there"),
    ],
)
def test_what_cannot_be_exported_is_told_in_one_line(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    result = call("export", *arguments)

    assert result.exit_code != 0
    assert message in result.output
    assert len(result.output.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
