"""A planned look at a study that runs: intervals and tests with the look's own bound.

Place on the data's path: ``sequential_commands.py`` hands in the trials so far; the bounds are
those of ``group_sequential.py``. An interval is the usual one at the level 1 - nominal alpha of the
look (repeated confidence intervals, Jennison & Turnbull 1989), so that small numbers of people and
photos are heard through t as ever.

People come one after the other, photos are there from the start. What photos add to the variance
does not shrink, so the information grows more slowly than the number of people, and successive
looks resemble each other more than the bounds suppose: they then spend less than alpha, not more.
Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from numpy.typing import ArrayLike

from analysis.comparisons import difference_of_fool_rates
from analysis.differences import Difference
from analysis.group_sequential import Look, Spending, equal_fractions, plan_looks
from analysis.intervals import Interval, Target, fool_rate_interval
from analysis.study_assumptions import PlanningError

HALF = 0.5


@dataclass(frozen=True)
class LookAtRate:
    """One condition's fool rate at a look.

    Attributes:
        condition: its name.
        fool_rate: so far, a fraction.
        people_and_photos: interval at the look's level, against other people and photos.
        these_photos: interval at the look's level, for these photos.
        crossed: the interval for people and photos leaves 50 % out; the study may stop.
    """

    condition: str
    fool_rate: float
    people_and_photos: Interval
    these_photos: Interval
    crossed: bool


@dataclass(frozen=True)
class LookAtDifference:
    """The difference of two conditions at a look.

    Attributes:
        a: name of the first condition.
        b: name of the second condition.
        estimate: fool rate of a minus fool rate of b, interval at the look's level.
        crossed: p is below the look's nominal alpha; the study may stop.
    """

    a: str
    b: str
    estimate: Difference
    crossed: bool


def planned_look(
    look: int,
    n_looks: int,
    *,
    fractions: Sequence[float] | None = None,
    alpha: float = 0.05,
    spending: Spending = "obrien-fleming",
    n_comparisons: int = 1,
) -> Look:
    """Give the bound of one look among those planned.

    Args:
        look: which one, from 1.
        n_looks: how many were planned.
        fractions: (n_looks,), share of the planned people at each look; equal steps if None.
        alpha: two-sided, for all looks and all comparisons together.
        spending: see ``group_sequential.plan_looks``.
        n_comparisons: among which alpha is divided (Bonferroni), before the looks divide it.

    Raises:
        PlanningError: there is no such look, or the looks cannot be planned.
    """
    fractions = equal_fractions(n_looks) if fractions is None else fractions
    if len(fractions) != n_looks:
        found = len(fractions)
        raise PlanningError(f"fractions: found {found}; allowed: one for each of {n_looks} looks")
    if not 1 <= look <= n_looks:
        raise PlanningError(f"look: found {look}; allowed: from 1 to {n_looks}")
    return plan_looks(fractions, alpha=alpha / n_comparisons, spending=spending)[look - 1]


def look_interval(
    participant: ArrayLike,
    photo: ArrayLike,
    fooled: ArrayLike,
    *,
    look: Look,
    target: Target = "people_and_photos",
) -> Interval:
    """Give a fool rate's interval at a look: all looks' intervals together cover 1 - alpha.

    Args:
        participant: (N,), codes, int or str, of everybody so far.
        photo: (N,), codes, int or str.
        fooled: (N,), bool or 0/1.
        look: from ``planned_look``.
        target: what the interval generalises to.
    """
    level = 1 - look.nominal_alpha
    return fool_rate_interval(participant, photo, fooled, level=level, target=target)


def look_difference(
    participant: ArrayLike,
    photo: ArrayLike,
    condition: ArrayLike,
    fooled: ArrayLike,
    *,
    look: Look,
    a: str | int,
    b: str | int,
) -> Difference:
    """Give a difference at a look, a minus b, with the interval at the look's level.

    Args:
        participant: (N,), codes, int or str, of everybody so far.
        photo: (N,), codes, int or str.
        condition: (N,), names, int or str.
        fooled: (N,), bool or 0/1.
        look: from ``planned_look``.
        a: the condition to subtract from.
        b: the condition to subtract.
    """
    level = 1 - look.nominal_alpha
    return difference_of_fool_rates(participant, photo, condition, fooled, a=a, b=b, level=level)


def look_at_rates(trials: pd.DataFrame, conditions: Sequence[str], look: Look) -> list[LookAtRate]:
    """Look at each condition's fool rate against 50 %.

    Args:
        trials: analysed trials with columns participant_id, photo_id, condition, fooled.
        conditions: names, each with trials.
        look: bound for each condition; alpha divided among them beforehand.
    """
    return [_look_at_rate(trials[trials["condition"] == name], name, look) for name in conditions]


def look_at_differences(
    trials: pd.DataFrame, pairs: Sequence[tuple[str, str]], look: Look
) -> list[LookAtDifference]:
    """Look at differences between conditions.

    Args:
        trials: analysed trials with columns participant_id, photo_id, condition, fooled.
        pairs: names of conditions with trials, a minus b.
        look: bound for each pair; alpha divided among them beforehand.
    """
    columns = ("participant_id", "photo_id", "condition", "fooled")
    arrays = [trials[name].to_numpy() for name in columns]
    found = []
    for a, b in pairs:
        estimate = look_difference(*arrays, look=look, a=a, b=b)
        p_value = estimate.p_value
        crossed = p_value is not None and p_value <= look.nominal_alpha
        found.append(LookAtDifference(a, b, estimate, crossed))
    return found


def _look_at_rate(trials: pd.DataFrame, condition: str, look: Look) -> LookAtRate:
    arrays = [trials[name].to_numpy() for name in ("participant_id", "photo_id", "fooled")]
    both = look_interval(*arrays, look=look)
    low, high = both.low, both.high
    return LookAtRate(
        condition,
        float(trials["fooled"].mean()),
        both,
        look_interval(*arrays, look=look, target="these_photos"),
        crossed=low is not None and high is not None and not low <= HALF <= high,
    )
