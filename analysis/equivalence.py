"""Each fool rate against 50 %: whether it differs, and whether it is as good as equal.

Place on the data's path: ``estimates.py`` hands in the summed-up conditions. That a difference is
not significant shows nothing; equivalence is shown by two one-sided tests (Schuirmann 1987) with a
margin stated before the data. All tests invert the intervals of ``intervals.py``: a p-value is
below 1 - level exactly where the interval leaves the value out. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.stats

from analysis.intervals import (
    CrossedShare,
    Target,
    check_level,
    no_interval_warning,
    share_warning,
    wilson_interval,
)

HALF = 0.5


@dataclass(frozen=True)
class Equivalence:
    """Two one-sided tests of a fool rate against 50 % plus and minus a margin.

    Attributes:
        margin: stated beforehand, a fraction in (0, 0.5).
        p_value: the larger of the two one-sided p-values.
        low: lower limit of the interval of level 1 - 2 (1 - level), a fraction.
        high: upper limit of that interval, a fraction.
        equivalent: the interval lies inside 50 % plus and minus the margin.
    """

    margin: float
    p_value: float
    low: float
    high: float
    equivalent: bool


@dataclass(frozen=True)
class AgainstHalf:
    """One condition's fool rate against 50 %.

    Attributes:
        condition: its name.
        difference: fool rate minus 0.5; None where no trial is left.
        p_value: two-sided, of a fool rate of 50 % among people and photos like these; None where no
            interval can be given.
        p_value_these_photos: the same for these photos.
        equivalence: for people and photos like these; None where no margin was stated or no
            interval can be given.
        warning: what a reader must know, or None.
    """

    condition: str
    difference: float | None
    p_value: float | None
    p_value_these_photos: float | None
    equivalence: Equivalence | None
    warning: str | None = None


def compare_with_half(
    shares: Mapping[str, CrossedShare | None], *, level: float = 0.95, margin: float | None = None
) -> list[AgainstHalf]:
    """Test each condition's fool rate against 50 %, and for equivalence where a margin is stated.

    Score tests with the effective number of trials n and the degrees of freedom of the interval:
    t = (p - p0) / sqrt(p0 (1 - p0) / n), two-sided at p0 = 0.5, one-sided at 0.5 plus and minus
    the margin.

    Args:
        shares: each condition summed up; None where no trial is left.
        level: of the intervals, a fraction in (0, 1); the tests' level is 1 - level.
        margin: largest difference from 50 % that counts as none, a fraction in (0, 0.5); None where
            equivalence is not tested.

    Raises:
        ValueError: the level or the margin is not allowed.
    """
    check_level(level)
    check_margin(margin)
    return [_against_half(name, share, level, margin) for name, share in shares.items()]


def check_margin(margin: float | None) -> None:
    """Refuse an equivalence margin outside (0, 0.5).

    Raises:
        ValueError: the margin is a number, and not a fraction in (0, 0.5).
    """
    if margin is not None and not 0 < margin < HALF:
        raise ValueError(f"margin is {margin!r}; allowed: a fraction above 0 and below {HALF}")


def score_statistic(share: CrossedShare, rate: float, target: Target) -> float:
    """Give (p - p0) / sqrt(p0 (1 - p0) / n) with the effective number of trials n.

    Args:
        share: summed-up responses of one condition.
        rate: p0, a fraction in (0, 1).
        target: whose variance and degrees of freedom count.
    """
    return float((share.share - rate) / np.sqrt(rate * (1 - rate) / share.n_effective(target)))


def _against_half(
    condition: str, share: CrossedShare | None, level: float, margin: float | None
) -> AgainstHalf:
    if share is None:
        return AgainstHalf(
            condition, None, None, None, None, "no test: no analysed trials are left"
        )
    difference = share.share - HALF
    if not share.has_interval:
        return AgainstHalf(condition, difference, None, None, None, no_interval_warning(share))
    return AgainstHalf(
        condition,
        difference,
        _two_sided(share, "people_and_photos"),
        _two_sided(share, "these_photos"),
        None if margin is None else _equivalence(share, level, margin),
        share_warning(share),
    )


def _two_sided(share: CrossedShare, target: Target) -> float:
    t = abs(score_statistic(share, HALF, target))
    return 2 * float(scipy.stats.t.sf(t, share.degrees(target)))


def _equivalence(share: CrossedShare, level: float, margin: float) -> Equivalence:
    target: Target = "people_and_photos"
    degrees = share.degrees(target)
    above = scipy.stats.t.sf(score_statistic(share, HALF - margin, target), degrees)
    below = scipy.stats.t.cdf(score_statistic(share, HALF + margin, target), degrees)
    t = float(scipy.stats.t.ppf(level, degrees))
    low, high = wilson_interval(share.share, share.n_effective(target), t)
    p_value = float(max(above, below))
    return Equivalence(margin, p_value, low, high, p_value < 1 - level)
