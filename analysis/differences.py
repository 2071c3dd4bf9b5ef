"""The difference of two conditions' fool rates with its interval and p-value.

Place on the data's path: between the sums of ``condition_sums.py`` and ``comparisons.py``, which
adjusts several differences together. Pure: no file, clock or chance.
"""

from dataclasses import dataclass

import numpy as np
import scipy.special

from analysis.condition_sums import ConditionSums, VarianceTerms
from analysis.intervals import FEW_CLUSTERS, FEWEST_CLUSTERS, few_clusters_warning


@dataclass(frozen=True)
class Difference:
    """Fool rate of one condition minus that of another.

    Attributes:
        difference: a fraction in [-1, 1]; None where one of them has no trials.
        low: lower limit, a fraction; None where no interval can be given.
        high: upper limit, a fraction; None where no interval can be given.
        p_value: two-sided, of no difference; None where no interval can be given.
        warning: what a reader must know about the limits, or None.
        standard_error: root of the two-way variance, a fraction; None without an interval.
        degrees: Satterthwaite's degrees of freedom; None without an interval.
    """

    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    warning: str | None = None
    standard_error: float | None = None
    degrees: float | None = None


def difference_of(sums: ConditionSums, a: int, b: int, *, level: float) -> Difference:
    """Give fool rate a minus fool rate b of conditions that are summed up already.

    Two-way variance V = Vc + max(0, Vp - Vc) + max(0, Vi - Vc) of the stacked residuals,
    Satterthwaite's degrees of freedom V^2 / (Vp^2/(P-2) + Vi^2/(I-1) + Vc^2/(N-1)), interval
    d +- t sqrt(V) (Satterthwaite 1946; Cameron, Gelbach & Miller 2011).

    Args:
        sums: of the conditions; a and b have trials.
        a: place of the condition to subtract from.
        b: place of the condition to subtract.
        level: nominal coverage, a fraction in (0, 1).
    """
    difference = sums.difference(a, b)
    terms = sums.difference_terms(a, b)
    warning = _why_no_interval(sums, a, b, terms)
    if warning:
        return Difference(difference, None, None, None, warning)
    degrees = _degrees(sums, a, b, terms)
    standard_error = float(np.sqrt(terms.two_way))
    half_width = float(scipy.special.stdtrit(degrees, (1 + level) / 2)) * standard_error
    return Difference(
        difference,
        low=difference - half_width,
        high=difference + half_width,
        p_value=2 * float(scipy.special.stdtr(degrees, -abs(difference) / standard_error)),
        warning=_warning(sums, a, b),
        standard_error=standard_error,
        degrees=degrees,
    )


def _degrees(sums: ConditionSums, a: int, b: int, terms: VarianceTerms) -> float:
    n_responses = sums.n_trials[a] + sums.n_trials[b]
    return terms.two_way**2 / (
        terms.people**2 / (sums.people.n_either[a][b] - 2)
        + terms.photos**2 / (sums.photos.n_either[a][b] - 1)
        + terms.cells**2 / (n_responses - 1)
    )


def _why_no_interval(sums: ConditionSums, a: int, b: int, terms: VarianceTerms) -> str | None:
    """Say what is too few: each condition needs two of each, both together three people."""
    fewest = min(sums_.n_either[k][k] for sums_ in (sums.people, sums.photos) for k in (a, b))
    if fewest < FEWEST_CLUSTERS:
        return "no interval: each condition needs at least 2 participants and 2 photos"
    if sums.people.n_either[a][b] <= FEWEST_CLUSTERS:
        return "no interval: the two conditions together need at least 3 participants"
    if sums.is_constant(a) and sums.is_constant(b):
        return "no interval: within each condition all responses are equal"
    if terms.two_way == 0:
        return "no interval: under both conditions everyone answered alike, photo by photo"
    return None


def _warning(sums: ConditionSums, a: int, b: int) -> str | None:
    warnings = []
    if sums.is_constant(a) or sums.is_constant(b):
        warnings.append(
            "all responses under one of the conditions are equal, so the spread between its people"
            " and photos is unknown"
        )
    n_people, n_photos = (clusters.n_either[a][b] for clusters in (sums.people, sums.photos))
    if min(n_people, n_photos) < FEW_CLUSTERS:
        warnings.append(few_clusters_warning(n_people, n_photos))
    return "; ".join(warnings) or None
