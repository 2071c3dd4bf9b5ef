"""Intervals for a share of responses that are crossed: people by photos.

Place on the data's path: ``fool_rates.py``, ``equivalence.py`` and ``data_quality.py`` call this
module. The two-way variance of ``condition_sums.py`` is turned into an effective number of trials
and put into Wilson's interval (Wilson 1927; Franco et al. 2019 for clustered data). Pure: no file,
clock or chance.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import scipy.special
from numpy.typing import ArrayLike

from analysis.condition_sums import ConditionSums, VarianceTerms, sum_conditions
from analysis.crossed_responses import code_responses

Target = Literal["people_and_photos", "these_photos"]
TARGETS: tuple[Target, ...] = get_args(Target)

FEWEST_CLUSTERS = 2
# Below this many people or photos, t on min(people, photos) - 1 covers less surely.
FEW_CLUSTERS = 10


@dataclass(frozen=True)
class Interval:
    """Limits of a share, or none.

    Attributes:
        low: lower limit, a fraction in [0, 1]; None where no interval can be given.
        high: upper limit, a fraction in [0, 1]; None where no interval can be given.
        warning: what a reader must know about the limits, or None.
    """

    low: float | None
    high: float | None
    warning: str | None = None


@dataclass(frozen=True)
class CrossedShare:
    """A share of crossed responses, with all that its intervals and tests need.

    Attributes:
        share: of the responses that are 1, a fraction.
        n_trials: responses.
        n_participants: people who gave them.
        n_photos: photos they were given on.
        terms: cluster sums of its variance, in squared fractions.
    """

    share: float
    n_trials: int
    n_participants: int
    n_photos: int
    terms: VarianceTerms

    @property
    def has_interval(self) -> bool:
        """Say whether there are enough people and photos for an interval."""
        return min(self.n_participants, self.n_photos) >= FEWEST_CLUSTERS

    def variance(self, target: Target) -> float:
        """Give the variance of the share for a target, a squared fraction."""
        if target == "people_and_photos":
            return self.terms.two_way
        return max(self.terms.cells, self.terms.people)

    def n_effective(self, target: Target) -> float:
        """Give the number of independent trials that would know as much: N / design effect."""
        binomial = self.share * (1 - self.share) / self.n_trials
        if binomial == 0:
            return float(self.n_trials)
        return self.n_trials / max(1.0, self.variance(target) / binomial)

    def degrees(self, target: Target) -> int:
        """Give the degrees of freedom of t: those of the fewer clusters the target varies."""
        both = min(self.n_participants, self.n_photos)
        return (both if target == "people_and_photos" else self.n_participants) - 1


def fool_rate_interval(
    participant: ArrayLike,
    photo: ArrayLike,
    fooled: ArrayLike,
    *,
    level: float = 0.95,
    target: Target = "people_and_photos",
) -> Interval:
    """Give the interval of one condition's fool rate.

    With e = y - mean(y), N responses, P people, I photos and sums over clusters,
    Vp = P/(P-1) sum_people (sum e)^2 / N^2, Vi and Vc alike over photos and cells:

    * ``people_and_photos``: V = Vc + max(0, Vp - Vc) + max(0, Vi - Vc), t on min(P, I) - 1;
    * ``these_photos``: V = max(Vc, Vp), t on P - 1.

    The design effect max(1, V / (p(1-p)/N)) divides N, and Wilson's interval is taken with that n
    and with t for z. Where all responses are equal the design effect is 1.

    Args:
        participant: (N,), codes, int or str.
        photo: (N,), codes, int or str.
        fooled: (N,), bool or 0/1.
        level: nominal coverage, a fraction in (0, 1).
        target: ``people_and_photos`` generalises to other people and other photos,
            ``these_photos`` to other people judging the same photos.

    Returns:
        The interval; without limits below two participants or two photos.

    Raises:
        ValueError: arrays are empty, of unequal length or hold other values; the level or the
            target is none of those allowed.
    """
    check_level(level)
    if target not in TARGETS:
        raise ValueError(f"target is {target!r}; allowed: {', '.join(TARGETS)}")
    return interval_of(crossed_share(participant, photo, fooled), level=level, target=target)


def crossed_share(participant: ArrayLike, photo: ArrayLike, fooled: ArrayLike) -> CrossedShare:
    """Sum one condition's responses up; both intervals and the tests come from it.

    Args:
        participant: (N,), codes, int or str.
        photo: (N,), codes, int or str.
        fooled: (N,), bool or 0/1.

    Raises:
        ValueError: arrays are empty, of unequal length or hold other values.
    """
    responses = code_responses(participant, photo, fooled)
    return share_of(sum_conditions(responses, np.zeros(responses.fooled.size, dtype=np.intp), 1), 0)


def share_of(sums: ConditionSums, condition: int) -> CrossedShare:
    """Give one of several conditions that are summed up together; it has trials."""
    return CrossedShare(
        share=sums.rate(condition),
        n_trials=sums.n_trials[condition],
        n_participants=sums.people.n_either[condition][condition],
        n_photos=sums.photos.n_either[condition][condition],
        terms=sums.rate_terms(condition),
    )


def interval_of(share: CrossedShare, *, level: float, target: Target) -> Interval:
    """Give the interval of a share that is summed up already; see ``fool_rate_interval``."""
    if not share.has_interval:
        return Interval(None, None, no_interval_warning(share))
    t = float(scipy.special.stdtrit(share.degrees(target), (1 + level) / 2))
    low, high = wilson_interval(share.share, share.n_effective(target), t)
    return Interval(low, high, share_warning(share))


def check_level(level: float) -> None:
    """Refuse a nominal coverage outside (0, 1).

    Raises:
        ValueError: the level is not a fraction in (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level!r}; allowed: a fraction above 0 and below 1")


def wilson_interval(rate: float, n: float, t: float) -> tuple[float, float]:
    """Wilson's score interval (Wilson 1927) with t for z; n need not be whole.

    The limits enclose the rate; without min and max rounding would put them beyond it at 0 and 1.
    """
    shrink = 1 + t**2 / n
    centre = (rate + t**2 / (2 * n)) / shrink
    half_width = t * np.sqrt(rate * (1 - rate) / n + t**2 / (4 * n**2)) / shrink
    return (
        max(0.0, min(rate, float(centre - half_width))),
        min(1.0, max(rate, float(centre + half_width))),
    )


def no_interval_warning(share: CrossedShare) -> str:
    """Say why a share has no interval."""
    return (
        f"no interval: it needs {FEWEST_CLUSTERS} participants and {FEWEST_CLUSTERS} photos,"
        f" and there are {share.n_participants} and {share.n_photos}"
    )


def share_warning(share: CrossedShare) -> str | None:
    """Say what a reader must know about the interval of a share, or nothing."""
    warnings = []
    if share.share in (0, 1):
        warnings.append(
            "all responses are equal, so the spread between people and photos is unknown"
        )
    if min(share.n_participants, share.n_photos) < FEW_CLUSTERS:
        warnings.append(few_clusters_warning(share.n_participants, share.n_photos))
    return "; ".join(warnings) or None


def few_clusters_warning(n_participants: int, n_photos: int) -> str:
    """Say that an interval stands on few people or photos."""
    return (
        f"few participants or photos ({n_participants} and {n_photos},"
        f" fewer than {FEW_CLUSTERS}): the interval may cover less often than its level"
    )
