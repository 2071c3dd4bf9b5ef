import keras
import numpy as np
import pytest
import scipy.special

from colorizer.ab_bins import soft_encode
from colorizer.lab import rgb_to_lab
from colorizer.network import (
    build_network,
    cross_entropy,
    initialise_from_data,
    pixel_weights,
    rescale_blocks,
    set_final_bias,
    squared_error,
    targets_of,
)


@pytest.fixture(scope="module")
def network():
    return build_network(width=0.0625, seed=3)


def numpy_of(tensor):
    return np.asarray(keras.ops.convert_to_numpy(tensor))


def test_the_full_network_has_the_published_number_of_parameters():
    """32,230,393 learned parameters of the convolutions, without the fixed decoding layer."""
    full = build_network(1.0)

    assert sum(int(np.prod(v.shape)) for v in full.trainable_variables) == 32_230_393


def test_output_is_313_logits_at_a_quarter_of_the_size(network):
    assert network(np.zeros((2, 40, 24, 1), np.float32)).shape == (2, 10, 6, 313)


def test_the_l2_network_gives_ab():
    l2 = build_network(0.0625, loss="l2")

    assert l2(np.zeros((1, 16, 16, 1), np.float32)).shape == (1, 4, 4, 2)


def test_strided_layers_pad_on_all_sides(network):
    """Turned kernels on a turned picture give the turned output.

    Padding bottom and right only, Keras' way, would shift the picture.
    """
    flipped = keras.models.clone_model(network)
    for layer, source in zip(flipped.layers, network.layers, strict=True):
        values = source.get_weights()
        layer.set_weights([v[::-1, ::-1] if v.ndim == 4 else v for v in values])
    first = keras.Model(network.input, network.get_layer("norm3").output)
    second = keras.Model(flipped.input, flipped.get_layer("norm3").output)
    lightness = np.random.default_rng(0).uniform(0, 100, (1, 65, 65, 1)).astype(np.float32)

    # 65 px: with padding of 1 the three strides map the grid onto its own mirror image
    np.testing.assert_allclose(
        numpy_of(second(lightness[:, ::-1, ::-1])),
        numpy_of(first(lightness))[:, ::-1, ::-1],
        atol=1e-4,
    )


def test_a_batch_of_two_is_two_batches_of_one(network, rng):
    lightness = rng.uniform(0, 100, (2, 32, 32, 1)).astype(np.float32)

    together = numpy_of(network(lightness))

    alone = np.concatenate([numpy_of(network(lightness[:1])), numpy_of(network(lightness[1:]))])
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_compiled_is_eager(network, rng):
    lightness = rng.uniform(0, 100, (1, 32, 32, 1)).astype(np.float32)

    np.testing.assert_allclose(
        network.predict(lightness, verbose=0), numpy_of(network(lightness)), atol=1e-3
    )


def test_saved_and_loaded_it_gives_the_same(network, rng, tmp_path):
    lightness = rng.uniform(0, 100, (1, 32, 32, 1)).astype(np.float32)
    network.save(tmp_path / "network.keras")

    loaded = keras.saving.load_model(tmp_path / "network.keras", compile=False)

    np.testing.assert_array_equal(numpy_of(loaded(lightness)), numpy_of(network(lightness)))


def test_the_same_seed_gives_the_same_weights():
    first, second = (build_network(0.0625, seed=5) for _ in range(2))

    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_initialised_from_data_every_convolution_has_unit_variance(rng):
    network = build_network(0.125, seed=1)
    lightness = rng.uniform(0, 100, (8, 32, 32, 1)).astype(np.float32)

    initialise_from_data(network, lightness)

    # seen after the ReLU: the second moment of a unit, zero-mean variable's positive part is 1/2
    layer = keras.Model(network.input, network.get_layer("conv2_1").output)
    output = numpy_of(layer(lightness, training=True))
    assert 0.1 < np.mean(output**2) < 2.0


