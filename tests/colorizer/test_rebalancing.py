import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorizer.ab_bins import bin_centres, bin_numbers
from colorizer.errors import RunError
from colorizer.rebalancing import as_saved, bin_weights, load_prior, save_prior, smooth_prior

GREY = 120


@pytest.fixture
def counts(rng):
    distance = np.linalg.norm(bin_centres(), axis=1)
    return rng.poisson(1e5 * np.exp(-distance / 12)).astype(float)


def test_the_prior_is_a_distribution_without_zeros(counts):
    prior = smooth_prior(counts)

    assert prior.sum() == pytest.approx(1)
    assert (prior > 0).all()


def test_smoothing_spreads_in_the_ab_plane_not_along_the_number():
    """One bin's mass goes alike to its four neighbours, wherever their numbers are."""
    counts = np.zeros(313)
    counts[GREY] = 1

    prior = smooth_prior(counts)

    neighbours = [
        bin_numbers()[row, column] for row, column in ((10, 11), (12, 11), (11, 10), (11, 12))
    ]
    assert np.ptp(prior[neighbours]) < 1e-9
    # a Gaussian of half a cell, sampled: exp(-2) of the centre
    assert prior[neighbours[0]] / prior[GREY] == pytest.approx(np.exp(-2), rel=1e-3)


def test_smoothing_is_the_sum_of_gaussians_on_the_plane(counts):
    """Every bin gives to every other what a sampled, normalised Gaussian of 5 units says."""
    centres = bin_centres()
    steps = np.arange(-20, 21) * 10.0
    total = np.exp(-(steps**2) / 50).sum() ** 2  # of the kernel on the lattice
    distance2 = ((centres[:, np.newaxis] - centres) ** 2).sum(axis=-1)
    expected = np.exp(-distance2 / 50) / total @ (counts / counts.sum()) + 1e-7

    np.testing.assert_allclose(smooth_prior(counts), expected / expected.sum(), atol=1e-5)


@given(st.floats(0, 1))
def test_weights_have_mean_one_under_the_prior(rebalance):
    prior = np.random.default_rng(0).dirichlet(np.ones(313))

    assert prior @ bin_weights(prior, rebalance) == pytest.approx(1)


def test_weights_are_the_papers_formula():
    prior = np.full(313, 0.5 / 312)
    prior[GREY] = 0.5

    weights = bin_weights(prior, 0.5)

    expected = (0.5 * prior[0] + 0.5 / 313) / (0.5 * prior[GREY] + 0.5 / 313)
    assert weights[GREY] / weights[0] == pytest.approx(expected)


def test_all_uniform_weights_all_alike():
    prior = np.random.default_rng(0).dirichlet(np.ones(313))

    np.testing.assert_allclose(bin_weights(prior, 1.0), 1)


def test_a_share_outside_zero_to_one_is_refused():
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        bin_weights(np.full(313, 1 / 313), 1.5)


@pytest.mark.parametrize("counts", [np.zeros(313), np.ones(10), np.full(313, -1.0)])
def test_counts_that_are_none_are_refused(counts):
    with pytest.raises(ValueError, match="313 counts"):
        smooth_prior(counts)


def test_a_saved_prior_is_read_back(tmp_path, counts):
    prior = smooth_prior(counts)
    save_prior(prior, tmp_path / "prior.json", n_photos=3)

    np.testing.assert_allclose(load_prior(tmp_path / "prior.json"), prior, rtol=1e-7)
    assert json.loads((tmp_path / "prior.json").read_text())["n_photos"] == 3


def test_a_prior_is_what_its_file_will_say_to_the_last_bit(tmp_path, counts):
    prior = as_saved(smooth_prior(counts))
    save_prior(prior, tmp_path / "prior.json")

    np.testing.assert_array_equal(load_prior(tmp_path / "prior.json"), prior)


def test_a_runs_own_prior_may_be_odd(tmp_path):
    save_prior(np.r_[0.5, np.full(312, 0.5 / 312)], tmp_path / "prior.json")

    assert load_prior(tmp_path / "prior.json", may_be_odd=True).argmax() == 0


def test_a_prior_whose_mode_is_not_grey_is_refused(tmp_path):
    save_prior(np.r_[0.5, np.full(312, 0.5 / 312)], tmp_path / "prior.json")

    with pytest.raises(RunError, match="grey"):
        load_prior(tmp_path / "prior.json")


@pytest.mark.parametrize("text", ["", "{}", '{"prior": [1, 2]}', '{"prior": "x"}'])
def test_files_that_hold_no_prior_are_refused(tmp_path, text):
    (tmp_path / "prior.json").write_text(text)

    with pytest.raises(RunError, match=r"prior\.json"):
        load_prior(tmp_path / "prior.json")
