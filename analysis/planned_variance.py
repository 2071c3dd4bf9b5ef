"""The variance of a planned estimate, and what the interval's own variance will come out as.

Place on the data's path: before any data; between ``study_assumptions.py`` and ``planning.py``.
Mirrors ``intervals.py`` and ``comparisons.py`` term by term: the same three cluster sums, here as
expectations over people drawn, photos drawn, and each person's photos drawn from the pool.

With P people analysed, m trials each, N = P m, J photos, q = m/J, and the components s_p, s_i, s_e
of ``study_assumptions.Components``, the mean response has the variance

* around the rate on these photos:      s_p/P + (s_i (1-q) + s_e)/N
* around the rate on all such photos:   the same + s_i/J

(crossed random effects; Gao & Owen 2017; s_i (1-q)/N because each person sees only some photos).
"""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import scipy.stats
from numpy.typing import NDArray

from analysis.intervals import Target
from analysis.study_assumptions import (
    Components,
    StudyAssumptions,
    shared_variance,
    variance_components,
)

# Gauss-Legendre nodes over the distribution of an estimated variance.
N_VARIANCE_NODES = 48


class _Arm(NamedTuple):
    """One condition of a planned study: people P, trials each m, and the components."""

    people: float
    trials: float
    parts: Components

    @property
    def n(self) -> float:
        return self.people * self.trials


