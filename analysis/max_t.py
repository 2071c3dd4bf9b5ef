"""Adjustment of several differences together by the largest |t| among them.

Place on the data's path: ``comparisons.py`` hands in the pairs that can be tested. Under equal fool
rates the pairs' statistics follow a multivariate t whose correlations come from the covariance of
the rates (Hothorn, Bretz & Westfall 2008), with each pair's own degrees of freedom (Hasler &
Hothorn 2008). Correlated pairs cost less than Holm's bound takes.

The distribution of the largest |t| is averaged over seeded draws of the direction of the normal
vector; along each direction it is F exactly, so two conditions give Student's t without error.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.optimize
import scipy.special
import scipy.stats
from numpy.typing import NDArray

from analysis.condition_sums import difference_root

N_DIRECTIONS = 20_000
# Directions are averaged in bins of near-equal largest components, which F hardly tells apart.
N_BINS = 200


@dataclass(frozen=True)
class PairStatistic:
    """A difference of two conditions that has a test.

    Attributes:
        a: place of the first condition in the covariance.
        b: place of the second condition in the covariance.
        t: the difference divided by its standard error.
        degrees: degrees of freedom of the variance.
    """

    a: int
    b: int
    t: float
    degrees: float


@dataclass(frozen=True)
class MaxT:
    """What max-t gives each pair, in the order of the pairs.

    Attributes:
        p_values: adjusted over all pairs, two-sided.
        critical_values: the difference plus and minus so many standard errors are intervals that
            all cover together at the level.
    """

    p_values: tuple[float, ...]
    critical_values: tuple[float, ...]


def adjust_by_max_t(
    pairs: Sequence[PairStatistic],
    covariance: NDArray[np.float64],
    *,
    level: float,
    seed: int,
) -> MaxT:
    """Adjust p-values and widen intervals for all pairs together.

    With T = Z/s, Z normal with the pairs' correlations, Z = r m(u), u a direction in q dimensions
    and m(u) the largest |component|: P(max |T| > t) = E_u P(F(q, df) > (t/m(u))^2 / q).

    Args:
        pairs: at least one; between the same conditions at most once.
        covariance: (K, K), of the fool rates, in squared fractions.
        level: joint coverage of the intervals, a fraction in (0, 1).
        seed: of the directions; the same seed gives the same numbers.
    """
    largest = _largest_components(pairs, covariance, seed)
    p_values = (_exceedance(abs(pair.t), pair.degrees, largest) for pair in pairs)
    critical_values = (
        _critical_value(1 - level, pair.degrees, len(pairs), largest) for pair in pairs
    )
    return MaxT(tuple(p_values), tuple(critical_values))


@dataclass(frozen=True)
class _LargestComponents:
    """Largest |standardised difference| by bin of directions, (n,), and their dimensions."""

    values: NDArray[np.float64]
    n_dimensions: int


def _largest_components(
    pairs: Sequence[PairStatistic], covariance: NDArray[np.float64], seed: int
) -> _LargestComponents:
    involved = sorted({place for pair in pairs for place in (pair.a, pair.b)})
    root = difference_root(covariance[np.ix_(involved, involved)])
    place_of = {place: row for row, place in enumerate(involved)}
    firsts, seconds = (
        root[[place_of[place] for place in places]]
        for places in ([pair.a for pair in pairs], [pair.b for pair in pairs])
    )
    standardised = firsts - seconds
    standardised /= np.linalg.norm(standardised, axis=1, keepdims=True)
    n_dimensions = root.shape[1]
    directions = _directions(n_dimensions, seed)
    largest = np.sort(np.abs(directions @ standardised.T).max(axis=1))
    return _LargestComponents(largest.reshape(N_BINS, -1).mean(axis=1), n_dimensions)


@lru_cache(maxsize=1)
def _directions(n_dimensions: int, seed: int) -> NDArray[np.float64]:
    """Draw unit vectors, (N_DIRECTIONS, n_dimensions)."""
    directions = np.random.default_rng(seed).standard_normal((N_DIRECTIONS, n_dimensions))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return directions


def _critical_value(
    share: float, degrees: float, n_pairs: int, largest: _LargestComponents
) -> float:
    """Solve P(max |T| > t) = share for t; Bonferroni's value is never below it."""
    above_bonferroni = 2 * float(scipy.stats.t.isf(share / (2 * n_pairs), degrees))

    def excess(t: float) -> float:
        return _exceedance(t, degrees, largest) - share

    return float(scipy.optimize.brentq(excess, 0.0, above_bonferroni, xtol=1e-10))


def _exceedance(t: float, degrees: float, largest: _LargestComponents) -> float:
    """Give P(max |T| > t) with a pair's own degrees of freedom."""
    q = largest.n_dimensions
    quantiles = (t / largest.values) ** 2 / q
    return float(scipy.special.fdtrc(q, degrees, quantiles).mean())
