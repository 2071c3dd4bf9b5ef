"""The fool rate of each condition with both of its intervals.

Place on the data's path: ``estimates.py`` hands in the trials that count; the intervals come from
``intervals.py``, differences between conditions are left to ``comparisons.py``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.condition_sums import ConditionSums, sum_trials
from analysis.intervals import (
    CrossedShare,
    Interval,
    check_level,
    interval_of,
    share_of,
)

NO_TRIALS = Interval(None, None, "no interval: no answered trials are left to analyse")


@dataclass(frozen=True)
class FoolRate:
    """Estimate of one condition.

    Attributes:
        condition: how the fakes were made.
        fool_rate: share of trials in which the real photo was called fake, a fraction; None where
            no trial is left.
        n_trials: answered main trials.
        n_participants: people who gave them.
        n_photos: photos they were given on.
        people_and_photos: interval that generalises to other people and photos.
        these_photos: interval that generalises to other people, for the same photos.
    """

    condition: str
    fool_rate: float | None
    n_trials: int
    n_participants: int
    n_photos: int
    people_and_photos: Interval
    these_photos: Interval


def estimate_fool_rates(
    trials: pd.DataFrame, conditions: Sequence[str], *, level: float = 0.95
) -> list[FoolRate]:
    """Estimate each condition by itself.

    Args:
        trials: trials that count, with columns participant_id, photo_id, condition, fooled (bool).
        conditions: the names, in the order wanted.
        level: nominal coverage, a fraction in (0, 1).
    """
    return fool_rates_of(condition_shares(sum_trials(trials, conditions), conditions), level=level)


def condition_shares(
    sums: ConditionSums, conditions: Sequence[str]
) -> dict[str, CrossedShare | None]:
    """Take each condition out of the sums by its name; None where no trial is left."""
    return {
        name: share_of(sums, place) if sums.n_trials[place] else None
        for place, name in enumerate(conditions)
    }


def fool_rates_of(
    shares: Mapping[str, CrossedShare | None], *, level: float = 0.95
) -> list[FoolRate]:
    """Give the estimate of each condition that is summed up already."""
    check_level(level)
    return [_estimate(name, share, level) for name, share in shares.items()]


def _estimate(condition: str, share: CrossedShare | None, level: float) -> FoolRate:
    if share is None:
        return FoolRate(condition, None, 0, 0, 0, NO_TRIALS, NO_TRIALS)
    return FoolRate(
        condition=condition,
        fool_rate=share.share,
        n_trials=share.n_trials,
        n_participants=share.n_participants,
        n_photos=share.n_photos,
        people_and_photos=interval_of(share, level=level, target="people_and_photos"),
        these_photos=interval_of(share, level=level, target="these_photos"),
    )