@dataclass(frozen=True)
class PlannedVariance:
    """What is expected of an estimate and of its interval, in squared fractions.

    Attributes:
        true: variance of the estimate around its target.
        estimated: mean of the variance that the interval will use, after its truncation.
        spread_df: degrees of freedom of a scaled chi-square that varies like that one.
        interval_df: degrees of freedom of the interval's t.
    """

    true: float
    estimated: float
    spread_df: float
    interval_df: float

    def draws(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Nodes and weights that average over the estimated variance, ~ scaled chi-square."""
        nodes, weights = _legendre()
        quantiles = scipy.stats.chi2.ppf((nodes + 1) / 2, self.spread_df)
        return self.estimated * quantiles / self.spread_df, weights / 2

    @property
    def is_estimable(self) -> bool:
        """Whether there are people and photos enough for any interval."""
        return self.interval_df > 0


def variance_of_rate(
    study: StudyAssumptions, n_participants: float, n_photos: int, target: Target
) -> PlannedVariance:
    """Plan one condition's fool rate, as ``intervals.fool_rate_interval`` will estimate it.

    Args:
        study: the assumptions.
        n_participants: people invited (per condition where between), dropouts included.
        n_photos: photos in the pool.
        target: ``people_and_photos`` or ``these_photos``.
    """
    parts = variance_components(study.fool_rate, study.participant_sd, study.photo_sd)
    arm = _Arm(n_participants * (1 - study.dropout), study.trials_per_condition, parts)
    seen = _photos_seen(n_photos, [arm])
    people, photos, cells = _terms(arm, n_photos)
    people_df, photos_df = arm.people - 1, seen - 1
    true = parts.people / arm.people + _own_noise(arm, n_photos)
    if target == "these_photos":
        estimated = cells + _mean_excess(people, people_df, cells)
        return PlannedVariance(true, estimated, people_df, people_df)
    return _two_way(
        true + parts.photos / n_photos,
        (people, photos, cells),
        (people_df, photos_df, arm.n - 1),
        interval_df=min(people_df, photos_df),
    )


def variance_of_difference(
    study: StudyAssumptions,
    difference: float,
    n_participants: float,
    n_photos: int,
    target: Target,
) -> PlannedVariance:
    """Plan a difference, as ``comparisons.difference_of_fool_rates`` will estimate it.

    Photos shared by both conditions, and people in a within design, cancel as far as their effects
    are correlated. For ``these_photos`` the photos' own term is left out, t on P - 2.

    Args:
        study: the assumptions; ``fool_rate`` is that of the second condition.
        difference: fool rate of the first minus that of the second, a fraction.
        n_participants: people invited (per condition where between), dropouts included.
        n_photos: photos in the pool, shared by the conditions.
        target: ``people_and_photos`` or ``these_photos``.
    """
    arms, common = _two_arms(study, difference, n_participants)
    within = study.design == "within"
    n_people = arms[0].people * (1 if within else len(arms))
    # Nobody sees a photo under both conditions, so within a person the photos differ a little more.
    apart = 2 * common.photos / (arms[0].people * n_photos) if within else 0.0
    shared_people = 2 * common.people / arms[0].people - apart
    shared_photos = 2 * common.photos / n_photos
    people, photos, cells = (float(term) for term in np.sum([_terms(a, n_photos) for a in arms], 0))
    terms = people - shared_people, photos - shared_photos, cells
    true = sum(arm.parts.people / arm.people + _own_noise(arm, n_photos) for arm in arms)
    true -= shared_people
    people_df, photos_df = n_people - 2, _photos_seen(n_photos, arms) - 1
    if target == "these_photos":
        estimated = cells + _mean_excess(terms[0], people_df, cells)
        return PlannedVariance(true, estimated, people_df, people_df)
    true += sum(arm.parts.photos for arm in arms) / n_photos - shared_photos
    return _two_way(true, terms, (people_df, photos_df, sum(arm.n for arm in arms) - 1))


def _two_arms(
    study: StudyAssumptions, difference: float, n_participants: float
) -> tuple[list[_Arm], Components]:
    """Give both conditions, and what their rates share: covariances over people and over photos."""
    rates = (study.fool_rate + difference, study.fool_rate)
    sds = (study.participant_sd, study.photo_sd)
    people = 0.0
    if study.design == "within":
        people = shared_variance(*rates, *sds, correlation=study.participant_correlation)
    photos = shared_variance(*rates, *reversed(sds), correlation=study.photo_correlation)
    analysed = n_participants * (1 - study.dropout)
    arms = [
        _Arm(analysed, study.trials_per_condition, variance_components(rate, *sds))
        for rate in rates
    ]
    return arms, Components(people, photos, rest=0.0)


def _terms(arm: _Arm, n_photos: int) -> tuple[float, float, float]:
    """Expected cluster sums over people, photos and cells of one condition's residuals."""
    others = 1 - arm.trials / n_photos
    parts = arm.parts
    people = parts.people / arm.people + (parts.photos * others + parts.rest) / arm.n
    photos = parts.photos * (1 / n_photos + others / arm.n)
    photos += (parts.people * others + parts.rest) / arm.n
    return people, photos, parts.total / arm.n


def _own_noise(arm: _Arm, n_photos: int) -> float:
    """Variance of one condition's mean that comes from single responses and photos drawn."""
    return (arm.parts.photos * (1 - arm.trials / n_photos) + arm.parts.rest) / arm.n


def _photos_seen(n_photos: int, arms: list[_Arm]) -> float:
    """Expected number of distinct photos that anybody sees."""
    unseen = 1.0
    for arm in arms:
        unseen *= (1 - arm.trials / n_photos) ** arm.people
    return n_photos * (1 - unseen)


def _two_way(
    true: float,
    terms: tuple[float, float, float],
    degrees: tuple[float, float, float],
    interval_df: float | None = None,
) -> PlannedVariance:
    """Put together cells + max(0, people - cells) + max(0, photos - cells), in expectation."""
    people, photos, cells = terms
    if min(degrees) <= 0:
        return PlannedVariance(true, true, 1.0, 0.0)
    estimated = cells
    estimated += _mean_excess(people, degrees[0], cells) + _mean_excess(photos, degrees[1], cells)
    untruncated = cells + max(0.0, people - cells) + max(0.0, photos - cells)
    satterthwaite = untruncated**2 / sum(
        term**2 / df for term, df in zip(terms, degrees, strict=True)
    )
    return PlannedVariance(
        true, estimated, satterthwaite, satterthwaite if interval_df is None else interval_df
    )


def _mean_excess(mean: float, df: float, floor: float) -> float:
    """E max(0, X - floor) of X ~ mean chi2_df / df, by the chi-square's partial expectation."""
    if df <= 0:
        return max(0.0, mean - floor)
    cut = floor * df / mean
    return float(mean * scipy.stats.chi2.sf(cut, df + 2) - floor * scipy.stats.chi2.sf(cut, df))


@cache
def _legendre() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.polynomial.legendre.leggauss(N_VARIANCE_NODES)
