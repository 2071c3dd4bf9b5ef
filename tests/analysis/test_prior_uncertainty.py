import numpy as np
import pytest
import scipy.special
import scipy.stats

from analysis.beta_prior import beta_posteriors, fit_beta_prior
from analysis.prior_uncertainty import averaged_moments


def by_brute_force(fooled: np.ndarray, trials: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Oracle: scipy.stats.betabinom on a fine, wide grid, flat in logit mean and in spread."""
    logits, spreads = np.linspace(-6, 6, 120), np.linspace(0.001, 0.999, 150)
    m, u = (grid.ravel() for grid in np.meshgrid(scipy.special.expit(logits), spreads))
    s = 1 / u**2 - 1
    a, b = m * s, (1 - m) * s
    likelihood = sum(
        scipy.stats.betabinom.logpmf(x, n, a, b) for x, n in zip(fooled, trials, strict=True)
    )
    weights = np.exp(likelihood - likelihood.max())
    weights /= weights.sum()
    means, variances = [], []
    for x, n in zip(fooled, trials, strict=True):
        posterior = scipy.stats.beta(a + x, b + n - x)
        means.append(posterior.mean() @ weights)
        variances.append(posterior.var() @ weights + (posterior.mean() - means[-1]) ** 2 @ weights)
    return np.array(means), np.array(variances)


@pytest.mark.parametrize(
    ("fooled", "trials"),
    [
        ([2, 9, 4, 1, 7, 3, 3, 8], [10] * 8),
        ([0, 1, 1, 0, 1, 0], [1, 2, 2, 1, 1, 3]),
        ([5, 60, 30, 90, 12, 40, 70, 33, 25, 51], [100] * 10),
    ],
)
def test_moments_are_those_of_a_fine_grid(fooled: list[int], trials: list[int]) -> None:
    mean, variance = averaged_moments(fooled, trials)

    expected_mean, expected_variance = by_brute_force(np.array(fooled), np.array(trials))
    np.testing.assert_allclose(mean, expected_mean, atol=0.004)
    np.testing.assert_allclose(variance, expected_variance, rtol=0.06)


def test_with_many_photos_they_are_those_of_the_fitted_prior() -> None:
    rng = np.random.default_rng(1)
    trials = rng.integers(10, 40, 3000)
    fooled = rng.binomial(trials, rng.beta(2, 5, 3000))

    mean, variance = averaged_moments(fooled, trials)

    posterior = scipy.stats.beta(*beta_posteriors(fit_beta_prior(fooled, trials), fooled, trials))
    np.testing.assert_allclose(mean, posterior.mean(), atol=0.001)
    np.testing.assert_allclose(variance, posterior.var(), rtol=0.01)


def test_the_order_of_photos_is_kept() -> None:
    fooled, trials = np.array([2, 9, 4, 2, 7]), np.array([10, 10, 12, 10, 9])
    order = [3, 1, 4, 0, 2]

    mean, variance = averaged_moments(fooled, trials)
    other_mean, other_variance = averaged_moments(fooled[order], trials[order])

    np.testing.assert_allclose(other_mean, mean[order])
    np.testing.assert_allclose(other_variance, variance[order])


def test_fooled_and_not_mirror_each_other() -> None:
    fooled, trials = np.array([2, 9, 4, 2, 7]), np.array([10, 10, 12, 10, 9])

    mean, variance = averaged_moments(fooled, trials)
    other_mean, other_variance = averaged_moments(trials - fooled, trials)

    np.testing.assert_allclose(other_mean, 1 - mean)
    np.testing.assert_allclose(other_variance, variance)
