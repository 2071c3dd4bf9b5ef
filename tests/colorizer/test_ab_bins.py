import hashlib

import keras
import numpy as np
import pytest
import scipy.spatial
from hypothesis import given
from hypothesis import strategies as st

from colorizer import ab_bins
from colorizer.ab_bins import (
    SIGMA,
    bin_centres,
    bin_mask,
    bin_numbers,
    decode_annealed_mean,
    decode_logits,
    nearest_bin,
    soft_encode,
    soft_encode_in_graph,
)
from colorizer.lab import rgb_to_lab

# SHA-256 of the published pts_in_hull array: little-endian int64, C order.
PUBLISHED_DIGEST = "2a39983ed60d5b52b717842d56d5f766982289e6d5a609582155f437cecc1045"
in_lattice = st.floats(-110, 110, allow_subnormal=False)


def test_the_bins_are_the_published_313_in_their_order():
    centres = bin_centres()

    assert centres.shape == (313, 2)
    assert centres.dtype == np.float64
    assert hashlib.sha256(centres.astype("<i8").tobytes()).hexdigest() == PUBLISHED_DIGEST


def test_changing_the_answer_does_not_change_the_bins():
    bin_centres()[:] = 0

    assert bin_centres()[0].tolist() == [-90, 50]


def test_every_srgb_colour_lies_within_a_cell_of_its_bin(rng):
    ab = rgb_to_lab(rng.integers(0, 256, (5000, 3), dtype=np.uint8))[:, 1:]

    gap = np.abs(ab - bin_centres()[nearest_bin(ab)])

    assert gap.max() <= 5 + 1e-9


def test_numbers_stand_where_the_mask_is():
    numbers = bin_numbers()

    assert (numbers >= 0).sum() == bin_mask().sum() == 313
    assert numbers[11, 11] == 120


def test_soft_encoding_finds_the_neighbours_an_independent_search_finds(rng):
    ab = rng.uniform(-110, 110, (4000, 2))
    distance, expected = scipy.spatial.cKDTree(bin_centres()).query(ab, 5)

    indices, weights = soft_encode(ab)

    clear = np.diff(np.sort(distance, axis=1)).min(axis=1) > 1e-9
    np.testing.assert_array_equal(indices[clear], expected[clear])
    gaussian = np.exp(-(distance**2) / (2 * SIGMA**2))
    gaussian /= gaussian.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(weights, gaussian, atol=1e-6)


def test_ten_neighbours_are_found_too(rng):
    ab = rng.uniform(-110, 110, (2000, 2))
    distance, _ = scipy.spatial.cKDTree(bin_centres()).query(ab, 10)

    indices, _ = soft_encode(ab, n_neighbours=10)

    found = np.linalg.norm(ab[:, None] - bin_centres()[indices], axis=-1)
    np.testing.assert_allclose(found, distance, atol=1e-9)


def test_on_a_tie_the_lower_number_is_nearer():
    """(0, 0) is as far from (-10, 0), (0, -10), (0, 10) and (10, 0)."""
    indices, weights = soft_encode(np.array([0.0, 0.0]))

    assert indices[0] == 120
    assert indices[1:].tolist() == sorted(indices[1:].tolist())
    assert np.ptp(weights[1:]) == 0


@given(in_lattice, in_lattice)
def test_weights_sum_to_one_and_fall_with_distance(a, b):
    _, weights = soft_encode(np.array([a, b]))

    assert weights.sum() == pytest.approx(1, abs=1e-6)
    assert (np.diff(weights) <= 1e-7).all()


@pytest.mark.parametrize("shapes_may_vary", [True, False])
def test_the_compiled_encoding_is_the_same(shapes_may_vary, rng, monkeypatch):
    """On whole numbers, where ties are many: all but the order of bins that are as far."""
    monkeypatch.setattr(ab_bins, "_shapes_may_vary", lambda: shapes_may_vary)
    ab = rng.integers(-110, 111, (3000, 2)).astype(np.float32)
    indices, weights = soft_encode(ab)

    for encode in (lambda tensor: soft_encode_in_graph(tensor, keras.ops), _compiled_encode()):
        found, found_weights = (
            keras.ops.convert_to_numpy(part) for part in encode(keras.ops.convert_to_tensor(ab))
        )
        np.testing.assert_array_equal(found[:, 0], indices[:, 0])
        np.testing.assert_array_equal(np.sort(found), np.sort(indices))
        np.testing.assert_allclose(found_weights, weights, atol=1e-5)


