"""A beta distribution of true rates, fitted to counts by marginal maximum likelihood.

Place on the data's path: ``per_photo.py`` shrinks the rates of photos with it. Pure: no file,
clock or chance.
"""

from dataclasses import dataclass

import numpy as np
import scipy.optimize
import scipy.special
from numpy.typing import ArrayLike, NDArray

# Bounds of a + b. From 1e5 up the true rates differ by less than 0.2 points: no spread to speak of.
LEAST_PRECISION = 0.05
MOST_PRECISION = 1e5
FIRST_PRECISION = 10.0
# A spread must make the counts likelier than one common rate by more than rounding, in log units.
LEAST_GAIN = 1e-6
FEW_PHOTOS = 10

NO_SPREAD = (
    "the photos differ no more than chance makes them, so every shrunken rate is the mean of all"
)
ALL_EQUAL = "all responses are equal, so the spread between photos is unknown"
FEW = f"fewer than {FEW_PHOTOS} photos: the spread between them is poorly known"


@dataclass(frozen=True)
class BetaPrior:
    """The fitted distribution of true rates, Beta(mean * precision, (1 - mean) * precision).

    Attributes:
        mean: of the true rates, a fraction.
        precision: a + b, as many responses as the prior is worth; None without spread.
        sd: standard deviation of the true rates, sqrt(mean (1 - mean) / (precision + 1)).
        n_photos: photos fitted.
        n_trials: their responses.
        n_fooled: those fooled.
        warning: what a reader must know about the fit, or None.
    """

    mean: float
    precision: float | None
    sd: float
    n_photos: int
    n_trials: int
    n_fooled: int
    warning: str | None = None

    @property
    def has_spread(self) -> bool:
        """Whether photos differ by more than chance."""
        return self.precision is not None


def fit_beta_prior(n_fooled: ArrayLike, n_trials: ArrayLike) -> BetaPrior:
    """Fit the beta distribution under which these counts are likeliest.

    Maximises the sum over photos of ln B(x + a, n - x + b) - ln B(a, b), the beta-binomial
    likelihood (Skellam 1948), over a, b > 0. Where one common rate is as likely, there is no
    spread.

    Args:
        n_fooled: (I,), whole numbers from 0 to ``n_trials``.
        n_trials: (I,), whole numbers from 1 up.

    Raises:
        ValueError: no photo, unequal lengths, or counts that no photo can have.
    """
    fooled, trials = _check_counts(n_fooled, n_trials)
    mean = float(fooled.sum() / trials.sum())
    if mean in (0, 1):
        return _prior(mean, None, fooled, trials, ALL_EQUAL)
    counts, n_photos = np.unique(np.stack([fooled, trials]), axis=1, return_counts=True)
    found = scipy.optimize.minimize(
        _loss,
        (scipy.special.logit(mean), np.log(FIRST_PRECISION)),
        args=(*counts, n_photos),
        jac=True,
        method="TNC",  # finds what L-BFGS-B finds without its waits for BLAS threads
        bounds=[(None, None), (np.log(LEAST_PRECISION), np.log(MOST_PRECISION))],
        options={"ftol": 1e-14, "gtol": 1e-9, "xtol": 1e-9, "maxfun": 1000},
    )
    gain = -found.fun - _common_rate_log_likelihood(mean, fooled, trials)
    precision = float(np.exp(found.x[1]))
    if gain <= LEAST_GAIN or precision >= 0.999 * MOST_PRECISION:
        return _prior(mean, None, fooled, trials, NO_SPREAD)
    warning = FEW if fooled.size < FEW_PHOTOS else None
    return _prior(float(scipy.special.expit(found.x[0])), precision, fooled, trials, warning)


def beta_posteriors(
    prior: BetaPrior, n_fooled: ArrayLike, n_trials: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the parameters of each photo's posterior, (I,) each.

    Beta(a + x, b + n - x); without spread every photo has the posterior of the one common rate,
    Beta(X + 1/2, N - X + 1/2) with the sums over photos (Jeffreys' prior).
    """
    fooled, trials = (np.asarray(counts, dtype=np.float64) for counts in (n_fooled, n_trials))
    if prior.precision is None:
        common = np.ones_like(fooled)
        return common * (prior.n_fooled + 0.5), common * (prior.n_trials - prior.n_fooled + 0.5)
    a = prior.mean * prior.precision
    b = (1 - prior.mean) * prior.precision
    return a + fooled, b + trials - fooled


def _check_counts(
    n_fooled: ArrayLike, n_trials: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    fooled, trials = (np.asarray(counts, dtype=np.float64) for counts in (n_fooled, n_trials))
    if fooled.ndim != 1 or fooled.size == 0 or fooled.shape != trials.shape:
        raise ValueError(
            f"counts have shapes {fooled.shape} and {trials.shape}; allowed: (I,) twice, I > 0"
        )
    if not ((trials >= 1) & (fooled >= 0) & (fooled <= trials)).all():
        raise ValueError("counts hold a photo with n_fooled outside 0 to n_trials, or no trial")
    return fooled, trials


def _loss(
    parameters: NDArray[np.float64],
    fooled: NDArray[np.float64],
    trials: NDArray[np.float64],
    n_photos: NDArray[np.intp],
) -> tuple[float, NDArray[np.float64]]:
    """Negative log-likelihood and its gradient in (logit mean, log precision)."""
    mean, precision = scipy.special.expit(parameters[0]), np.exp(parameters[1])
    a, b = mean * precision, (1 - mean) * precision
    terms = scipy.special.betaln(fooled + a, trials - fooled + b) - scipy.special.betaln(a, b)
    digamma = scipy.special.digamma
    both = digamma(trials + precision) - digamma(precision)
    by_a = n_photos @ (digamma(fooled + a) - digamma(a) - both)
    by_b = n_photos @ (digamma(trials - fooled + b) - digamma(b) - both)
    gradient = np.array([mean * (1 - mean) * precision * (by_a - by_b), a * by_a + b * by_b])
    return -float(n_photos @ terms), -gradient


def _common_rate_log_likelihood(
    mean: float, fooled: NDArray[np.float64], trials: NDArray[np.float64]
) -> float:
    return float(fooled.sum() * np.log(mean) + (trials - fooled).sum() * np.log1p(-mean))


def _prior(
    mean: float,
    precision: float | None,
    fooled: NDArray[np.float64],
    trials: NDArray[np.float64],
    warning: str | None,
) -> BetaPrior:
    sd = 0.0 if precision is None else float(np.sqrt(mean * (1 - mean) / (precision + 1)))
    return BetaPrior(
        mean, precision, sd, fooled.size, int(trials.sum()), int(fooled.sum()), warning
    )
