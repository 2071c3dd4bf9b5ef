"""How sure the order of the conditions is: the probability of each rank.

Place on the data's path: ``comparisons.py`` hands in the fool rates with the covariance that their
differences are tested with. Pure: the chance comes from a seed, so the same input gives the same
numbers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.condition_sums import difference_root

N_DRAWS = 100_000
# Far below any standard error; parts fool rates that are equal and without spread.
TIE_BREAKING = 1e-12


@dataclass(frozen=True)
class RankProbabilities:
    """Where one condition stands among all.

    Attributes:
        condition: its name.
        p_best: probability of the highest fool rate; None where it cannot be ranked.
        p_rank: probability of each rank from the highest fool rate down; empty where it cannot be
            ranked.
        warning: why it cannot be ranked, or what makes the probabilities unsure; or None.
    """

    condition: str
    p_best: float | None
    p_rank: tuple[float, ...]
    warning: str | None = None


def rank_probabilities(
    rates: NDArray[np.float64],
    covariance: NDArray[np.float64],
    degrees: float,
    *,
    seed: int,
) -> NDArray[np.float64]:
    """Draw the true fool rates around the estimates, and count each condition's ranks.

    The draws are multivariate t around the estimates with the covariance of the differences: the
    distribution of the truth given the data, with a flat prior on the differences. For two
    conditions the probability of being best is 1 minus the one-sided p-value.

    Args:
        rates: (K,), fractions.
        covariance: (K, K), in squared fractions.
        degrees: of freedom of the t, above 0.
        seed: of the draws; the same seed gives the same numbers.

    Returns:
        (K, K), float64; row k, column r: probability that condition k has the (r + 1)-th highest
        fool rate. Rows and columns sum to 1.
    """
    rng = np.random.default_rng(seed)
    n_conditions = len(rates)
    normal = rng.standard_normal((N_DRAWS, n_conditions - 1))
    scale = np.sqrt(rng.chisquare(degrees, (N_DRAWS, 1)) / degrees)
    drawn = rates + normal @ difference_root(covariance).T / scale
    drawn += TIE_BREAKING * rng.standard_normal(drawn.shape)
    order = np.argsort(-drawn, axis=1)
    counts = np.zeros((n_conditions, n_conditions))
    for rank in range(n_conditions):
        counts[:, rank] = np.bincount(order[:, rank], minlength=n_conditions)
    return counts / N_DRAWS
