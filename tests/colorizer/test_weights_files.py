import json

import keras
import numpy as np
import pytest

from colorizer.errors import RunError
from colorizer.fingerprints import file_sha256
from colorizer.network import build_network
from colorizer.weights_files import (
    WeightsCard,
    as_float32,
    find_weights,
    load_card,
    load_weights,
    mean_colour,
)

MAX_BYTES = 16_000_000


def test_the_default_network_comes_with_the_package_and_is_the_one_on_its_card():
    path = find_weights("default")

    assert path.stat().st_size <= MAX_BYTES
    assert load_card(path).sha256 == file_sha256(path)
    assert load_weights(path).output_shape[-1] == 313


def test_a_run_directory_gives_its_best_network_and_its_size(tmp_path):
    build_network(0.0625).save(tmp_path / "best.keras")
    (tmp_path / "config.json").write_text(json.dumps({"input_px": 72, "training": {}}))

    path = find_weights(str(tmp_path))

    assert path == tmp_path / "best.keras"
    assert load_card(path) == WeightsCard(input_px=72)


def test_without_a_card_the_2016_settings_are_taken(tmp_path):
    assert load_card(tmp_path / "some.keras") == WeightsCard(256, 0.38, sha256="")


def test_nothing_there_is_an_error(tmp_path):
    with pytest.raises(RunError, match="give default, a run directory or"):
        find_weights(tmp_path / "nothing")


def test_a_directory_without_the_settings_of_a_training_is_no_run(tmp_path):
    (tmp_path / "best.keras").touch()

    with pytest.raises(RunError, match=r"no run directory, for it holds no config\.json"):
        find_weights(tmp_path)


def test_a_damaged_network_is_not_used(tmp_path):
    (tmp_path / "some.keras").write_bytes(b"x")
    (tmp_path / "some.json").write_text(json.dumps({"sha256": "0" * 64}))

    with pytest.raises(RunError, match="damaged"):
        load_card(tmp_path / "some.keras")


def test_a_damaged_card_is_named(tmp_path):
    (tmp_path / "some.json").write_text("{")

    with pytest.raises(RunError, match=r"some\.json"):
        load_card(tmp_path / "some.keras")


def test_a_network_trained_in_bfloat16_colours_in_float32(rng):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = build_network(0.0625)
    finally:
        keras.config.set_dtype_policy("float32")
    assert network.get_layer("conv4_1").compute_dtype == "bfloat16"
    assert network.get_layer("conv8_313").compute_dtype == "float32"

    copy = as_float32(network)

    assert {layer.compute_dtype for layer in copy.layers} == {"float32"}
    lightness = rng.uniform(0, 100, (1, 32, 32, 1)).astype(np.float32)
    np.testing.assert_allclose(
        np.asarray(copy(lightness)), np.asarray(network(lightness)), atol=0.1
    )


def test_a_float32_network_stays_as_it_is():
    network = build_network(0.0625)

    assert as_float32(network) is network


def test_the_mean_colour_of_the_training_photographs_is_a_pale_warm_one():
    a, b = mean_colour("default")

    assert 0 < a < 6
    assert 2 < b < 12


def test_without_a_prior_there_is_no_mean_colour(tmp_path):
    build_network(0.0625).save(tmp_path / "some.keras")

    assert mean_colour(tmp_path / "some.keras") is None
