"""Intervals for a share of responses that are crossed: people by photos.

Place on the data's path: ``fool_rates.py``, ``comparisons.py`` and ``data_quality.py`` call this
module with plain arrays. Trials of one participant are not independent, nor are those on one photo,
so the variance is summed over both clusters (Cameron, Gelbach & Miller 2011), turned
into an effective number of trials, and put into Wilson's interval (Wilson 1927; Franco et al. 2019
for clustered data). Pure: no file, clock or chance.
"""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
import scipy.stats
from numpy.typing import ArrayLike, NDArray

Target = Literal["people_and_photos", "these_photos"]
TARGETS: tuple[Target, ...] = get_args(Target)

FEWEST_CLUSTERS = 2
# Below this many people or photos, t on min(people, photos) - 1 covers less surely.
FEW_CLUSTERS = 10
# Cells are counted in a dense people x photos array up to this size (in bytes: 8 times as many).
DENSE_CELLS = 20_000_000


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


class VarianceTerms(NamedTuple):
    """The three cluster sums of a two-way variance, in squared units of the residuals.

    Attributes:
        people: P/(P-1) times the sum over participants of (sum of residuals)^2.
        photos: I/(I-1) times the sum over photos of (sum of residuals)^2.
        cells: C/(C-1) times the sum over participant x photo cells of (sum of residuals)^2.
    """

    people: float
    photos: float
    cells: float

    @property
    def two_way(self) -> float:
        """Cells + max(0, people - cells) + max(0, photos - cells): never below either one-way."""
        return self.cells + max(0.0, self.people - self.cells) + max(0.0, self.photos - self.cells)


@dataclass(frozen=True)
class CrossedResponses:
    """Responses by participant and photo, checked and coded.

    Attributes:
        participant: (N,), int, codes from 0 to n_participants - 1.
        photo: (N,), int, codes from 0 to n_photos - 1.
        fooled: (N,), float64, 0 or 1.
        n_participants: distinct participants.
        n_photos: distinct photos.
    """

    participant: NDArray[np.intp]
    photo: NDArray[np.intp]
    fooled: NDArray[np.float64]
    n_participants: int
    n_photos: int


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
    responses = code_responses(participant, photo, fooled)
    fewest = min(responses.n_participants, responses.n_photos)
    if fewest < FEWEST_CLUSTERS:
        return Interval(None, None, _no_interval_warning(responses))
    variance = _variance(responses, target)
    n_clusters = fewest if target == "people_and_photos" else responses.n_participants
    t = float(scipy.stats.t.ppf((1 + level) / 2, n_clusters - 1))
    rate = float(responses.fooled.mean())
    low, high = _wilson(rate, _effective_size(rate, variance, responses.fooled.size), t)
    return Interval(low, high, _warning(rate, responses))


