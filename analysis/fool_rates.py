"""The fool rate of each condition with both of its intervals.

Place on the data's path: ``estimates.py`` hands in the trials that count; the intervals come from
``intervals.py``, differences between conditions are left to ``comparisons.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.intervals import Interval, fool_rate_interval

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
    return [_estimate(name, trials[trials["condition"] == name], level) for name in conditions]


def _estimate(condition: str, trials: pd.DataFrame, level: float) -> FoolRate:
    if trials.empty:
        return FoolRate(condition, None, 0, 0, 0, NO_TRIALS, NO_TRIALS)
    columns = ("participant_id", "photo_id", "fooled")
    participant, photo, fooled = (trials[name].to_numpy() for name in columns)
    return FoolRate(
        condition=condition,
        fool_rate=float(fooled.mean()),
        n_trials=len(trials),
        n_participants=trials["participant_id"].nunique(),
        n_photos=trials["photo_id"].nunique(),
        people_and_photos=fool_rate_interval(participant, photo, fooled, level=level),
        these_photos=fool_rate_interval(
            participant, photo, fooled, level=level, target="these_photos"
        ),
    )