def test_a_batch_of_two_is_two_batches_of_one(rng):
    ab = rng.uniform(-110, 110, (2, 7, 2))

    together = soft_encode(ab)[0]

    np.testing.assert_array_equal(together, np.stack([soft_encode(one)[0] for one in ab]))


def test_encoded_colours_decode_to_themselves_within_the_published_error(rng):
    """Mean error 0.22 at T = 1 and 1.81 at T = 0.38 over sRGB (computed for the field notes)."""
    rgb = rng.integers(0, 256, (20000, 3), dtype=np.uint8)
    ab = rgb_to_lab(rgb)[:, 1:]
    indices, weights = soft_encode(ab)
    probabilities = np.zeros((len(ab), 313))
    np.put_along_axis(probabilities, indices, weights, axis=1)

    mean_error = [
        np.linalg.norm(decode_annealed_mean(probabilities, t) - ab, axis=1).mean()
        for t in (1.0, 0.38)
    ]

    assert mean_error[0] < 1.0
    assert mean_error[0] < mean_error[1] < 3.0


def test_temperature_one_is_the_plain_mean(rng):
    probabilities = rng.dirichlet(np.ones(313), 20)

    np.testing.assert_allclose(
        decode_annealed_mean(probabilities, 1.0), probabilities @ bin_centres(), atol=1e-4
    )


def test_towards_zero_the_most_likely_bin_is_left(rng):
    probabilities = rng.dirichlet(np.full(313, 0.1), 40)
    second, first = np.sort(probabilities, axis=1)[:, -2:].T
    probabilities = probabilities[first > 1.01 * second]  # else even 1e-4 leaves a mixture

    decoded = decode_annealed_mean(probabilities, 1e-4)

    assert len(probabilities) > 20
    np.testing.assert_allclose(decoded, bin_centres()[probabilities.argmax(axis=1)], atol=0.01)


def test_encoding_then_decoding_towards_zero_gives_the_nearest_bin(rng):
    ab = rng.uniform(-80, 80, (50, 2))
    second, first = np.sort(soft_encode(ab)[1], axis=1)[:, -2:].T
    ab = ab[first > 1.01 * second]  # between two bins even 1e-4 leaves a mixture
    indices, weights = soft_encode(ab)
    probabilities = np.zeros((len(ab), 313))
    np.put_along_axis(probabilities, indices, weights, axis=1)

    decoded = decode_annealed_mean(probabilities, 1e-4)

    assert len(ab) > 40

    np.testing.assert_allclose(decoded, bin_centres()[nearest_bin(ab)], atol=0.1)


def test_decoding_logits_is_decoding_their_softmax(rng):
    logits = rng.normal(0, 3, (10, 313))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)

    np.testing.assert_allclose(
        decode_logits(logits, 0.38), decode_annealed_mean(probabilities, 0.38), atol=1e-3
    )


@pytest.mark.parametrize("temperature", [0, -1, 1.01, float("nan")])
def test_other_temperatures_are_refused(temperature):
    with pytest.raises(ValueError, match=r"\(0, 1\]"):
        decode_annealed_mean(np.full((1, 313), 1 / 313), temperature)


def test_another_number_of_bins_is_refused():
    with pytest.raises(ValueError, match="expected 313"):
        decode_annealed_mean(np.full((1, 10), 0.1))


def _compiled_encode():
    """Compile as the training step does, by a model's predict function."""
    inputs = keras.Input((2,))
    model = keras.Model(inputs, _Encode()(inputs))
    return lambda tensor: model.predict(keras.ops.convert_to_numpy(tensor), verbose=0)


class _Encode(keras.layers.Layer):
    def call(self, ab):
        return soft_encode_in_graph(ab, keras.ops)

    def compute_output_spec(self, ab):
        shape = (*ab.shape[:-1], 5)
        return keras.KerasTensor(shape, "int32"), keras.KerasTensor(shape, "float32")
