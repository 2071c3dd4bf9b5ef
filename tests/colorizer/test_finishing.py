import dataclasses
import json

import keras
import numpy as np
import pytest

from colorizer.colorize import Colorizer
from colorizer.config import PRESETS, save_config
from colorizer.errors import RunError
from colorizer.fingerprints import (
    FINGERPRINTS_NAME,
    as_fingerprints,
    find_fingerprints,
    load_fingerprints,
    save_fingerprints,
)
from colorizer.finishing import finish, in_half_precision
from colorizer.near_duplicates import PictureHash
from colorizer.rebalancing import save_prior
from colorizer.residual_network import build_residual_network
from colorizer.run_directory import BEST_NAME, CONFIG_NAME, PRIOR_NAME
from colorizer.tuning import logit_shift
from colorizer.weights_files import as_float32
from tests.colorizer.factories import colourful_photo


def prior():
    shares = np.full(313, 0.7 / 312)
    shares[120] = 0.3
    return shares


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    build_residual_network(0.125, seed=1).save(folder / BEST_NAME)
    config = dataclasses.replace(PRESETS["tiny"], network="residual", rebalance=0.7)
    save_config(config, folder / CONFIG_NAME)
    save_prior(prior(), folder / PRIOR_NAME)
    return folder


def finished(run, tmp_path, **changes):
    settings = {"rebalance": 0.9, "temperature": 0.5, "input_px": 32, **changes}
    finish(run, tmp_path / "networks" / "mine.keras", **settings)
    return tmp_path / "networks" / "mine.keras"


def test_the_file_colours_with_the_settings_on_its_card(run, tmp_path):
    colorizer = Colorizer.load(finished(run, tmp_path, mirrored=True))

    assert (colorizer.input_px, colorizer.temperature) == (32, 0.5)
    assert colorizer.average_mirrored
    assert colorizer.colorize(colourful_photo(1, 40, 50)).shape == (40, 50, 3)


def test_the_last_bias_brings_the_network_to_the_other_weighting(run, tmp_path):
    before = keras.saving.load_model(run / BEST_NAME, compile=False)

    after = keras.saving.load_model(finished(run, tmp_path), compile=False)

    shift = np.asarray(after.layers[-1].bias) - np.asarray(before.layers[-1].bias)
    np.testing.assert_allclose(shift, logit_shift(prior(), 0.7, 0.9), atol=1e-5)


def test_half_precision_halves_the_file_and_keeps_the_picture(tmp_path):
    network = build_residual_network(0.25, seed=1)
    stored = in_half_precision(network)
    network.save(tmp_path / "whole.keras")
    stored.save(tmp_path / "half.keras")

    loaded = as_float32(keras.saving.load_model(tmp_path / "half.keras", compile=False))

    sizes = [(tmp_path / f"{name}.keras").stat().st_size for name in ("half", "whole")]
    assert sizes[0] < 0.75 * sizes[1]
    lightness = np.random.default_rng(0).uniform(0, 100, (1, 32, 32, 1)).astype(np.float32)
    gap = np.asarray(loaded(lightness)) - np.asarray(network(lightness))
    assert np.abs(gap).max() < 0.01
    assert {layer.dtype_policy.name for layer in loaded.layers} == {"float32"}


def test_a_diverged_weight_is_refused():
    network = build_residual_network(0.125)
    kernel = network.get_layer("stem1_conv").kernel
    kernel.assign(np.full(kernel.shape, 1e6, np.float32))

    with pytest.raises(RunError, match="too large"):
        in_half_precision(network)


def test_the_card_names_the_digest_and_the_weighting(run, tmp_path):
    path = finished(run, tmp_path)

    card = json.loads(path.with_suffix(".json").read_text())

    assert card["rebalance"] == 0.9
    assert len(card["sha256"]) == 64


def test_a_run_of_the_l2_loss_is_refused(run, tmp_path):
    save_config(dataclasses.replace(PRESETS["tiny"], loss="l2"), run / CONFIG_NAME)

    with pytest.raises(RunError, match="l2"):
        finished(run, tmp_path)
    assert not (tmp_path / "networks").exists()


def test_the_fingerprints_of_the_run_go_along(run, tmp_path):
    seen = as_fingerprints([PictureHash(5, 1)])
    save_fingerprints(seen, run / FINGERPRINTS_NAME)

    path = finished(run, tmp_path)

    np.testing.assert_array_equal(load_fingerprints(find_fingerprints(path)), seen)
