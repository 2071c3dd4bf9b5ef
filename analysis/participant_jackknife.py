"""Intervals for statistics without a formula of their own: leave out one participant at a time.

Place on the data's path: ``signal_detection.py`` calls it with counts per participant. The interval
generalises to other people judging the same photos. Pure: no file, clock or chance.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.stats
from numpy.typing import ArrayLike, NDArray

from analysis.intervals import check_level

FEWEST_PARTICIPANTS = 2
FEW_PARTICIPANTS = 10


@dataclass(frozen=True)
class Estimate:
    """A value with its interval, on whatever scale.

    Attributes:
        value: the estimate; None where it cannot be given.
        low: lower limit; None where no interval can be given.
        high: upper limit; None where no interval can be given.
        warning: what a reader must know about the limits, or None.
    """

    value: float | None
    low: float | None
    high: float | None
    warning: str | None = None


def jackknife_estimate(
    counts: ArrayLike,
    statistic: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    *,
    level: float = 0.95,
) -> Estimate:
    """Give a statistic of summed counts with the interval of the participant jackknife.

    With the statistic s of all P participants and s_i without participant i, the variance is
    (P-1)/P sum (s_i - mean(s_i))^2, and the interval s +- t sqrt(variance) with t on P - 1
    (Tukey 1958; Efron & Tibshirani 1993, chapter 11).

    Args:
        counts: (P, K), what each participant adds to the K sums.
        statistic: from sums (..., K) to values (...).
        level: nominal coverage, a fraction in (0, 1).
    """
    check_level(level)
    own = np.asarray(counts, dtype=np.float64)
    n = len(own)
    totals = own.sum(axis=0)
    value = float(statistic(totals)) if n else float("nan")
    if not np.isfinite(value):
        return Estimate(None, None, None, "too few responses of one kind")
    if n < FEWEST_PARTICIPANTS:
        return Estimate(value, None, None, "no interval: it needs 2 participants, and there is 1")
    without = statistic(totals - own)
    if not np.isfinite(without).all():
        return Estimate(value, None, None, "no interval: one participant holds all of one kind")
    variance = (n - 1) / n * float(((without - without.mean()) ** 2).sum())
    reach = float(scipy.stats.t.ppf((1 + level) / 2, n - 1)) * variance**0.5
    few = f"few participants ({n}, fewer than {FEW_PARTICIPANTS})"
    return Estimate(value, value - reach, value + reach, few if n < FEW_PARTICIPANTS else None)