def check_level(level: float) -> None:
    """Refuse a nominal coverage outside (0, 1).

    Raises:
        ValueError: the level is not a fraction in (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level!r}; allowed: a fraction above 0 and below 1")


def code_responses(participant: ArrayLike, photo: ArrayLike, fooled: ArrayLike) -> CrossedResponses:
    """Check three arrays of one length and code their clusters from 0.

    Args:
        participant: (N,), codes, int or str.
        photo: (N,), codes, int or str.
        fooled: (N,), bool or 0/1.

    Raises:
        ValueError: an array is empty, of another shape or length, or holds other values.
    """
    answers = check_responses(fooled)
    people, n_participants = code_clusters(participant, "participant", answers.size)
    photos, n_photos = code_clusters(photo, "photo", answers.size)
    return CrossedResponses(people, photos, answers, n_participants, n_photos)


def check_responses(fooled: ArrayLike) -> NDArray[np.float64]:
    """Give responses as (N,) float64 of 0 and 1.

    Raises:
        ValueError: there are none, they are not one-dimensional, or one is neither 0/1 nor bool.
    """
    values = np.asarray(fooled)
    if values.ndim != 1 or values.size == 0:
        raise ValueError(f"fooled has shape {values.shape}; allowed: (N,) with N > 0")
    other = _other_than_zero_or_one(values)
    if other:
        raise ValueError(f"fooled holds {other[0]!r}; allowed: 0, 1, True, False")
    return values.astype(np.float64)


def code_clusters(codes: ArrayLike, name: str, n: int) -> tuple[NDArray[np.intp], int]:
    """Number the distinct codes of one cluster from 0, in their order of appearance.

    Args:
        codes: (N,), int or str.
        name: what to call them in a message.
        n: the length they must have.

    Returns:
        (N,) int, and the number of distinct codes.

    Raises:
        ValueError: another shape, a missing code, or codes that are neither whole numbers nor text.
    """
    values = np.asarray(codes)
    if values.shape != (n,):
        raise ValueError(f"{name} has shape {values.shape}; allowed: ({n},), as long as fooled")
    if values.dtype.kind not in "iubUSTO":
        raise ValueError(f"{name} has dtype {values.dtype}; allowed: whole numbers or text")
    numbers, distinct = pd.factorize(values)
    if (numbers < 0).any():
        raise ValueError(f"{name} has a missing code in place {int(np.argmin(numbers))}")
    return numbers, len(distinct)


def variance_terms(
    responses: CrossedResponses, residuals: NDArray[np.float64], n_cells: int | None = None
) -> VarianceTerms:
    """Sum residuals over participants, photos and their cells by three bincounts.

    Args:
        responses: coded clusters of N responses.
        residuals: (N,), float64, with mean about 0.
        n_cells: what the cells' factor counts; distinct cells if None.
    """
    people = np.bincount(responses.participant, residuals)
    photos = np.bincount(responses.photo, residuals)
    cell = _cells(responses)
    cells = np.bincount(cell, residuals)
    if n_cells is None:
        n_cells = int(np.count_nonzero(np.bincount(cell)))
    return VarianceTerms(
        _small_sample_factor(responses.n_participants) * float(people @ people),
        _small_sample_factor(responses.n_photos) * float(photos @ photos),
        _small_sample_factor(n_cells) * float(cells @ cells),
    )


def _cells(responses: CrossedResponses) -> NDArray[np.intp]:
    """Number the participant x photo cells; gaps are left where that is cheap, they sum to 0."""
    cell = responses.participant * responses.n_photos + responses.photo
    if responses.n_participants * responses.n_photos <= DENSE_CELLS:
        return cell
    return pd.factorize(cell)[0]


def _small_sample_factor(n_clusters: int) -> float:
    """G/(G-1); with one cluster the residuals sum to 0, and so does the term."""
    return n_clusters / max(n_clusters - 1, 1)


def _variance(responses: CrossedResponses, target: Target) -> float:
    """Variance of the mean response for a target, as a squared fraction."""
    n = responses.fooled.size
    residuals = (responses.fooled - responses.fooled.mean()) / n
    terms = variance_terms(responses, residuals, n_cells=n)
    return terms.two_way if target == "people_and_photos" else max(terms.cells, terms.people)


def _effective_size(rate: float, variance: float, n: int) -> float:
    """Give the number of independent trials that would know as much: n / design effect."""
    binomial = rate * (1 - rate) / n
    return n if binomial == 0 else n / max(1.0, variance / binomial)


def _wilson(rate: float, n: float, t: float) -> tuple[float, float]:
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


def _no_interval_warning(responses: CrossedResponses) -> str:
    return (
        f"no interval: it needs {FEWEST_CLUSTERS} participants and {FEWEST_CLUSTERS} photos,"
        f" and there are {responses.n_participants} and {responses.n_photos}"
    )


def _warning(rate: float, responses: CrossedResponses) -> str | None:
    warnings = []
    if rate in (0, 1):
        warnings.append(
            "all responses are equal, so the spread between people and photos is unknown"
        )
    if min(responses.n_participants, responses.n_photos) < FEW_CLUSTERS:
        warnings.append(few_clusters_warning(responses))
    return "; ".join(warnings) or None


def few_clusters_warning(responses: CrossedResponses) -> str:
    """Say that an interval stands on few people or photos."""
    return (
        f"few participants or photos ({responses.n_participants} and {responses.n_photos},"
        f" fewer than {FEW_CLUSTERS}): the interval may cover less often than its level"
    )


def _other_than_zero_or_one(values: NDArray[Any]) -> list[Any]:
    if values.dtype.kind in "biuf":
        return list(values[(values != 0) & (values != 1)][:1].tolist())
    return [value for value in values.tolist() if value not in (0, 1)][:1]
