"""Agreement: how much of the answers comes from the person, the photo and chance.

Place on the data's path: ``report.py`` hands in the trials that count. If photos have a large
share, and halves of the people rank them alike, a rate per photo means something; if people have
it, more people help, and if photos have it, more photos do (``planning.py``).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse
from numpy.typing import ArrayLike, NDArray

N_SPLITS = 100
FEWEST_PARTICIPANTS = 4
FEWEST_PHOTOS = 3

TOO_FEW = (
    f"no reliability: it needs {FEWEST_PARTICIPANTS} participants and {FEWEST_PHOTOS} photos that"
    " both halves judged, with rates that differ"
)
CUT_AT_ZERO = "a variance came out below 0 and is taken as 0"
NOT_CROSSED = "no variance shares: people and photos are not crossed"


@dataclass(frozen=True)
class VarianceShares:
    """Where the variance of single answers (0 or 1) comes from.

    Attributes:
        participant: share between people, a fraction; None where it cannot be told.
        photo: share between photos, a fraction, or None.
        residual: the rest, mostly chance, a fraction, or None.
        warning: what a reader must know about the shares, or None.
    """

    participant: float | None
    photo: float | None
    residual: float | None
    warning: str | None = None


@dataclass(frozen=True)
class Reliability:
    """How alike two halves of the people rate the photos.

    Attributes:
        half: correlation of the rates per photo between random halves of the people, averaged over
            splits; None where it cannot be told.
        full: the same for all people, by Spearman and Brown: 2 r / (1 + r); None alike.
        n_splits: splits that gave a correlation.
        n_photos: photos judged by both halves, on average over those splits; 0.0 without any.
        warning: why there is none, or None.
    """

    half: float | None
    full: float | None
    n_splits: int
    n_photos: float
    warning: str | None = None


@dataclass(frozen=True)
class Agreement:
    """Agreement under one condition.

    Attributes:
        condition: how the fakes were made.
        n_trials: answered main trials.
        shares: of the variance of single answers.
        reliability: of the rates per photo.
    """

    condition: str
    n_trials: int
    shares: VarianceShares
    reliability: Reliability


def estimate_agreement(
    trials: pd.DataFrame,
    conditions: Sequence[str],
    rng: np.random.Generator,
    *,
    n_splits: int = N_SPLITS,
) -> list[Agreement]:
    """Estimate each condition by itself.

    Args:
        trials: trials that count, with columns participant_id, photo_id, condition, fooled (bool).
        conditions: the names, in the order wanted.
        rng: draws the halves; the same seed gives the same halves, in whatever order the rows are.
        n_splits: random halves to average over.
    """
    found = []
    for name in conditions:
        rows = trials[trials["condition"] == name]
        fooled = rows["fooled"].to_numpy()
        # In the order of the codes, so that the halves are the same however the rows are sorted.
        people, photos = (
            pd.factorize(rows[column], sort=True)[0] for column in ("participant_id", "photo_id")
        )
        found.append(
            Agreement(
                name,
                len(rows),
                variance_shares(people, photos, fooled),
                split_half_reliability(people, photos, fooled, rng, n_splits=n_splits),
            )
        )
    return found


def variance_shares(participant: ArrayLike, photo: ArrayLike, fooled: ArrayLike) -> VarianceShares:
    """Split the variance of answers by the method of moments for crossed effects.

    For y_ij = m + a_i + b_j + e_ij with variances A, B, E and N answers, of which n_i of person i
    and n_j on photo j (Gao & Owen 2017): the sum of squares within people has the
    mean (B + E) (N - P), that within photos (A + E) (N - I), and N times the total sum of squares
    A (N^2 - sum n_i^2) + B (N^2 - sum n_j^2) + E (N^2 - N); the three are solved for A, B, E.

    Args:
        participant: (N,), codes.
        photo: (N,), codes.
        fooled: (N,), bool or 0/1.
    """
    people, photos = (
        pd.factorize(np.asarray(codes), sort=True)[0] for codes in (participant, photo)
    )
    answers = np.asarray(fooled, dtype=np.float64)
    if answers.size == 0:
        return VarianceShares(None, None, None, NOT_CROSSED)
    n, by_person, by_photo = answers.size, np.bincount(people), np.bincount(photos)
    equations = np.array(
        [
            [0, n - by_person.size, n - by_person.size],
            [n - by_photo.size, 0, n - by_photo.size],
            [n - by_person @ by_person / n, n - by_photo @ by_photo / n, n - 1],
        ],
        dtype=np.float64,
    )
    total = float(((answers - answers.mean()) ** 2).sum())
    sums = [_squares_within(answers, people), _squares_within(answers, photos), total]
    if total == 0 or np.linalg.matrix_rank(equations) < len(equations):
        return VarianceShares(None, None, None, NOT_CROSSED if total else "all responses are equal")
    variances = np.linalg.solve(equations, sums)
    kept = np.maximum(variances, 0.0)
    shares = [float(share) for share in kept / kept.sum()]
    warning = CUT_AT_ZERO if (variances < 0).any() else None
    return VarianceShares(shares[0], shares[1], shares[2], warning)


def split_half_reliability(
    participant: ArrayLike,
    photo: ArrayLike,
    fooled: ArrayLike,
    rng: np.random.Generator,
    *,
    n_splits: int = N_SPLITS,
) -> Reliability:
    """Correlate the rates per photo of random halves of the people.

    The correlation r of half the people, averaged over splits, is stepped up to all of them by
    2 r / (1 + r) (Spearman 1910; Brown 1910). Photos that only one half judged are left out of
    their split.

    Args:
        participant: (N,), codes.
        photo: (N,), codes.
        fooled: (N,), bool or 0/1.
        rng: draws the halves.
        n_splits: random halves to average over.
    """
    people, photos = (
        pd.factorize(np.asarray(codes), sort=True)[0] for codes in (participant, photo)
    )
    answers = np.asarray(fooled, dtype=np.float64)
    n_people = int(people.max(initial=-1)) + 1
    if n_people < FEWEST_PARTICIPANTS:
        return Reliability(None, None, 0, 0.0, TOO_FEW)
    halves = _draw_halves(n_people, n_splits, rng)
    trials, hits = (_photo_sums(photos, people, weights) for weights in (None, answers))
    correlations, n_photos = _correlate_halves(trials, hits, halves)
    if correlations.size == 0:
        return Reliability(None, None, 0, 0.0, TOO_FEW)
    half = float(correlations.mean())
    return Reliability(half, 2 * half / (1 + half), correlations.size, float(n_photos.mean()))


def _squares_within(answers: NDArray[np.float64], groups: NDArray[np.intp]) -> float:
    means = np.bincount(groups, answers) / np.bincount(groups)
    return float(((answers - means[groups]) ** 2).sum())


def _draw_halves(n_people: int, n_splits: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Mark half of the people in each split, (P, splits), 0 or 1."""
    order = np.argsort(rng.random((n_people, n_splits)), axis=0, kind="stable")
    marks = np.zeros((n_people, n_splits))
    np.put_along_axis(marks, order[: n_people // 2], 1.0, axis=0)
    return marks


def _photo_sums(
    photos: NDArray[np.intp], people: NDArray[np.intp], weights: NDArray[np.float64] | None
) -> scipy.sparse.csr_array:
    """Sum the weights, or count, by photo and person: (I, P), sparse."""
    values = np.ones(photos.size) if weights is None else weights
    return scipy.sparse.coo_array((values, (photos, people))).tocsr()


def _correlate_halves(
    trials: scipy.sparse.csr_array, hits: scipy.sparse.csr_array, halves: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Correlate the two halves over photos; the splits where that is possible, and their photos."""
    n_one, x_one = trials @ halves, hits @ halves
    n_two, x_two = trials @ (1 - halves), hits @ (1 - halves)
    judged = (n_one > 0) & (n_two > 0)
    n_photos = judged.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ones, twos = (
            _centre(np.where(judged, x / n, 0.0), judged, n_photos)
            for x, n in ((x_one, n_one), (x_two, n_two))
        )
        sizes = np.sqrt((ones**2).sum(axis=0) * (twos**2).sum(axis=0))
        correlations = (ones * twos).sum(axis=0) / sizes
    usable = (n_photos >= FEWEST_PHOTOS) & (sizes > 0)
    return correlations[usable], n_photos[usable]


def _centre(
    rates: NDArray[np.float64], judged: NDArray[np.bool], n_photos: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Take the mean over judged photos from each split's rates; the others stay 0."""
    return np.where(judged, rates - rates.sum(axis=0) / n_photos, 0.0)
