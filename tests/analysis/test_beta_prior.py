import numpy as np
import pytest
import scipy.optimize
import scipy.stats

from analysis.beta_prior import beta_posteriors, fit_beta_prior


def draw(n_photos: int, n_trials: int, a: float, b: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    trials = rng.integers(1, 2 * n_trials, n_photos)
    return rng.binomial(trials, rng.beta(a, b, n_photos)), trials


def test_the_fit_is_where_scipys_beta_binomial_is_likeliest() -> None:
    """Oracle: scipy.stats.betabinom, maximised by a search without gradients."""
    fooled, trials = draw(80, 20, 2.0, 5.0)

    prior = fit_beta_prior(fooled, trials)

    found = scipy.optimize.minimize(
        lambda logs: -scipy.stats.betabinom.logpmf(fooled, trials, *np.exp(logs)).sum(),
        (0.0, 0.0),
        method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-10},
    )
    a, b = np.exp(found.x)
    assert prior.precision == pytest.approx(a + b, rel=1e-5)
    assert prior.mean == pytest.approx(a / (a + b), rel=1e-6)
    assert prior.sd == pytest.approx(scipy.stats.beta(a, b).std(), rel=1e-5)
    assert (prior.n_photos, prior.n_trials, prior.n_fooled) == (80, trials.sum(), fooled.sum())
    assert prior.warning is None


def test_with_many_photos_the_truth_is_recovered() -> None:
    """The standard error of the precision is 0.25 here, by 12 repetitions."""
    fooled, trials = draw(20_000, 12, 3.0, 6.0)

    prior = fit_beta_prior(fooled, trials)

    assert prior.mean == pytest.approx(1 / 3, abs=0.005)
    assert prior.precision == pytest.approx(9.0, abs=0.75)


def test_posteriors_are_the_conjugate_ones() -> None:
    fooled, trials = draw(60, 15, 2.0, 5.0)
    prior = fit_beta_prior(fooled, trials)
    assert prior.precision is not None

    a, b = beta_posteriors(prior, fooled, trials)

    np.testing.assert_allclose(a + b, prior.precision + trials)
    np.testing.assert_allclose(a - fooled, prior.mean * prior.precision)


@pytest.mark.parametrize(
    ("fooled", "trials"),
    [([3, 3, 3, 3], [10, 10, 10, 10]), ([0, 1, 1, 0, 0], [1, 1, 1, 1, 1]), ([4], [10])],
)
def test_photos_that_differ_no_more_than_chance_have_no_spread(
    fooled: list[int], trials: list[int]
) -> None:
    prior = fit_beta_prior(fooled, trials)

    assert (prior.precision, prior.sd, prior.has_spread) == (None, 0.0, False)
    assert prior.mean == sum(fooled) / sum(trials)
    assert prior.warning is not None
    assert "no more than chance" in prior.warning
    a, b = beta_posteriors(prior, fooled, trials)
    assert set(a) == {sum(fooled) + 0.5}
    assert set(b) == {sum(trials) - sum(fooled) + 0.5}


@pytest.mark.parametrize("fooled", [[0, 0, 0], [5, 5, 5]])
def test_equal_responses_tell_nothing_of_the_spread(fooled: list[int]) -> None:
    prior = fit_beta_prior(fooled, [5, 5, 5])

    assert (prior.mean, prior.precision) == (sum(fooled) / 15, None)
    assert prior.warning is not None
    assert "all responses are equal" in prior.warning


def test_few_photos_are_warned_of() -> None:
    prior = fit_beta_prior([0, 9, 2, 10], [10, 10, 10, 10])

    assert prior.has_spread
    assert prior.warning is not None
    assert "fewer than 10 photos" in prior.warning


def test_two_kinds_of_photos_are_a_fit_like_any_other() -> None:
    """All fooled or none: the spread is as wide as the bounds let it be, and finite."""
    prior = fit_beta_prior([0, 20] * 20, [20] * 40)

    assert prior.has_spread
    assert prior.mean == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize(
    ("fooled", "trials"), [([], []), ([1, 2], [3]), ([4], [3]), ([-1], [3]), ([0], [0])]
)
def test_counts_that_no_photo_has_are_refused(fooled: list[int], trials: list[int]) -> None:
    with pytest.raises(ValueError, match="counts"):
        fit_beta_prior(fooled, trials)
