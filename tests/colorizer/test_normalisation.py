import keras
import numpy as np
import pytest

from colorizer.network import targets_of
from colorizer.normalisation import recalibrate
from tests.colorizer.factories import colourful_photo


@pytest.fixture
def network():
    lightness = keras.Input((None, None, 1))
    return keras.Model(lightness, keras.layers.BatchNormalization(name="norm")(lightness))


def crops(seed, n=4):
    return np.stack([colourful_photo(seed + number, 16, 16) for number in range(n)])


def test_mean_and_variance_are_those_of_the_batches(network):
    batches = [crops(1), crops(10), crops(20)]

    recalibrate(network, batches)

    norm = network.get_layer("norm")
    shown = [np.asarray(targets_of(keras.ops.convert_to_tensor(b), "l2")[0]) for b in batches]
    assert float(norm.moving_mean[0]) == pytest.approx(np.mean([s.mean() for s in shown]), rel=1e-4)
    assert float(norm.moving_variance[0]) == pytest.approx(
        np.mean([s.var() for s in shown]), rel=1e-4
    )


def test_momentum_and_trainable_weights_stay(network):
    norm = network.get_layer("norm")
    before = norm.momentum, np.asarray(norm.gamma)

    recalibrate(network, [crops(1)])

    assert norm.momentum == before[0]
    np.testing.assert_array_equal(np.asarray(norm.gamma), before[1])


def test_no_batches_leave_the_network_as_it_is(network):
    recalibrate(network, [])

    assert float(network.get_layer("norm").moving_variance[0]) == 1.0
