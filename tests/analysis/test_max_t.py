from itertools import combinations

import numpy as np
import pytest
import scipy.stats
from numpy.typing import NDArray

from analysis.max_t import PairStatistic, adjust_by_max_t

SEED = 20160328


def pairs_of(n_conditions: int, t: float, degrees: float) -> list[PairStatistic]:
    return [PairStatistic(a, b, t, degrees) for a, b in combinations(range(n_conditions), 2)]


def unequal_covariance() -> NDArray[np.float64]:
    factor = np.random.default_rng(3).standard_normal((3, 5))
    return np.asarray(factor @ factor.T)


@pytest.mark.parametrize(("t", "degrees"), [(0.3, 4.0), (2.1, 11.5), (-3.0, 200.0)])
def test_one_pair_is_not_adjusted(t: float, degrees: float) -> None:
    """Closed form: Student's t."""
    result = adjust_by_max_t(pairs_of(2, t, degrees), unequal_covariance(), level=0.9, seed=SEED)

    assert result.p_values[0] == pytest.approx(2 * scipy.stats.t.sf(abs(t), degrees), rel=1e-9)
    assert result.critical_values[0] == pytest.approx(scipy.stats.t.ppf(0.95, degrees), rel=1e-8)


@pytest.mark.parametrize("n_conditions", [3, 5, 8])
@pytest.mark.parametrize(("t", "degrees"), [(1.0, 30.0), (2.5, 12.0), (3.5, 100.0)])
def test_independent_equal_conditions_give_tukeys_range(
    n_conditions: int, t: float, degrees: float
) -> None:
    """Closed form: the studentised range of scipy, q = t sqrt(2)."""
    pairs = pairs_of(n_conditions, t, degrees)

    result = adjust_by_max_t(pairs, np.eye(n_conditions), level=0.95, seed=SEED)

    expected = scipy.stats.studentized_range.sf(t * np.sqrt(2), n_conditions, degrees)
    critical = scipy.stats.studentized_range.ppf(0.95, n_conditions, degrees) / np.sqrt(2)
    assert result.p_values == pytest.approx([expected] * len(pairs), abs=1e-3)
    assert result.critical_values == pytest.approx([critical] * len(pairs), rel=1e-3)


def test_two_of_three_pairs_give_scipys_multivariate_t() -> None:
    """Independent program: scipy's cdf over a square, with the pairs' correlation."""
    covariance = unequal_covariance()
    contrasts = np.array([[1, -1, 0], [1, 0, -1]])
    of_pairs = contrasts @ covariance @ contrasts.T
    scale = np.sqrt(np.diag(of_pairs))
    correlation = of_pairs / np.outer(scale, scale)
    distribution = scipy.stats.multivariate_t(shape=correlation, df=9, seed=1)

    pairs = [PairStatistic(0, 1, 2.2, 9), PairStatistic(0, 2, -1.4, 9)]
    result = adjust_by_max_t(pairs, covariance, level=0.95, seed=SEED)

    for pair, p_value in zip(pairs, result.p_values, strict=True):
        corner = np.full(2, abs(pair.t))
        inside = distribution.cdf(corner, lower_limit=-corner, maxpts=200_000)
        assert p_value == pytest.approx(1 - inside, abs=2e-3)
    critical = np.full(2, result.critical_values[0])
    assert distribution.cdf(critical, lower_limit=-critical) == pytest.approx(0.95, abs=2e-3)


def test_the_adjusted_p_value_lies_between_the_raw_one_and_bonferronis() -> None:
    pairs = [
        PairStatistic(0, 1, 2.2, 9),
        PairStatistic(0, 2, -1.4, 14),
        PairStatistic(1, 2, 3.1, 20),
    ]

    result = adjust_by_max_t(pairs, unequal_covariance(), level=0.95, seed=SEED)

    for pair, p_value in zip(pairs, result.p_values, strict=True):
        raw = 2 * scipy.stats.t.sf(abs(pair.t), pair.degrees)
        assert raw < p_value < min(1, 3 * raw)


def test_an_interval_leaves_0_out_where_its_p_value_is_below() -> None:
    pairs = [PairStatistic(0, 1, t, 9 + t) for t in np.linspace(0.5, 4, 15)]

    for pair in pairs:
        result = adjust_by_max_t(
            [pair, PairStatistic(0, 2, 1, 9)], unequal_covariance(), level=0.9, seed=SEED
        )
        assert (result.p_values[0] < 0.1) == (abs(pair.t) > result.critical_values[0])


def test_the_same_seed_gives_the_same_numbers_and_another_one_nearly_so() -> None:
    pairs = pairs_of(3, 2.2, 12)
    first, again, other = (
        adjust_by_max_t(pairs, unequal_covariance(), level=0.95, seed=seed) for seed in (1, 1, 2)
    )

    assert first == again
    assert first != other
    assert other.p_values == pytest.approx(first.p_values, rel=0.02)


def test_conditions_without_a_test_do_not_count() -> None:
    """The third condition is in the covariance and in no pair."""
    covariance = unequal_covariance()
    pairs = [PairStatistic(0, 2, 2.0, 15)]

    result = adjust_by_max_t(pairs, covariance, level=0.95, seed=SEED)

    assert result.p_values[0] == pytest.approx(2 * scipy.stats.t.sf(2.0, 15), rel=1e-9)


def test_extreme_levels_have_a_critical_value() -> None:
    result = adjust_by_max_t(pairs_of(3, 1.0, 1.0), np.eye(3), level=0.999999, seed=SEED)

    assert np.isfinite(result.critical_values).all()
