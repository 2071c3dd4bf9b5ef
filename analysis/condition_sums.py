"""The two-way variances of fool rates, of their differences, and their covariance.

Place on the data's path: between the coded responses (``crossed_responses.py``) and everything that
has an interval or a p-value (``intervals.py``, ``comparisons.py``). Trials of one participant are
not independent, nor are those on one photo, so squares of residuals are summed over both clusters
and over their cells (Cameron, Gelbach & Miller 2011).

The sums are taken over counts, in whole numbers, and divided once at the end: the order of the
rows and the names of people and photos cannot change the last bit of a result. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import scipy.linalg
from numpy.typing import NDArray

from analysis.crossed_responses import CrossedResponses, code_responses

# Counts are multiplied in float64, where whole numbers up to 2^53 are exact: N^2 must stay below.
MOST_RESPONSES = 2**26
# Whether a cell is answered twice is seen in a people x photos array of at most so many bytes per
# response.
MARKS_PER_RESPONSE = 64

_Totals = tuple[tuple[int, ...], tuple[int, ...]]


class VarianceTerms(NamedTuple):
    """The three cluster sums of a two-way variance, in squared fractions.

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
class ClusterSums:
    """One clustering of the responses to K conditions.

    Attributes:
        products: K x K; sum over clusters of r_a r_b, where r_k is the cluster's sum of (y - p_k)
            over its responses under condition k, divided by N_k.
        n_either: K x K; clusters with a response under either condition.
    """

    products: tuple[tuple[Fraction, ...], ...]
    n_either: tuple[tuple[int, ...], ...]

    def of_rate(self, a: int) -> float:
        """Give the cluster sum of one condition's fool rate, with G/(G-1)."""
        return _scaled(self.products[a][a], self.n_either[a][a])

    def of_difference(self, a: int, b: int) -> float:
        """Give the cluster sum of fool rate a minus fool rate b, with G/(G-1).

        The residuals of b count with a minus sign, so effects that both share cancel.
        """
        both = self.products[a][a] + self.products[b][b] - 2 * self.products[a][b]
        return _scaled(both, self.n_either[a][b])


@dataclass(frozen=True)
class ConditionSums:
    """What all intervals and tests of K conditions are made from.

    Attributes:
        n_trials: K; responses under each condition, N_k.
        n_fooled: K; those with the real photo called fake.
        people: sums over participants.
        photos: sums over photos.
        cells: sums over participant x photo cells.
    """

    n_trials: tuple[int, ...]
    n_fooled: tuple[int, ...]
    people: ClusterSums
    photos: ClusterSums
    cells: ClusterSums

    def rate(self, a: int) -> float:
        """Give one condition's fool rate, a fraction."""
        return self.n_fooled[a] / self.n_trials[a]

    def difference(self, a: int, b: int) -> float:
        """Give fool rate a minus fool rate b, a fraction in [-1, 1]."""
        rates = (Fraction(self.n_fooled[k], self.n_trials[k]) for k in (a, b))
        return float(next(rates) - next(rates))

    def is_constant(self, a: int) -> bool:
        """Say whether all responses under a condition are equal."""
        return self.n_fooled[a] in (0, self.n_trials[a])

    def rate_terms(self, a: int) -> VarianceTerms:
        """Give the variance terms of one condition's fool rate."""
        return VarianceTerms(*(sums.of_rate(a) for sums in self._clusterings()))

    def difference_terms(self, a: int, b: int) -> VarianceTerms:
        """Give the variance terms of fool rate a minus fool rate b."""
        return VarianceTerms(*(sums.of_difference(a, b) for sums in self._clusterings()))

    def _clusterings(self) -> tuple[ClusterSums, ClusterSums, ClusterSums]:
        return self.people, self.photos, self.cells


def sum_conditions(
    responses: CrossedResponses, condition: NDArray[np.intp], n_conditions: int
) -> ConditionSums:
    """Sum responses over participants, photos and cells, by condition.

    Args:
        responses: N coded responses.
        condition: (N,), codes from 0 to n_conditions - 1; one that does not occur has sums of 0.
        n_conditions: K.

    Raises:
        ValueError: there are more responses than can be summed exactly.
    """
    if responses.fooled.size > MOST_RESPONSES:
        raise ValueError(f"{responses.fooled.size} responses; allowed: up to {MOST_RESPONSES}")
    n_trials = np.bincount(condition, minlength=n_conditions)
    n_fooled = np.bincount(condition[responses.fooled], minlength=n_conditions)
    totals = _whole(n_trials), _whole(n_fooled)
    people, photos = (
        _sum_clusters(codes, n_clusters, condition, responses.fooled, totals)
        for codes, n_clusters in (
            (responses.participant, responses.n_participants),
            (responses.photo, responses.n_photos),
        )
    )
    return ConditionSums(*totals, people, photos, _sum_cells(responses, condition, totals))


def sum_trials(trials: pd.DataFrame, conditions: Sequence[str]) -> ConditionSums:
    """Sum up the trials of these conditions; those of other conditions are ignored.

    Args:
        trials: trials that count, with columns participant_id, photo_id, condition, fooled (bool).
        conditions: different names; one without trials has sums of 0.
    """
    numbers, names = pd.factorize(trials["condition"])
    place_of = {name: place for place, name in enumerate(conditions)}
    # The last place is taken by a missing name, whose number is -1.
    codes = np.array([*(place_of.get(name, -1) for name in names), -1], dtype=np.intp)[numbers]
    chosen = codes >= 0
    if not chosen.all():
        trials, codes = trials[chosen], codes[chosen]
    if trials.empty:
        nothing = np.empty(0, dtype=np.intp)
        empty = CrossedResponses(nothing, nothing, nothing.astype(np.bool), 0, 0)
        return sum_conditions(empty, nothing, len(conditions))
    columns = (trials[name] for name in ("participant_id", "photo_id", "fooled"))
    return sum_conditions(code_responses(*columns), codes, len(conditions))


