import dataclasses

import keras
import numpy as np
import pytest

from colorizer.config import PRESETS
from colorizer.crops import random_crops
from colorizer.errors import RunError
from colorizer.lab import rgb_to_lab
from colorizer.network import build_network
from colorizer.shard_writer import ShardWriter
from colorizer.shards import Photographs
from colorizer.training_start import N_INITIALISATION, start_network
from tests.colorizer.factories import colourful_photo

PRIOR = np.random.default_rng(0).dirichlet(np.ones(313))
CONFIG = dataclasses.replace(PRESETS["tiny"], seed=3)


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    with ShardWriter(folder, 40) as writer:
        for number in range(6):
            writer.add("training", colourful_photo(number, 40, 40))
        writer.save_index()
    return Photographs(folder, "training")


@pytest.fixture(scope="module")
def started(photographs):
    return start_network(CONFIG, photographs, PRIOR)


def test_the_last_bias_is_the_log_prior(started):
    np.testing.assert_allclose(np.asarray(started.layers[-1].bias), np.log(PRIOR), rtol=1e-5)


def test_every_convolution_has_unit_variance_on_photographs(started, photographs):
    """Before the ReLU: each convolution is applied again, by hand, to what it is given."""
    crops = next(random_crops(photographs, CONFIG.crop_px, N_INITIALISATION, CONFIG.seed))
    x = keras.ops.convert_to_tensor(rgb_to_lab(crops)[..., :1].astype(np.float32))
    network = keras.models.clone_model(started)  # for its moving averages change
    network.set_weights(started.get_weights())
    spreads = {}
    for layer in network.layers[1:-1]:
        if isinstance(layer, keras.layers.BatchNormalization):
            x = layer(x, training=True)
            continue
        if isinstance(layer, keras.layers.Conv2D | keras.layers.Conv2DTranspose):
            spreads[layer.name] = float(np.std(convolved(layer, x)))
        x = layer(x)

    assert len(spreads) == 22
    assert spreads == pytest.approx(dict.fromkeys(spreads, 1.0), abs=0.02)


def convolved(layer, x):
    """Give the layer's output before its activation, with the operations of ``keras.ops``."""
    if isinstance(layer, keras.layers.Conv2DTranspose):
        y = keras.ops.conv_transpose(x, layer.kernel, strides=2, padding="same")
    else:
        y = keras.ops.conv(
            x,
            layer.kernel,
            strides=layer.strides,
            padding=layer.padding,
            dilation_rate=layer.dilation_rate,
        )
    return np.asarray(y + layer.bias)


def test_the_same_seed_starts_alike(started, photographs):
    again = start_network(CONFIG, photographs, PRIOR)

    for one, other in zip(started.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_weights_of_another_loss_are_refused(photographs, tmp_path):
    build_network(CONFIG.width, "l2").save(tmp_path / "l2.keras")

    with pytest.raises(RunError, match=r"l2\.keras: not of this --network, --width and --loss"):
        start_network(CONFIG, photographs, PRIOR, tmp_path / "l2.keras")
