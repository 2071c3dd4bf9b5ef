"""Differences between conditions, with interval, p-value and Holm's adjustment.

Place on the data's path: ``estimates.py`` calls it with the analysed trials. Two conditions often
share photos, and in a within-participants study people: the cluster sums over both conditions let
shared effects cancel by themselves (Cameron, Gelbach & Miller 2011).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
import scipy.stats
from numpy.typing import ArrayLike, NDArray

from analysis.intervals import (
    FEW_CLUSTERS,
    FEWEST_CLUSTERS,
    CrossedResponses,
    VarianceTerms,
    check_level,
    code_responses,
    few_clusters_warning,
    variance_terms,
)


@dataclass(frozen=True)
class Difference:
    """Fool rate of one condition minus that of another.

    Attributes:
        difference: a fraction in [-1, 1]; None where one of them has no trials.
        low: lower limit, a fraction; None where no interval can be given.
        high: upper limit, a fraction; None where no interval can be given.
        p_value: two-sided, of no difference; None where no interval can be given.
        warning: what a reader must know about the limits, or None.
    """

    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    warning: str | None = None


@dataclass(frozen=True)
class ConditionDifference:
    """The difference of two named conditions, a minus b, as one of several.

    Attributes:
        a: name of the first condition.
        b: name of the second condition.
        estimate: fool rate of a minus fool rate of b.
        p_adjusted: p-value after Holm's adjustment over all pairs; None without a p-value.
    """

    a: str
    b: str
    estimate: Difference
    p_adjusted: float | None


def difference_of_fool_rates(
    participant: ArrayLike,
    photo: ArrayLike,
    condition: ArrayLike,
    fooled: ArrayLike,
    *,
    a: str | int,
    b: str | int,
    level: float = 0.95,
) -> Difference:
    """Give the difference of two conditions' fool rates, a minus b; other conditions are ignored.

    With e = (y - mean_a)/N_a in condition a and -(y - mean_b)/N_b in b, and the three cluster sums
    over both: V = Vc + max(0, Vp - Vc) + max(0, Vi - Vc), Satterthwaite's degrees of freedom
    V^2 / (Vp^2/(P-2) + Vi^2/(I-1) + Vc^2/(N-1)), interval d +- t sqrt(V) (Satterthwaite 1946;
    Cameron, Gelbach & Miller 2011).

    Args:
        participant: (N,), codes, int or str.
        photo: (N,), codes, int or str.
        condition: (N,), names, int or str.
        fooled: (N,), bool or 0/1.
        a: the condition to subtract from.
        b: the condition to subtract.
        level: nominal coverage, a fraction in (0, 1).

    Raises:
        ValueError: a and b are equal or one does not occur; arrays are empty, of unequal length or
            hold other values; the level is not in (0, 1).
    """
    check_level(level)
    all_responses = code_responses(participant, photo, fooled)
    in_a, in_b = _members(condition, a, b, all_responses.fooled.size)
    either = in_a | in_b
    responses = code_responses(
        all_responses.participant[either],
        all_responses.photo[either],
        all_responses.fooled[either],
    )
    in_a = in_a[either]
    rate_a, rate_b = (float(responses.fooled[rows].mean()) for rows in (in_a, ~in_a))
    difference = rate_a - rate_b
    warning = _why_no_interval(responses, in_a)
    if warning:
        return Difference(difference, None, None, None, warning)
    terms = variance_terms(responses, _residuals(responses, in_a, rate_a, rate_b))
    if terms.two_way == 0:
        warning = "no interval: within each condition all responses are equal"
        return Difference(difference, None, None, None, warning)
    low, high, p_value = _test(difference, terms, responses, level)
    return Difference(difference, low, high, p_value, _few_warning(responses))


def compare_conditions(
    trials: pd.DataFrame, conditions: Sequence[str], *, level: float = 0.95
) -> list[ConditionDifference]:
    """Compare every pair of conditions, in the order named, with Holm's adjustment over all pairs.

    Args:
        trials: analysed trials with columns participant_id, photo_id, condition, fooled.
        conditions: names; those without trials give differences without a value.
        level: nominal coverage of each interval, a fraction in (0, 1).
    """
    pairs = list(combinations(conditions, 2))
    differences = [_compare(trials, a, b, level) for a, b in pairs]
    adjusted = iter(holm([d.p_value for d in differences if d.p_value is not None]))
    return [
        ConditionDifference(a, b, d, None if d.p_value is None else next(adjusted))
        for (a, b), d in zip(pairs, differences, strict=True)
    ]


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values so that the chance of any false rejection keeps its level (Holm 1979).

    The k-th smallest of m is multiplied by m - k + 1, made non-decreasing and cut at 1.
    """
    order = np.argsort(p_values, kind="stable")
    factors = len(p_values) - np.arange(len(p_values))
    raised = np.maximum.accumulate(np.asarray(p_values, dtype=np.float64)[order] * factors)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(raised, 1.0)
    return [float(value) for value in adjusted]


