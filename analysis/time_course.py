"""Learning and fatigue: whether the fool rate changes from the first to the last trial.

Place on the data's path: ``report.py`` hands in everybody's trials after the exclusions, answered
or not, because an unanswered trial keeps its place in the session.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.stats
from numpy.typing import ArrayLike, NDArray

from analysis.exclusions import counted_trials
from analysis.intervals import Interval, check_level
from analysis.shares import share_of

N_BLOCKS = 5
FEWEST_CLUSTERS = 2


@dataclass(frozen=True)
class TimeBlock:
    """One stretch of the sessions.

    Attributes:
        number: from 1, in order.
        n_trials: answered main trials.
        fool_rate: a fraction; None without any.
        interval: of the fool rate, for people and photos.
        median_response_ms: of those trials, in ms; None without a response time.
    """

    number: int
    n_trials: int
    fool_rate: float | None
    interval: Interval
    median_response_ms: float | None


@dataclass(frozen=True)
class Trend:
    """A change of the fool rate over a whole session.

    Attributes:
        change: last minus first trial, a fraction; below 0 people learn to see the fakes, above 0
            they tire; None where it cannot be estimated.
        low: lower limit, a fraction, or None.
        high: upper limit, a fraction, or None.
        p_value: two-sided, of no change, or None.
        warning: why there is no estimate, or None.
    """

    change: float | None
    low: float | None
    high: float | None
    p_value: float | None
    warning: str | None = None


@dataclass(frozen=True)
class TimeCourse:
    """The sessions of one condition in stretches of equal length, and the trend over them.

    Attributes:
        condition: how the fakes were made.
        blocks: the stretches; a trial's place counts, not when it was answered.
        trend: the straight line through all trials.
    """

    condition: str
    blocks: tuple[TimeBlock, ...]
    trend: Trend


def estimate_time_courses(
    trials: pd.DataFrame,
    conditions: Sequence[str],
    *,
    n_blocks: int = N_BLOCKS,
    level: float = 0.95,
) -> list[TimeCourse]:
    """Estimate each condition over the sessions' main trials.

    A trial's position is its place between the first trial of type main of its study session, 0,
    and the last, 1, by ``trial_index``.

    Args:
        trials: a trial table after the exclusions, with its unanswered trials.
        conditions: the names, in the order wanted.
        n_blocks: stretches per session, from 1 up.
        level: nominal coverage of the intervals, a fraction in (0, 1).
    """
    main = trials[trials["trial_type"] == "main"]
    placed = counted_trials(main.assign(position=trial_positions(main)))
    return [
        _time_course(name, placed[placed["condition"] == name], n_blocks, level)
        for name in conditions
    ]


def trial_positions(main: pd.DataFrame) -> "pd.Series[float]":
    """Give each main trial's place in its session, from 0 to 1; missing in a session of one."""
    sessions = main.groupby("study_session_id", sort=False, observed=True)["trial_index"]
    first = sessions.transform("min")
    length = sessions.transform("max") - first
    return (main["trial_index"] - first) / length.where(length > 0)


def estimate_trend(
    participant: ArrayLike,
    photo: ArrayLike,
    position: ArrayLike,
    fooled: ArrayLike,
    *,
    level: float = 0.95,
) -> Trend:
    """Give the slope of a linear probability model within participants.

    With x and y as differences from their participant's mean, so that who stops early cannot feign
    a trend: b = sum x y / sum x^2, e = y - b x, and for the scores u = x e / sum x^2 the cluster
    sums Vp = P/(P-1) sum_people (sum u)^2, Vi over photos and Vc over their cells alike:
    V = Vc + max(0, Vp - Vc) + max(0, Vi - Vc), interval b +- t sqrt(V), t on min(P, I) - 1
    (Cameron, Gelbach & Miller 2011).

    Args:
        participant: (N,), codes.
        photo: (N,), codes.
        position: (N,), from 0 for the first to 1 for the last trial; trials without one are left
            out.
        fooled: (N,), bool or 0/1.
        level: nominal coverage, a fraction in (0, 1).
    """
    check_level(level)
    has_place = np.isfinite(np.asarray(position, dtype=np.float64))
    people, n_people = _code(np.asarray(participant)[has_place])
    photos, n_photos = _code(np.asarray(photo)[has_place])
    if min(n_people, n_photos) < FEWEST_CLUSTERS:
        return _no_trend("it needs 2 participants with 2 trials each, and 2 photos")
    x, y = (
        _within(np.asarray(values, dtype=np.float64)[has_place], people)
        for values in (position, fooled)
    )
    spread = float(x @ x)
    if spread == 0:
        return _no_trend("no participant answered two trials")
    change = float(x @ y) / spread
    variance = _two_way_variance(x * (y - change * x) / spread, people, photos)
    if variance == 0:
        return _no_trend("every participant's responses are all equal, or follow the line exactly")
    standard_error = variance**0.5
    degrees = min(n_people, n_photos) - 1
    reach = float(scipy.stats.t.ppf((1 + level) / 2, degrees)) * standard_error
    p_value = 2 * float(scipy.stats.t.sf(abs(change) / standard_error, degrees))
    return Trend(change, change - reach, change + reach, p_value)


def _time_course(name: str, trials: pd.DataFrame, n_blocks: int, level: float) -> TimeCourse:
    place = trials["position"].fillna(0.0).to_numpy(dtype=np.float64)
    numbers = np.minimum((place * n_blocks).astype(np.intp), n_blocks - 1) + 1
    people, photos = (pd.factorize(trials[column])[0] for column in ("participant_id", "photo_id"))
    values = (trials[column].to_numpy() for column in ("position", "fooled"))
    return TimeCourse(
        condition=name,
        blocks=tuple(_block(k, trials[numbers == k], level) for k in range(1, n_blocks + 1)),
        trend=estimate_trend(people, photos, *values, level=level),
    )


def _block(number: int, trials: pd.DataFrame, level: float) -> TimeBlock:
    share = share_of(trials, trials["fooled"], level=level)
    times = trials["response_ms"].dropna()
    median = float(times.median()) if len(times) else None
    return TimeBlock(number, share.n, share.share, share.interval, median)


def _code(codes: NDArray[np.generic]) -> tuple[NDArray[np.intp], int]:
    numbers, distinct = pd.factorize(codes)
    return numbers, len(distinct)


def _within(values: NDArray[np.float64], people: NDArray[np.intp]) -> NDArray[np.float64]:
    """Take each participant's mean from their values."""
    means = np.bincount(people, values) / np.bincount(people)
    return np.asarray(values - means[people])


def _two_way_variance(
    scores: NDArray[np.float64], people: NDArray[np.intp], photos: NDArray[np.intp]
) -> float:
    cells, _ = _code(people * (int(photos.max()) + 1) + photos)
    by_person, by_photo, by_cell = (
        _cluster_variance(scores, codes) for codes in (people, photos, cells)
    )
    return by_cell + max(0.0, by_person - by_cell) + max(0.0, by_photo - by_cell)


def _cluster_variance(scores: NDArray[np.float64], codes: NDArray[np.intp]) -> float:
    sums = np.bincount(codes, scores)
    return float(sums @ sums) * sums.size / (sums.size - 1)


def _no_trend(reason: str) -> Trend:
    return Trend(None, None, None, None, f"no trend: {reason}")
