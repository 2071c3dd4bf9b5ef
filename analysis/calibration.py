"""Whether intervals cover and tests keep their level, in simulated studies with known truth.

Place on the data's path: beside it; the tests and ``benchmarks/coverage.py`` prove the statistics
with it. Studies are drawn as plain arrays by the model of ``simulate.py``, which is many times
faster than whole trial tables, and every interval and p-value is that of ``intervals.py`` and
``comparisons.py``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import scipy.special
import scipy.stats
from numpy.typing import NDArray

from analysis.comparisons import DEFAULT_SEED, ConditionDifference, compare_sums
from analysis.condition_sums import sum_conditions
from analysis.crossed_responses import CrossedResponses
from analysis.intervals import TARGETS, CrossedShare, Target, interval_of, share_of
from analysis.simulate import marginal_intercept, mean_fool_rate

# Where photos' rates are tabulated, in logits.
LOGITS = np.linspace(-15.0, 15.0, 3001)


@dataclass(frozen=True)
class CrossedDesign:
    """A study to draw again and again.

    Attributes:
        n_participants: people per condition.
        n_photos: photos in the pool.
        n_trials: trials per participant, each on another photo of the pool.
        fool_rate: mean over people and photos, a fraction.
        participant_sd: spread between people, in logits.
        photo_sd: spread between photos, in logits.
        dropout: share of the people who stop after a number of trials drawn from 1 to n_trials.
        n_conditions: tested between participants, on one pool of photos.
        photo_correlation: of a photo's effects under two conditions, in [0, 1].
        effect: added to the fool rate of the first condition, a fraction.
        is_within: every participant sees all conditions, a new photo on each trial.
    """

    n_participants: int = 40
    n_photos: int = 200
    n_trials: int = 40
    fool_rate: float = 0.32
    participant_sd: float = 0.4
    photo_sd: float = 1.0
    dropout: float = 0.0
    n_conditions: int = 1
    photo_correlation: float = 0.5
    effect: float = 0.0
    is_within: bool = False


class DrawnStudy(NamedTuple):
    """One simulated study.

    Attributes:
        responses: N coded responses.
        condition: (N,), codes from 0 to n_conditions - 1.
        rate_on_these_photos: true mean over the pool under the first condition, a fraction.
    """

    responses: CrossedResponses
    condition: NDArray[np.intp]
    rate_on_these_photos: float


@dataclass(frozen=True)
class Coverage:
    """How an interval fared over many studies of one design.

    Attributes:
        covered: share of the intervals that contain the truth.
        width: mean width, a fraction.
        oracle_width: width of the interval from the true standard error, 2 x 1.96 times the
            standard deviation of the errors over the studies.
    """

    covered: float
    width: float
    oracle_width: float

    @property
    def width_ratio(self) -> float:
        """Mean width as a multiple of the oracle's."""
        return self.width / self.oracle_width


Limits = tuple[float, float]
Method = Callable[[DrawnStudy, CrossedShare], Limits]


def measure_coverage(
    design: CrossedDesign, n_studies: int, methods: Mapping[str, Method], rng: np.random.Generator
) -> dict[tuple[str, Target], Coverage]:
    """Draw studies of one condition, and see how intervals fare against the truth of each target.

    Args:
        design: of one condition.
        n_studies: to draw.
        methods: by name, each gives the limits of a study; all see the same studies.
        rng: the chance of people, photos and answers.

    Returns:
        By name of the method and target.
    """
    truths = np.empty((n_studies, 1, len(TARGETS)))
    shares = np.empty((n_studies, 1, 1))
    limits = np.empty((n_studies, len(methods), 1, 2))
    for place in range(n_studies):
        study = draw_study(design, rng)
        share = share_of(sum_conditions(study.responses, study.condition, 1), 0)
        truths[place] = design.fool_rate, study.rate_on_these_photos
        shares[place] = share.share
        limits[place, :, 0] = [method(study, share) for method in methods.values()]
    low, high = limits[..., 0], limits[..., 1]
    covered = ((low <= truths) & (truths <= high)).mean(axis=0)
    widths = (high - low).mean(axis=(0, 2))
    oracle = 2 * scipy.stats.norm.ppf(0.975) * (shares - truths).std(axis=0, ddof=1)[0]
    return {
        (name, target): Coverage(float(covered[m, k]), float(widths[m]), float(oracle[k]))
        for m, name in enumerate(methods)
        for k, target in enumerate(TARGETS)
    }


def our_limits(target: Target, level: float = 0.95) -> Method:
    """Give our interval for a target as a method to measure."""

    def limits(_study: DrawnStudy, share: CrossedShare) -> Limits:
        interval = interval_of(share, level=level, target=target)
        assert interval.low is not None
        assert interval.high is not None
        return interval.low, interval.high

    return limits