def _compare(trials: pd.DataFrame, a: str, b: str, level: float) -> Difference:
    present = set(trials["condition"].unique())
    missing = [name for name in (a, b) if name not in present]
    if missing:
        warning = f"no difference: no analysed trials under {' and '.join(missing)}"
        return Difference(None, None, None, None, warning)
    columns = ("participant_id", "photo_id", "condition", "fooled")
    arrays = [trials[name].to_numpy() for name in columns]
    return difference_of_fool_rates(*arrays, a=a, b=b, level=level)


def _members(
    condition: ArrayLike, a: str | int, b: str | int, n: int
) -> tuple[NDArray[np.bool], NDArray[np.bool]]:
    """Mark the responses of the two conditions, (N,) bool each."""
    names = np.asarray(condition)
    if names.shape != (n,):
        raise ValueError(f"condition has shape {names.shape}; allowed: ({n},), as long as fooled")
    if a == b:
        raise ValueError(f"a and b are both {a!r}; allowed: two different conditions")
    marks = []
    for name in (a, b):
        mark = np.asarray(names == name, dtype=np.bool)
        if mark.shape != (n,) or not mark.any():
            known = ", ".join(sorted({str(value) for value in names}))
            raise ValueError(f"condition {name!r} does not occur; allowed: {known}")
        marks.append(mark)
    return marks[0], marks[1]


def _residuals(
    responses: CrossedResponses, in_a: NDArray[np.bool], rate_a: float, rate_b: float
) -> NDArray[np.float64]:
    """Contributions of each response to the difference, (N,), summing to 0 within a condition."""
    n_a = int(in_a.sum())
    n_b = in_a.size - n_a
    return np.where(in_a, (responses.fooled - rate_a) / n_a, -(responses.fooled - rate_b) / n_b)


def _test(
    difference: float, terms: VarianceTerms, responses: CrossedResponses, level: float
) -> tuple[float, float, float]:
    variance = terms.two_way
    degrees = variance**2 / (
        terms.people**2 / (responses.n_participants - 2)
        + terms.photos**2 / (responses.n_photos - 1)
        + terms.cells**2 / (responses.fooled.size - 1)
    )
    standard_error = float(np.sqrt(variance))
    half_width = float(scipy.stats.t.ppf((1 + level) / 2, degrees)) * standard_error
    p_value = 2 * float(scipy.stats.t.sf(abs(difference) / standard_error, degrees))
    return difference - half_width, difference + half_width, p_value


def _why_no_interval(responses: CrossedResponses, in_a: NDArray[np.bool]) -> str | None:
    """Say what is too few: each condition needs two of each, both together three people."""
    for rows in (in_a, ~in_a):
        fewest = min(
            len(np.unique(codes[rows])) for codes in (responses.participant, responses.photo)
        )
        if fewest < FEWEST_CLUSTERS:
            return "no interval: each condition needs at least 2 participants and 2 photos"
    if responses.n_participants <= FEWEST_CLUSTERS:
        return "no interval: the two conditions together need at least 3 participants"
    return None


def _few_warning(responses: CrossedResponses) -> str | None:
    few = min(responses.n_participants, responses.n_photos) < FEW_CLUSTERS
    return few_clusters_warning(responses) if few else None
