"""Intervals for those who look after every participant: valid at all times together.

Place on the data's path: ``sequential_commands.py`` hands in the trials in order of arrival. An
asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2024, theorem 2.2;
Robbins' normal mixture): with probability 1 - alpha the truth is in the interval after every
participant from some first one on, however often one looks and whenever one stops. With rho^2 = r,
and n participants, the interval takes in place of 1.96

    z(n) = sqrt((1 + 1/(n r)) (2 log(1/alpha) + log(1 + n r)))

Participants are the units that arrive; the variance is the two-way one, so photos are heard too.
What they add does not shrink as people arrive, which only makes successive estimates more alike:
the chance to leave the truth out at some time stays below alpha. Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.special
from numpy.typing import ArrayLike, NDArray

from analysis.comparisons import difference_of_fool_rates
from analysis.intervals import (
    TARGETS,
    Interval,
    Target,
    check_level,
    crossed_share,
    no_interval_warning,
    share_warning,
    wilson_interval,
)

# Before the tenth participant the estimated variance is too uncertain for an asymptotic interval.
FIRST_PARTICIPANT = 10
BEST_AT = 50


@dataclass(frozen=True)
class SequencePoint:
    """The interval after one more participant.

    Attributes:
        n_participants: who had arrived.
        value: fool rate (or difference) so far, a fraction.
        interval: always-valid limits, fractions; without limits before the first participant that
            counts.
    """

    n_participants: int
    value: float
    interval: Interval


def sequence_z(
    n_participants: ArrayLike, *, level: float = 0.95, best_at: int = BEST_AT
) -> NDArray[np.float64]:
    """Give z(n), the number of standard errors on either side after n participants.

    r is chosen so that z(best_at) is smallest: best_at r = -W(-alpha^2 / e) - 1 with the lower
    branch of Lambert's W, the root of the derivative of z^2.

    Args:
        n_participants: (...,), from 1.
        level: of the whole sequence, a fraction in (0, 1).
        best_at: number of participants at which the sequence is narrowest, fixed beforehand.

    Returns:
        (...,), float64.
    """
    alpha = 1 - level
    at_best = -1.0 - float(scipy.special.lambertw(-(alpha**2) / np.e, -1).real)
    x = np.asarray(n_participants, dtype=np.float64) * at_best / best_at
    return np.asarray(np.sqrt((1 + 1 / x) * (2 * np.log(1 / alpha) + np.log1p(x))))


def confidence_sequence(
    participant: ArrayLike,
    photo: ArrayLike,
    fooled: ArrayLike,
    *,
    level: float = 0.95,
    target: Target = "people_and_photos",
    best_at: int = BEST_AT,
    every: int = 1,
) -> list[SequencePoint]:
    """Give the always-valid interval of a fool rate after each participant.

    Wilson's interval as in ``intervals.py``, with z(n) in place of t.

    Args:
        participant: (N,), codes, int or str; participants arrive in order of first appearance.
        photo: (N,), codes, int or str.
        fooled: (N,), bool or 0/1.
        level: of the whole sequence, a fraction in (0, 1).
        target: what the intervals generalise to.
        best_at: number of participants at which the sequence is narrowest, fixed beforehand.
        every: give a point after every so many participants only, and after the last.

    Returns:
        Points from the tenth participant on.

    Raises:
        ValueError: arrays are empty, of unequal length or hold other values; the level or the
            target is none of those allowed; best_at or every is below 1.
    """
    _check(level, best_at, every)
    if target not in TARGETS:
        raise ValueError(f"target is {target!r}; allowed: {', '.join(TARGETS)}")
    arrays = [np.asarray(array) for array in (participant, photo, fooled)]
    points = []
    for n, rows in _arrivals(arrays[0], every):
        so_far = [array[rows] for array in arrays]
        share = crossed_share(*so_far)
        if share.has_interval:
            z = float(sequence_z(n, level=level, best_at=best_at))
            low, high = wilson_interval(share.share, share.n_effective(target), z)
            interval = Interval(low, high, share_warning(share))
        else:
            interval = Interval(None, None, no_interval_warning(share))
        points.append(SequencePoint(n, share.share, interval))
    return points


def difference_sequence(
    participant: ArrayLike,
    photo: ArrayLike,
    condition: ArrayLike,
    fooled: ArrayLike,
    *,
    a: str | int,
    b: str | int,
    level: float = 0.95,
    best_at: int = BEST_AT,
    every: int = 1,
) -> list[SequencePoint]:
    """Give the always-valid interval of a difference, a minus b, after each participant.

    d +- z(n) sqrt(V) with the two-way variance of ``differences.py``; n counts the participants of
    both conditions.

    Args:
        participant: (N,), codes, int or str; participants arrive in order of first appearance.
        photo: (N,), codes, int or str.
        condition: (N,), names, int or str; those other than a and b are ignored.
        fooled: (N,), bool or 0/1.
        a: the condition to subtract from.
        b: the condition to subtract.
        level: of the whole sequence, a fraction in (0, 1).
        best_at: number of participants at which the sequence is narrowest, fixed beforehand.
        every: give a point after every so many participants only, and after the last.

    Returns:
        Points from the tenth participant of a or b on, once both have trials.

    Raises:
        ValueError: as ``confidence_sequence``; or a or b does not occur.
    """
    _check(level, best_at, every)
    names = np.asarray(condition)
    either = (names == a) | (names == b)
    arrays = [np.asarray(array)[either] for array in (participant, photo, condition, fooled)]
    if not either.any():
        raise ValueError(f"neither {a!r} nor {b!r} occurs; allowed: two conditions with trials")
    points = []
    for n, rows in _arrivals(arrays[0], every):
        so_far = [array[rows] for array in arrays]
        if len(np.unique(so_far[2])) < len((a, b)):
            continue
        found = difference_of_fool_rates(*so_far, a=a, b=b)
        assert found.difference is not None
        interval = Interval(None, None, found.warning)
        if found.standard_error is not None:
            half = float(sequence_z(n, level=level, best_at=best_at)) * found.standard_error
            interval = Interval(found.difference - half, found.difference + half, found.warning)
        points.append(SequencePoint(n, found.difference, interval))
    return points


def running_intersection(points: Sequence[SequencePoint]) -> tuple[float, float] | None:
    """Give what all intervals so far have in common; the truth is there with the same level.

    None where there is no interval yet, or where nothing is left in common.
    """
    limits = [
        (point.interval.low, point.interval.high)
        for point in points
        if point.interval.low is not None and point.interval.high is not None
    ]
    if not limits:
        return None
    low, high = max(low for low, _ in limits), min(high for _, high in limits)
    return (low, high) if low <= high else None


def _arrivals(participant: NDArray[Any], every: int) -> Iterator[tuple[int, NDArray[np.bool]]]:
    """Mark the rows of the first n participants, for each n from the first that counts."""
    _, first_rows, numbers = np.unique(participant, return_index=True, return_inverse=True)
    order = np.empty(first_rows.size, dtype=np.intp)
    order[np.argsort(first_rows)] = np.arange(first_rows.size)
    arrival = order[numbers.reshape(participant.shape)]
    for n in range(FIRST_PARTICIPANT, first_rows.size + 1):
        if n % every == 0 or n == first_rows.size:
            yield n, arrival < n


def _check(level: float, best_at: int, every: int) -> None:
    check_level(level)
    for name, value in (("best_at", best_at), ("every", every)):
        if value < 1:
            raise ValueError(f"{name} is {value!r}; allowed: from 1")
