"""Differences between conditions, with interval, p-value and adjustment for several pairs.

Place on the data's path: ``estimates.py`` calls it with the analysed trials. Two conditions often
share photos, and in a within-participants study people: the cluster sums over both conditions let
shared effects cancel by themselves (Cameron, Gelbach & Miller 2011). The sums are those of
``condition_sums.py``, the multivariate t that of ``max_t.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.condition_sums import ConditionSums, fool_rate_covariance, sum_conditions, sum_trials
from analysis.crossed_responses import CrossedResponses, code_responses
from analysis.differences import Difference, difference_of
from analysis.intervals import FEWEST_CLUSTERS, check_level
from analysis.max_t import PairStatistic, adjust_by_max_t
from analysis.ranking import RankProbabilities, rank_probabilities

FEWEST_CONDITIONS = 2
DEFAULT_SEED = 20160328
NOT_RANKED = "not ranked: no interval can be given for its differences"
CONSTANT = "all responses are equal, so its spread is unknown and its rank looks surer than it is"


@dataclass(frozen=True)
class ConditionDifference:
    """The difference of two named conditions, a minus b, as one of several.

    Attributes:
        a: name of the first condition.
        b: name of the second condition.
        estimate: fool rate of a minus fool rate of b.
        p_adjusted: p-value after Holm's adjustment over all pairs; None without a p-value.
        p_max_t: p-value adjusted by the largest |t| of all pairs; None without a p-value.
        low_simultaneous: lower limit of intervals that cover together; None without a p-value.
        high_simultaneous: upper limit of intervals that cover together; None without a p-value.
    """

    a: str
    b: str
    estimate: Difference
    p_adjusted: float | None
    p_max_t: float | None = None
    low_simultaneous: float | None = None
    high_simultaneous: float | None = None


@dataclass(frozen=True)
class Comparisons:
    """All pairs of conditions, and what is known of their order.

    Attributes:
        differences: one per pair, in the order named.
        ranking: one per condition, in the order named; empty where there is nothing to rank.
    """

    differences: tuple[ConditionDifference, ...]
    ranking: tuple[RankProbabilities, ...]


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
    responses = code_responses(participant, photo, fooled)
    codes = _condition_codes(condition, (a, b), responses.fooled.size)
    return difference_of(_sum_chosen(responses, codes, 2), 0, 1, level=level)


def compare_conditions(
    trials: pd.DataFrame,
    conditions: Sequence[str],
    *,
    level: float = 0.95,
    seed: int = DEFAULT_SEED,
) -> Comparisons:
    """Compare every pair of conditions, in the order named, and rank the conditions.

    p-values are adjusted over all pairs after Holm and by max-t.

    Args:
        trials: analysed trials with columns participant_id, photo_id, condition, fooled.
        conditions: names; those without trials give differences without a value.
        level: nominal coverage of each interval, and of the simultaneous ones together.
        seed: of the draws behind max-t and ranks.
    """
    check_level(level)
    return compare_and_rank(sum_trials(trials, conditions), conditions, level=level, seed=seed)


def compare_and_rank(
    sums: ConditionSums, conditions: Sequence[str], *, level: float, seed: int
) -> Comparisons:
    """Compare and rank conditions that are summed up already; see ``compare_conditions``."""
    differences = compare_sums(sums, conditions, level=level, seed=seed)
    return Comparisons(differences, rank_sums(sums, conditions, differences, seed=seed))


def compare_sums(
    sums: ConditionSums, conditions: Sequence[str], *, level: float, seed: int
) -> tuple[ConditionDifference, ...]:
    """Compare every pair of conditions that are summed up already; see ``compare_conditions``."""
    differences = [
        ConditionDifference(
            conditions[a], conditions[b], _compare(sums, conditions, a, b, level), None
        )
        for a, b in combinations(range(len(conditions)), 2)
    ]
    tested = [place for place, d in enumerate(differences) if d.estimate.p_value is not None]
    if tested:
        chosen = [differences[place] for place in tested]
        adjusted = _adjust(chosen, conditions, fool_rate_covariance(sums), level, seed)
        for place, difference in zip(tested, adjusted, strict=True):
            differences[place] = difference
    return tuple(differences)


def rank_sums(
    sums: ConditionSums,
    conditions: Sequence[str],
    differences: Sequence[ConditionDifference],
    *,
    seed: int,
) -> tuple[RankProbabilities, ...]:
    """Rank the conditions with enough people and photos, by the fewest degrees of freedom."""
    degrees = [d.estimate.degrees for d in differences if d.estimate.degrees is not None]
    if not degrees:
        return _unranked(conditions)
    ranked = [k for k in range(len(conditions)) if _can_be_ranked(sums, k)]
    probabilities = rank_probabilities(
        np.array([sums.rate(k) for k in ranked]),
        fool_rate_covariance(sums)[np.ix_(ranked, ranked)],
        min(degrees),
        seed=seed,
    )
    rows = {k: tuple(float(p) for p in row) for k, row in zip(ranked, probabilities, strict=True)}
    return tuple(
        RankProbabilities(name, rows[k][0], rows[k], CONSTANT if sums.is_constant(k) else None)
        if k in rows
        else RankProbabilities(name, None, (), NOT_RANKED)
        for k, name in enumerate(conditions)
    )


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


def _condition_codes(
    condition: ArrayLike, chosen: tuple[str | int, str | int], n: int
) -> NDArray[np.intp]:
    """Number the responses of the two conditions 0 and 1 and all others -1, (N,)."""
    names = np.asarray(condition)
    if names.shape != (n,):
        raise ValueError(f"condition has shape {names.shape}; allowed: ({n},), as long as fooled")
    if chosen[0] == chosen[1]:
        raise ValueError(f"a and b are both {chosen[0]!r}; allowed: two different conditions")
    codes = np.full(n, -1, dtype=np.intp)
    for code, name in enumerate(chosen):
        mark = np.asarray(names == name, dtype=np.bool)
        if mark.shape != (n,) or not mark.any():
            known = ", ".join(sorted({str(value) for value in names}))
            raise ValueError(f"condition {name!r} does not occur; allowed: {known}")
        codes[mark] = code
    return codes


def _sum_chosen(
    responses: CrossedResponses, codes: NDArray[np.intp], n_conditions: int
) -> ConditionSums:
    """Sum the responses whose condition has a code; all of them where none is -1."""
    chosen = codes >= 0
    if chosen.all():
        return sum_conditions(responses, codes, n_conditions)
    some = code_responses(
        responses.participant[chosen], responses.photo[chosen], responses.fooled[chosen]
    )
    return sum_conditions(some, codes[chosen], n_conditions)


def _compare(
    sums: ConditionSums, conditions: Sequence[str], a: int, b: int, level: float
) -> Difference:
    missing = [conditions[k] for k in (a, b) if sums.n_trials[k] == 0]
    return _missing(*missing) if missing else difference_of(sums, a, b, level=level)


def _missing(*conditions: str) -> Difference:
    warning = f"no difference: no analysed trials under {' and '.join(conditions)}"
    return Difference(None, None, None, None, warning)


def _adjust(
    tested: Sequence[ConditionDifference],
    conditions: Sequence[str],
    covariance: NDArray[np.float64],
    level: float,
    seed: int,
) -> list[ConditionDifference]:
    """Adjust the differences that have a p-value, over all of those."""
    by_holm = holm([d.estimate.p_value for d in tested if d.estimate.p_value is not None])
    pairs = [_pair_statistic(difference, conditions) for difference in tested]
    by_max_t = adjust_by_max_t(pairs, covariance, level=level, seed=seed)
    adjusted = []
    for place, difference in enumerate(tested):
        centre, standard_error = difference.estimate.difference, difference.estimate.standard_error
        assert centre is not None
        assert standard_error is not None
        half_width = by_max_t.critical_values[place] * standard_error
        adjusted.append(
            replace(
                difference,
                p_adjusted=by_holm[place],
                p_max_t=by_max_t.p_values[place],
                low_simultaneous=centre - half_width,
                high_simultaneous=centre + half_width,
            )
        )
    return adjusted


def _pair_statistic(difference: ConditionDifference, conditions: Sequence[str]) -> PairStatistic:
    estimate = difference.estimate
    assert estimate.difference is not None
    assert estimate.standard_error is not None
    assert estimate.degrees is not None
    return PairStatistic(
        a=conditions.index(difference.a),
        b=conditions.index(difference.b),
        t=estimate.difference / estimate.standard_error,
        degrees=estimate.degrees,
    )


def _can_be_ranked(sums: ConditionSums, k: int) -> bool:
    return min(sums.people.n_either[k][k], sums.photos.n_either[k][k]) >= FEWEST_CLUSTERS


def _unranked(conditions: Sequence[str]) -> tuple[RankProbabilities, ...]:
    """Nothing to rank: one condition alone, or no difference that has an interval."""
    if len(conditions) < FEWEST_CONDITIONS:
        return ()
    return tuple(RankProbabilities(name, None, (), NOT_RANKED) for name in conditions)