def fool_rate_covariance(sums: ConditionSums) -> NDArray[np.float64]:
    """Give the two-way covariance of K fool rates, (K, K), float64, in squared fractions.

    V_kk is the two-way variance of fool rate k, and V_ab = (V_aa + V_bb - V_(a-b))/2 with the
    two-way variance of the difference, so that every difference keeps the variance it is tested
    with. Each variance is truncated by itself, so the matrix need not be positive semi-definite.
    """
    n = len(sums.n_trials)
    matrix = np.diag([sums.rate_terms(k).two_way for k in range(n)])
    for a, b in combinations(range(n), 2):
        of_difference = sums.difference_terms(a, b).two_way
        matrix[a, b] = matrix[b, a] = (matrix[a, a] + matrix[b, b] - of_difference) / 2
    return matrix


def difference_root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give a root of the covariance of K rates that draws differences, (K, K - 1), float64.

    With B an orthonormal basis of what differs (Helmert's), it is B (B' V B)^(1/2), the symmetric
    root with negative eigenvalues set to 0: one matrix, whatever the signs of the eigenvectors.
    Standard normal draws times its transpose have the covariance of all differences of the rates.
    """
    basis = scipy.linalg.helmert(len(covariance)).T
    values, vectors = np.linalg.eigh(basis.T @ covariance @ basis)
    root = vectors * np.sqrt(np.clip(values, 0.0, None)) @ vectors.T
    return np.asarray(basis @ root)


def _sum_cells(
    responses: CrossedResponses, condition: NDArray[np.intp], totals: _Totals
) -> ClusterSums:
    """Sum over participant x photo cells; where none is answered twice that is plain counting."""
    cell = responses.participant * responses.n_photos + responses.photo
    n_possible = responses.n_participants * responses.n_photos
    if n_possible <= MARKS_PER_RESPONSE * cell.size:
        is_answered = np.zeros(n_possible, dtype=np.bool)
        is_answered[cell] = True
        if np.count_nonzero(is_answered) == cell.size:
            return _single_responses(*totals)
    numbers, distinct = pd.factorize(cell)
    if len(distinct) == cell.size:
        return _single_responses(*totals)
    return _sum_clusters(numbers, len(distinct), condition, responses.fooled, totals)


def _single_responses(n_trials: tuple[int, ...], n_fooled: tuple[int, ...]) -> ClusterSums:
    """Sum over clusters of one response each: conditions never meet in one."""
    places = range(len(n_trials))
    trials, yes = (
        [[counts[a] if a == b else 0 for b in places] for a in places]
        for counts in (n_trials, n_fooled)
    )
    n_either = tuple(
        tuple(n_trials[a] + (n_trials[b] if a != b else 0) for b in places) for a in places
    )
    return ClusterSums(_residual_products(trials, yes, yes, n_trials, n_fooled), n_either)


def _sum_clusters(
    codes: NDArray[np.intp],
    n_clusters: int,
    condition: NDArray[np.intp],
    fooled: NDArray[np.bool],
    totals: _Totals,
) -> ClusterSums:
    """Count trials and fooled ones by cluster and condition, then multiply the counts."""
    n_conditions = len(totals[0])
    place = codes * n_conditions + condition
    trials, yes = (
        np.bincount(places, minlength=n_clusters * n_conditions)
        .reshape(n_clusters, n_conditions)
        .astype(np.float64)
        for places in (place, place[fooled])
    )
    products = _residual_products(
        _whole(trials.T @ trials), _whole(trials.T @ yes), _whole(yes.T @ yes), *totals
    )
    occurs = (trials > 0).astype(np.float64)
    both = occurs.T @ occurs
    alone = np.diag(both)
    return ClusterSums(products, _whole(alone[:, np.newaxis] + alone - both))


def _residual_products(
    trials: Any, trials_yes: Any, yes: Any, n_trials: tuple[int, ...], n_fooled: tuple[int, ...]
) -> tuple[tuple[Fraction, ...], ...]:
    """Expand sum (k_a - p_a n_a)(k_b - p_b n_b) / (N_a N_b) with p = x/N, exactly.

    Args:
        trials: K x K, sums over clusters of n_a n_b.
        trials_yes: K x K, sums of n_a k_b.
        yes: K x K, sums of k_a k_b.
        n_trials: N.
        n_fooled: x.
    """

    def product(a: int, b: int) -> Fraction:
        n_a, n_b, x_a, x_b = n_trials[a], n_trials[b], n_fooled[a], n_fooled[b]
        total = n_a * n_b * yes[a][b] + x_a * x_b * trials[a][b]
        total -= x_a * n_b * trials_yes[a][b] + x_b * n_a * trials_yes[b][a]
        return Fraction(total, max(n_a * n_b, 1) ** 2)

    places = range(len(n_trials))
    return tuple(tuple(product(a, b) for b in places) for a in places)


def _whole(counts: NDArray[Any]) -> Any:
    """Turn an array of whole numbers into nested tuples of Python's unbounded int."""
    if counts.ndim == 1:
        return tuple(int(count) for count in counts)
    return tuple(_whole(row) for row in counts)


def _scaled(total: Fraction, n_clusters: int) -> float:
    """Multiply by G/(G-1); with one cluster the residuals sum to 0, and so does the term."""
    return float(total * Fraction(n_clusters, max(n_clusters - 1, 1)))