def test_rescaled_blocks_have_unit_variance_and_give_the_same_output():
    """The same up to what is added to each variance, which shows where a channel hardly varies.

    So the input is fixed, as the network is: of 25 drawn ones two went beyond the bound.
    """
    rng = np.random.default_rng(1)
    network = build_network(0.125, seed=1, bn_momentum=0.0)
    lightness = rng.uniform(0, 100, (8, 32, 32, 1)).astype(np.float32)
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D) and layer.name != "conv8_313":
            layer.kernel.assign(layer.kernel * 5)
            layer.bias.assign(rng.normal(0, 0.5, layer.bias.shape).astype(np.float32))
    network(lightness, training=True)  # moving averages that are not the initial ones
    expected = numpy_of(network(lightness))

    rescale_blocks(network, lightness)

    np.testing.assert_allclose(numpy_of(network(lightness)), expected, rtol=1e-2, atol=1e-2)
    inner = keras.Model(network.input, network.get_layer("conv6_3").output)
    assert numpy_of(inner(lightness)).std() == pytest.approx(1, rel=0.01)


def test_with_the_final_bias_the_loss_starts_at_the_priors_entropy(rng):
    network = build_network(0.0625)
    prior = rng.dirichlet(np.ones(313))
    network.get_layer("conv8_313").kernel.assign(
        np.zeros(network.get_layer("conv8_313").kernel.shape, np.float32)
    )

    set_final_bias(network, prior)

    logits = numpy_of(network(np.full((1, 16, 16, 1), 50, np.float32)))
    np.testing.assert_allclose(scipy.special.softmax(logits[0, 0, 0]), prior, rtol=1e-4)


def test_targets_are_taken_at_every_fourth_pixel_without_averaging(rng):
    rgb = rng.integers(0, 256, (2, 16, 16, 3), dtype=np.uint8)

    lightness, encoded, ab = targets_of(keras.ops.convert_to_tensor(rgb), "classification")

    lab = rgb_to_lab(rgb)
    np.testing.assert_allclose(numpy_of(lightness), lab[..., :1], atol=1e-3)
    np.testing.assert_allclose(numpy_of(ab), lab[:, ::4, ::4, 1:], atol=1e-2)
    indices, weights = soft_encode(numpy_of(ab))
    np.testing.assert_array_equal(numpy_of(encoded[0])[..., 0], indices[..., 0])
    np.testing.assert_allclose(numpy_of(encoded[1]), weights, atol=1e-3)


def test_sparse_cross_entropy_is_the_dense_one(rng):
    logits = rng.normal(0, 2, (2, 3, 3, 313)).astype(np.float32)
    indices, weights = soft_encode(rng.uniform(-80, 80, (2, 3, 3, 2)))
    dense = np.zeros(logits.shape)
    np.put_along_axis(dense, indices, weights, axis=-1)

    found = cross_entropy(*(keras.ops.convert_to_tensor(a) for a in (logits, indices, weights)))

    expected = -(dense * scipy.special.log_softmax(logits, axis=-1)).sum(axis=-1)
    np.testing.assert_allclose(numpy_of(found), expected, rtol=1e-4)


def test_squared_error_is_half_the_scaled_distance_squared_and_nothing_for_grey():
    ab = np.zeros((2, 1, 1, 2), np.float32)
    ab[1] = (33, 0)
    predicted = ab + np.array([0, 22], np.float32)

    found = numpy_of(squared_error(*(keras.ops.convert_to_tensor(a) for a in (predicted, ab))))

    np.testing.assert_allclose(found.ravel(), [0, 0.2**2 / 2], rtol=1e-5)


def test_a_pixel_weighs_as_its_nearest_bin_and_grey_photographs_nothing():
    ab = np.zeros((2, 2, 2, 2), np.float32)
    ab[1, 0, 0] = (30, 0)
    indices, _ = soft_encode(ab)
    weights = np.arange(313, dtype=np.float32)

    found = numpy_of(
        pixel_weights(*(keras.ops.convert_to_tensor(a) for a in (indices, ab, weights)))
    )

    assert (found[0] == 0).all()
    np.testing.assert_array_equal(found[1], weights[indices[1, ..., 0]])
