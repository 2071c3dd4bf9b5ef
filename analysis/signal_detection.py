"""Sensitivity and bias: d' and criterion of two-alternative forced choice, by side and by order.

Place on the data's path: ``report.py`` hands in the trials that count. A participant who prefers
one side is fooled more often than their eyes deserve; d' takes the preference out, the criterion
tells of it. The fool rate stays the headline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import scipy.special
from numpy.typing import NDArray

from analysis.participant_jackknife import Estimate, jackknife_estimate

Position = Literal["side", "order"]
POSITIONS: tuple[Position, ...] = ("side", "order")

SUMS = ["fake_there", "hits", "fake_elsewhere", "false_alarms"]


@dataclass(frozen=True)
class Detection:
    """One condition's sensitivity and bias.

    Attributes:
        condition: how the fakes were made.
        position: ``side``: "right" against "left"; ``order``: "first" against "second".
        n_trials: answered main trials; for ``order`` those shown one after the other.
        n_participants: who gave them.
        hit_rate: share of "right" (or "first") where the fake was there; None without any.
        false_alarm_rate: share of the same answer where the fake was not; None without any.
        d_prime: sensitivity; 0 at a fool rate of 50 %, below 0 beyond.
        criterion: bias; above 0 against "right" (or "first"), below 0 towards it.
    """

    condition: str
    position: Position
    n_trials: int
    n_participants: int
    hit_rate: float | None
    false_alarm_rate: float | None
    d_prime: Estimate
    criterion: Estimate


@dataclass(frozen=True)
class PersonDetection:
    """One participant's sensitivity and side bias under one condition.

    Attributes:
        participant_id: random code.
        condition: how the fakes were made.
        n_trials: answered main trials.
        d_prime: sensitivity; None unless the fake was on either side at least once.
        criterion: side bias, above 0 towards "left"; None alike.
    """

    participant_id: str
    condition: str
    n_trials: int
    d_prime: float | None
    criterion: float | None


def estimate_detection(
    trials: pd.DataFrame, conditions: Sequence[str], *, level: float = 0.95
) -> list[Detection]:
    """Estimate each condition by side, then by order.

    d' and criterion are those of the summed responses; their intervals are from the participant
    jackknife, so they generalise to other people judging the same photos.

    Args:
        trials: trials that count, with columns participant_id, condition, real_side, first_side,
            chosen_side.
        conditions: the names, in the order wanted.
        level: nominal coverage, a fraction in (0, 1).
    """
    return [
        _estimate(trials[trials["condition"] == name], name, position, level)
        for name in conditions
        for position in POSITIONS
    ]


def detect_people(trials: pd.DataFrame, conditions: Sequence[str]) -> list[PersonDetection]:
    """Estimate each participant by side, by condition and code."""
    people = []
    for name in conditions:
        sums = _sums_by_person(trials[trials["condition"] == name], "side")
        counts = sums.to_numpy(dtype=np.float64)
        values = zip(sums.index, counts, d_prime(counts), criterion(counts), strict=True)
        people += [
            PersonDetection(
                str(code), name, int(own[0] + own[2]), _number_or_none(d), _number_or_none(c)
            )
            for code, own, d, c in values
        ]
    return people


def d_prime(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give d' = (z(H) - z(F)) / sqrt 2 (Macmillan & Creelman 2005, chapter 7).

    H = P("right" | fake right), F = P("right" | fake left), z the inverse normal distribution
    function. Log-linear correction: 1/2 is added to each count and 1 to each total (Hautus 1995).

    Args:
        counts: (..., 4), fakes there, hits, fakes elsewhere, false alarms.

    Returns:
        (...), NaN where one of the two kinds of trials is missing.
    """
    hits, false_alarms = _z_scores(counts)
    return np.asarray((hits - false_alarms) / np.sqrt(2))


def criterion(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give c = -(z(H) + z(F)) / 2 with the same correction; arguments as of ``d_prime``."""
    hits, false_alarms = _z_scores(counts)
    return np.asarray(0.0 - (hits + false_alarms) / 2)


def _z_scores(counts: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    fake_there, hits, fake_elsewhere, false_alarms = np.moveaxis(counts, -1, 0)
    scores = []
    for answers, n in ((hits, fake_there), (false_alarms, fake_elsewhere)):
        score = scipy.special.ndtri((answers + 0.5) / (n + 1))
        scores.append(np.where(n > 0, score, np.nan))
    return scores[0], scores[1]


def _estimate(trials: pd.DataFrame, name: str, position: Position, level: float) -> Detection:
    sums = _sums_by_person(trials, position)
    counts = sums.to_numpy(dtype=np.float64)
    fake_there, hits, fake_elsewhere, false_alarms = counts.sum(axis=0)
    return Detection(
        condition=name,
        position=position,
        n_trials=int(fake_there + fake_elsewhere),
        n_participants=len(sums),
        hit_rate=float(hits / fake_there) if fake_there else None,
        false_alarm_rate=float(false_alarms / fake_elsewhere) if fake_elsewhere else None,
        d_prime=jackknife_estimate(counts, d_prime, level=level),
        criterion=jackknife_estimate(counts, criterion, level=level),
    )


def _sums_by_person(trials: pd.DataFrame, position: Position) -> pd.DataFrame:
    """Count by participant, in alphabetical order, the four kinds of ``SUMS``."""
    if position == "order":
        trials = trials[trials["first_side"] != "both"]
        there = trials["first_side"]
        is_there = (trials["real_side"] != there).to_numpy()
        is_chosen = (trials["chosen_side"] == there).to_numpy()
    else:
        is_there = (trials["real_side"] == "left").to_numpy()
        is_chosen = (trials["chosen_side"] == "right").to_numpy()
    kinds = (is_there, is_there & is_chosen, ~is_there, ~is_there & is_chosen)
    table = pd.DataFrame(dict(zip(SUMS, kinds, strict=True)), dtype="int64")
    return table.groupby(trials["participant_id"].to_numpy(), sort=True).sum()


def _number_or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
