"""How far a photo's true rate may lie from its shrunken one, the fit of the prior being uncertain.

Place on the data's path: ``per_photo.py`` takes its intervals from here. A prior fitted to few
photos is itself a guess. Taking it for known makes intervals too narrow (Morris 1983): with 15
photos those of 95 % cover 87 % by simulation, and 92 % if the posterior is averaged over all
priors, each by how likely it makes the counts. Pure: no file, clock or chance.
"""

import numpy as np
import scipy.special
from numpy.typing import ArrayLike, NDArray

# Priors are tried over their mean m and their spread u = sd / sqrt(m (1 - m)), 0 < u < 1.
COARSE_SPREADS = np.concatenate([np.geomspace(0.005, 0.1, 15), np.linspace(0.12, 0.97, 35)])
LEAST_SPREAD, MOST_SPREAD = 0.003, 0.98
N_SPREADS = 24
N_MEANS = 21
# The means tried reach this many standard errors to either side.
REACH = 5.0
# A spread is worth trying down to e^-8 of the greatest likelihood.
LOG_CUT = 8.0
LEAST_WEIGHT = 1e-6


def averaged_moments(
    n_fooled: ArrayLike, n_trials: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the mean and the variance of each photo's true rate, averaged over the priors.

    The priors Beta(m s, (1 - m) s), s = 1/u^2 - 1, stand on a grid, flat in logit m and in u, with
    the weights of their beta-binomial likelihoods. With the conjugate posterior's mean and variance
    under each: mean = E(mean), variance = E(variance) + Var(mean).

    Args:
        n_fooled: (I,), whole numbers from 0 to ``n_trials``; neither all 0 nor all ``n_trials``.
        n_trials: (I,), whole numbers from 1 up.

    Returns:
        (I,) and (I,), fractions and squared fractions.
    """
    counts = np.stack([np.asarray(values, dtype=np.float64) for values in (n_fooled, n_trials)])
    kinds, places, n_photos = np.unique(counts, axis=1, return_inverse=True, return_counts=True)
    fooled, trials = kinds
    a, b, weights = _weighted_priors(fooled, trials, n_photos)
    a, b = a + fooled[:, np.newaxis], b + (trials - fooled)[:, np.newaxis]
    means = a / (a + b)
    variances = means * (1 - means) / (a + b + 1)
    mean = means @ weights
    variance = variances @ weights + ((means - mean[:, np.newaxis]) ** 2) @ weights
    return mean[places.ravel()], variance[places.ravel()]


def _weighted_priors(
    fooled: NDArray[np.float64], trials: NDArray[np.float64], n_photos: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Give a, b and weight of every prior worth counting, (K,) each; weights sum to 1."""
    n = float(trials @ n_photos)
    rate = float(fooled @ n_photos) / n
    rates = np.full(COARSE_SPREADS.shape, rate)
    coarse = _log_likelihood(rates, COARSE_SPREADS, fooled, trials, n_photos)
    likely = COARSE_SPREADS[coarse > coarse.max() - LOG_CUT]
    spreads = np.linspace(
        max(LEAST_SPREAD, likely.min() - 0.01), min(MOST_SPREAD, likely.max() * 1.05), N_SPREADS
    )
    best = COARSE_SPREADS[coarse.argmax()]
    standard_error = np.sqrt((1 / n + best**2 / n_photos.sum()) / (rate * (1 - rate)))
    steps = np.linspace(-REACH, REACH, N_MEANS) * standard_error
    means = scipy.special.expit(scipy.special.logit(rate) + steps)
    m, u = (values.ravel() for values in np.meshgrid(means, spreads, indexing="ij"))
    likelihood = _log_likelihood(m, u, fooled, trials, n_photos)
    weights = np.exp(likelihood - likelihood.max())
    kept = weights > LEAST_WEIGHT
    m, weights, precision = m[kept], weights[kept], 1 / u[kept] ** 2 - 1
    return m * precision, (1 - m) * precision, weights / weights.sum()


def _log_likelihood(
    means: NDArray[np.float64],
    spreads: NDArray[np.float64],
    fooled: NDArray[np.float64],
    trials: NDArray[np.float64],
    n_photos: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Beta-binomial log-likelihood of all photos under each prior, (K,), but for a constant."""
    precision = 1 / spreads**2 - 1
    a = (means * precision)[:, np.newaxis]
    b = ((1 - means) * precision)[:, np.newaxis]
    terms = scipy.special.betaln(a + fooled, b + trials - fooled) - scipy.special.betaln(a, b)
    return np.asarray(terms @ n_photos)
