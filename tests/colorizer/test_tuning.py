import csv
import dataclasses

import keras
import numpy as np
import pytest
import scipy.special

from colorizer import tuning
from colorizer.config import PRESETS, save_config
from colorizer.errors import RunError, ShardError
from colorizer.network import build_network
from colorizer.rebalancing import bin_weights, save_prior
from colorizer.run_directory import BEST_NAME, CONFIG_NAME, PRIOR_NAME
from colorizer.shard_writer import ShardWriter
from colorizer.shards import Photographs
from colorizer.tuning import Choice, best_choice, logit_shift, tune, tune_run
from tests.colorizer.factories import colourful_photo

GREY_BIN = 120


def prior():
    shares = np.full(313, 0.7 / 312)
    shares[GREY_BIN] = 0.3
    return shares


@pytest.fixture
def shards(tmp_path):
    folder = tmp_path / "shards"
    folder.mkdir()
    with ShardWriter(folder, 40) as writer:
        writer.add("training", colourful_photo(1, 40, 40))
        for number in range(3):
            writer.add("validation", colourful_photo(10 + number, 40, 40))
        writer.save_index()
    return folder


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    network = build_network(0.0625)
    network.layers[-1].kernel.assign(network.layers[-1].kernel * 100)
    network.save(folder / BEST_NAME)
    save_config(PRESETS["tiny"], folder / CONFIG_NAME)
    save_prior(prior(), folder / PRIOR_NAME)
    return folder


def test_the_shift_turns_shares_under_one_weighting_into_those_under_another():
    """A network that has learned w p exactly must come to p itself: the class weights undone."""
    learned = np.log(prior() * bin_weights(prior(), 0.5))

    undone = scipy.special.softmax(learned + logit_shift(prior(), 0.5, 1.0))

    np.testing.assert_allclose(undone, prior(), rtol=1e-9)


def test_no_shift_is_needed_for_the_weighting_of_the_training():
    np.testing.assert_array_equal(logit_shift(prior(), 0.7, 0.7), np.zeros(313))


def test_a_network_that_always_says_grey_gains_nothing_over_grey(shards):
    lightness = keras.Input((None, None, 1))
    pooled = keras.layers.AveragePooling2D(4)(lightness)
    logits = keras.layers.Conv2D(313, 1, kernel_initializer="zeros")(pooled)
    network = keras.Model(lightness, logits)
    bias = np.zeros(313, np.float32)
    bias[GREY_BIN] = 100
    network.layers[-1].bias.assign(bias)

    choices = tune(network, Photographs(shards, "validation"), prior(), 1.0, 40, rebalances=[1.0])

    assert len(choices) == len(tuning.TEMPERATURES)
    for choice in choices:
        assert choice.auc_gain == pytest.approx(0, abs=1e-6)
        assert choice.auc_rebalanced_gain == pytest.approx(0, abs=1e-6)
        assert choice.colorfulness_ratio == pytest.approx(0, abs=0.02)


def test_without_the_class_weights_fakes_are_duller(shards, run):
    choices = {(c.rebalance, c.temperature): c for c in tune_run(run, shards)}

    assert len(choices) == len(tuning.REBALANCES) * len(tuning.TEMPERATURES)
    assert choices[0.5, 1.0].colorfulness_ratio > choices[1.0, 1.0].colorfulness_ratio


def test_choices_are_written_one_a_line(tmp_path):
    tuning.save_choices([Choice(0.5, 0.38, -0.01, 0.05, 0.9)], tmp_path / "choices.csv")

    with (tmp_path / "choices.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == [
        {
            "rebalance": "0.5",
            "temperature": "0.38",
            "auc_gain": "-0.01",
            "auc_rebalanced_gain": "0.05",
            "colorfulness_ratio": "0.9",
        }
    ]


def test_the_best_choice_is_as_colourful_as_photographs():
    dull = Choice(1.0, 1.0, 0.01, 0.05, 0.5)
    good = Choice(0.8, 0.38, -0.01, 0.05, 0.9)
    worse = Choice(0.5, 0.38, -0.03, 0.05, 1.0)

    assert best_choice([dull, worse, good]) == good
    assert best_choice([dull]) is None


def test_a_run_of_the_l2_loss_is_refused(run, shards):
    save_config(dataclasses.replace(PRESETS["tiny"], loss="l2"), run / CONFIG_NAME)

    with pytest.raises(RunError, match="l2"):
        tune_run(run, shards)


def test_shards_smaller_than_the_crops_are_refused(run, shards):
    with pytest.raises(ShardError, match="48 px do not fit"):
        tune_run(run, shards, 48)