@dataclass(frozen=True)
class Rejections:
    """How often conditions are told apart at 5 %, as shares of many studies of one design.

    Attributes:
        first_pair: the first two conditions, unadjusted.
        any_pair: any two conditions, unadjusted.
        holm: any two conditions after Holm's adjustment.
        max_t: any two conditions by max-t.
        covered: the simultaneous intervals of all pairs contain their differences.
    """

    first_pair: float
    any_pair: float
    holm: float
    max_t: float
    covered: float


def measure_rejections(
    design: CrossedDesign, n_studies: int, rng: np.random.Generator
) -> Rejections:
    """Draw studies of several conditions, and count how often they are told apart at 5 %."""
    names = [str(k) for k in range(design.n_conditions)]
    counts = np.zeros(5)
    for _ in range(n_studies):
        study = draw_study(design, rng)
        sums = sum_conditions(study.responses, study.condition, design.n_conditions)
        differences = compare_sums(sums, names, level=0.95, seed=DEFAULT_SEED)
        counts += [
            _rejects([differences[0].estimate.p_value]),
            _rejects([d.estimate.p_value for d in differences]),
            _rejects([d.p_adjusted for d in differences]),
            _rejects([d.p_max_t for d in differences]),
            all(_contains(d, design.effect if d.a == "0" else 0.0) for d in differences),
        ]
    return Rejections(*(float(share) for share in counts / n_studies))


def draw_study(design: CrossedDesign, rng: np.random.Generator) -> DrawnStudy:
    """Draw people, photos and answers of one study."""
    person, photo, condition = _plan(design, rng)
    logits = _photo_logits(design, rng)
    people_effects = design.participant_sd * rng.standard_normal(int(person[-1]) + 1)
    chance = scipy.special.expit(logits[condition, photo] + people_effects[person])
    fooled = rng.random(person.size) < chance
    seen, codes = np.unique(photo, return_inverse=True)
    truth = float(_rates_of_photos(logits[0], design.participant_sd).mean())
    responses = CrossedResponses(person, codes, fooled, int(person[-1]) + 1, seen.size)
    return DrawnStudy(responses, condition, truth)


def _plan(
    design: CrossedDesign, rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Give person, photo and condition of each answered trial, (N,) int each."""
    k = design.n_conditions
    n_people = design.n_participants * (1 if design.is_within else k)
    order = rng.permuted(_draw_photos(design, n_people, rng), axis=1)
    trial = np.arange(design.n_trials)
    lengths = np.full(n_people, design.n_trials)
    stops = rng.random(n_people) < design.dropout
    lengths[stops] = rng.integers(1, design.n_trials + 1, int(stops.sum()))
    answered = trial < lengths[:, np.newaxis]
    person = np.broadcast_to(np.arange(n_people)[:, np.newaxis], order.shape)
    condition = (trial + person) % k if design.is_within else person // design.n_participants
    return person[answered], order[answered], np.broadcast_to(condition, order.shape)[answered]


def _draw_photos(
    design: CrossedDesign, n_people: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Draw each person's photos without replacement, (n_people, n_trials); a set, not an order."""
    if design.n_trials == design.n_photos:
        return np.tile(np.arange(design.n_photos), (n_people, 1))
    tickets = rng.random((n_people, design.n_photos), dtype=np.float32)
    return tickets.argpartition(design.n_trials, axis=1)[:, : design.n_trials]


def _photo_logits(design: CrossedDesign, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw each photo's logit under each condition for the average person, (K, photos)."""
    spread = float(np.hypot(design.participant_sd, design.photo_sd))
    rates = [design.fool_rate + design.effect] + [design.fool_rate] * (design.n_conditions - 1)
    intercepts = np.array([[_intercept(rate, spread)] for rate in rates])
    shared = rng.standard_normal(design.n_photos)
    own = rng.standard_normal((design.n_conditions, design.n_photos))
    rho = design.photo_correlation
    return np.asarray(
        intercepts + design.photo_sd * (np.sqrt(rho) * shared + np.sqrt(1 - rho) * own)
    )


def _rates_of_photos(logits: NDArray[np.float64], participant_sd: float) -> NDArray[np.float64]:
    """Give the mean fool rate of each photo, (photos,), to 1e-6, by interpolation."""
    return np.interp(logits, LOGITS, _rates_on_grid(participant_sd))


@cache
def _rates_on_grid(participant_sd: float) -> NDArray[np.float64]:
    return mean_fool_rate(LOGITS, participant_sd)


_intercept = cache(marginal_intercept)


def _rejects(p_values: Sequence[float | None]) -> bool:
    return any(p is not None and p < 0.05 for p in p_values)


def _contains(difference: ConditionDifference, truth: float) -> bool:
    low, high = difference.low_simultaneous, difference.high_simultaneous
    return low is None or high is None or low <= truth <= high
