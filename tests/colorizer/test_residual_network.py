import keras
import numpy as np
import pytest

from colorizer.network import set_final_bias
from colorizer.residual_network import build_residual_network


@pytest.fixture(scope="module")
def network():
    built = build_residual_network(0.125, seed=3)
    built.layers[-1].kernel.assign(built.layers[-1].kernel * 100)
    return built


def lightness(*shape):
    return np.random.default_rng(0).uniform(0, 100, (*shape, 1)).astype(np.float32)


def numpy_of(tensor):
    return np.asarray(keras.ops.convert_to_numpy(tensor))


def test_output_is_313_logits_at_a_quarter_of_the_size(network):
    assert network(lightness(2, 48, 32)).shape == (2, 12, 8, 313)


def test_the_default_width_fits_into_16_mb_in_half_precision():
    assert build_residual_network().count_params() * 2 < 16_000_000


def test_the_same_seed_gives_the_same_weights():
    first, again, other = (build_residual_network(0.125, seed=seed) for seed in (1, 1, 2))

    for one, same in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, same)
    assert any(
        not np.array_equal(one, another)
        for one, another in zip(first.get_weights(), other.get_weights(), strict=True)
    )


def test_a_batch_of_two_equals_two_of_one(network):
    photos = lightness(2, 32, 32)

    both = numpy_of(network(photos))

    for number in range(2):
        alone = numpy_of(network(photos[number : number + 1]))[0]
        np.testing.assert_allclose(both[number], alone, atol=1e-4)


def test_eager_equals_compiled(network):
    photos = lightness(1, 32, 32)

    np.testing.assert_allclose(
        network.predict(photos, verbose=0), numpy_of(network(photos)), atol=1e-4
    )


def test_far_corners_of_a_photograph_reach_each_other(network):
    """The gates see the whole picture: a change in one corner moves the opposite one."""
    photo = lightness(1, 96, 96)
    changed = photo.copy()
    changed[:, :32, :32] = 100.0

    gap = numpy_of(network(photo) - network(changed))

    assert np.abs(gap[0, -1, -1]).max() > 0


def test_config_and_weights_survive_saving(network, tmp_path):
    network.save(tmp_path / "network.keras")

    loaded = keras.saving.load_model(tmp_path / "network.keras", compile=False, safe_mode=True)

    photos = lightness(1, 32, 32)
    np.testing.assert_array_equal(numpy_of(loaded(photos)), numpy_of(network(photos)))


def test_a_fresh_network_with_the_prior_as_bias_predicts_about_the_prior():
    network = build_residual_network(0.125)
    prior = np.full(313, 0.5 / 312)
    prior[120] = 0.5

    set_final_bias(network, prior)

    logits = numpy_of(network(lightness(1, 32, 32)))
    shares = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    assert shares[..., 120].mean() == pytest.approx(0.5, abs=0.1)
