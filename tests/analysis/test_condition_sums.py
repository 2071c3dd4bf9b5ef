from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from statsmodels.stats.sandwich_covariance import cov_cluster_2groups

from analysis import condition_sums
from analysis.condition_sums import (
    ConditionSums,
    VarianceTerms,
    difference_root,
    fool_rate_covariance,
    sum_conditions,
    sum_trials,
)
from analysis.crossed_responses import code_responses

Arrays = tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]


def some_responses(seed: int, n: int = 400, n_conditions: int = 3) -> Arrays:
    """People who judge photos under several conditions, some photos more than once."""
    rng = np.random.default_rng(seed)
    condition = np.concatenate(
        [np.arange(n_conditions), rng.integers(0, n_conditions, n - n_conditions)]
    )
    fooled = rng.random(n) < 0.2 + 0.2 * condition
    return rng.integers(0, 9, n), rng.integers(0, 14, n), condition, fooled


def summed(arrays: Arrays, n_conditions: int = 3) -> ConditionSums:
    people, photos, condition, fooled = arrays
    return sum_conditions(code_responses(people, photos, fooled), condition, n_conditions)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_terms_of_a_rate_are_those_of_statsmodels(seed: int) -> None:
    """Oracle: cov_cluster_2groups of an intercept-only OLS gives Vp + Vi - Vc, Vp and Vi."""
    people, photos, _, fooled = some_responses(seed)
    fit = sm.OLS(fooled.astype(float), np.ones(fooled.size)).fit()
    both, by_people, by_photos = (
        float(np.squeeze(value)) for value in cov_cluster_2groups(fit, people, photos)
    )

    terms = summed((people, photos, np.zeros(fooled.size, dtype=int), fooled), 1).rate_terms(0)

    assert terms.people == pytest.approx(by_people, rel=1e-12)
    assert terms.photos == pytest.approx(by_photos, rel=1e-12)
    assert terms.people + terms.photos - terms.cells == pytest.approx(both, rel=1e-10)


@pytest.mark.parametrize("seed", [4, 5])
def test_the_terms_of_a_difference_are_those_of_statsmodels(seed: int) -> None:
    """Oracle: the slope of an OLS on the condition, which statsmodels multiplies by (N-1)/(N-2)."""
    people, photos, condition, fooled = some_responses(seed, n_conditions=2)
    fit = sm.OLS(fooled.astype(float), sm.add_constant((condition == 0).astype(float))).fit()
    correction = (fooled.size - 2) / (fooled.size - 1)
    both, by_people, by_photos = (
        correction * matrix[1, 1] for matrix in cov_cluster_2groups(fit, people, photos)
    )

    sums = summed((people, photos, condition, fooled), 2)
    terms = sums.difference_terms(0, 1)

    assert sums.difference(0, 1) == pytest.approx(fit.params[1], rel=1e-10)
    assert terms.people == pytest.approx(by_people, rel=1e-12)
    assert terms.photos == pytest.approx(by_photos, rel=1e-12)
    assert terms.people + terms.photos - terms.cells == pytest.approx(both, rel=1e-9)


def test_one_response_is_one_of_few_numbers() -> None:
    """By hand: two people on two photos, one fooled; every sum of residuals is a quarter of one."""
    sums = summed((np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.zeros(4, int),
                   np.array([True, False, False, False])), 1)  # fmt: skip

    assert sums.people.products == ((Fraction(2, 256) * 4,),)
    assert sums.rate_terms(0) == VarianceTerms(1 / 16, 1 / 16, 4 / 3 * (9 + 1 + 1 + 1) / 256)


@pytest.mark.parametrize("repeated", [False, True])
def test_many_possible_cells_give_the_same_sums_as_few(
    repeated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    people, photos, condition, fooled = some_responses(6)
    if not repeated:
        people, photos = np.divmod(np.arange(400), 20)
    found = []

    for per_response in (0, 1000):
        monkeypatch.setattr(condition_sums, "MARKS_PER_RESPONSE", per_response)
        found.append(summed((people, photos, condition, fooled)))

    assert found[0] == found[1]


def test_cells_of_one_response_are_summed_as_any_cluster() -> None:
    """Every cell answered once: the sums are those of clusters with one response each."""
    people, photos = np.divmod(np.arange(400), 20)
    _, _, condition, fooled = some_responses(7)

    sums = summed((people, photos, condition, fooled))
    alone = summed((np.arange(400), photos, condition, fooled))

    assert sums.cells == alone.people


def test_trials_are_summed_by_the_names_of_their_conditions() -> None:
    people, photos, condition, fooled = some_responses(8)
    trials = pd.DataFrame(
        {
            "participant_id": [f"p{code}" for code in people],
            "photo_id": photos,
            "condition": np.array(["x", "y", "z"])[condition],
            "fooled": fooled,
        }
    )
    chosen = condition != 1

    sums = sum_trials(trials, ["z", "gone", "x"])

    order = np.where(condition == 2, 0, 2)
    assert sums == summed((people[chosen], photos[chosen], order[chosen], fooled[chosen]))
    assert sums.n_trials[1] == 0
    assert sum_trials(trials, ["gone"]).n_trials == (0,)


def test_more_responses_than_can_be_summed_exactly_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(condition_sums, "MOST_RESPONSES", 399)

    with pytest.raises(ValueError, match="400 responses; allowed: up to 399"):
        summed(some_responses(8))


@given(st.integers(0, 1000), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=40)
def test_shuffling_and_renaming_change_not_one_bit(seed: int, chance: Any) -> None:
    people, photos, condition, fooled = some_responses(seed, n=60)
    order = list(range(60))
    chance.shuffle(order)
    renamed = np.array([f"person {code * 7 % 11}" for code in people[order]])

    before = summed((people, photos, condition, fooled))
    after = summed((renamed, 100 - photos[order], condition[order], fooled[order]))

    assert after == before
    assert fool_rate_covariance(after).tolist() == fool_rate_covariance(before).tolist()


@given(st.integers(0, 1000))
@settings(deadline=None, max_examples=40)
def test_swapping_fooled_and_not_leaves_every_variance(seed: int) -> None:
    people, photos, condition, fooled = some_responses(seed, n=60)

    before = summed((people, photos, condition, fooled))
    after = summed((people, photos, condition, ~fooled))

    assert [after.people, after.photos, after.cells] == [before.people, before.photos, before.cells]
    assert after.difference(0, 1) == -before.difference(0, 1)


def test_the_covariance_keeps_the_variance_of_every_rate_and_difference() -> None:
    sums = summed(some_responses(9, n=900))

    covariance = fool_rate_covariance(sums)

    for a in range(3):
        assert covariance[a, a] == sums.rate_terms(a).two_way
        for b in range(a):
            variance = covariance[a, a] + covariance[b, b] - 2 * covariance[a, b]
            assert variance == pytest.approx(sums.difference_terms(a, b).two_way, rel=1e-12)


def test_without_truncation_the_covariance_is_the_sandwich_of_statsmodels() -> None:
    """Strong effects, so that no term falls below the cells: the two-way matrix of three means.

    The factors differ a little: ours count the clusters of the conditions in question, statsmodels'
    those of all, and it multiplies by (N - 1)/(N - 3).
    """
    rng = np.random.default_rng(10)
    people, photos = (codes.ravel() for codes in np.meshgrid(np.arange(60), np.arange(50)))
    condition = rng.integers(0, 3, people.size)
    logits = (
        2 * rng.standard_normal((60, 1))[people, 0]
        + 2 * rng.standard_normal((50, 3))[photos, condition]
    )
    fooled = rng.random(people.size) < 1 / (1 + np.exp(-logits))
    design = (condition[:, np.newaxis] == np.arange(3)).astype(float)
    fit = sm.OLS(fooled.astype(float), design).fit()
    expected = cov_cluster_2groups(fit, people, photos)[0]

    covariance = fool_rate_covariance(summed((people, photos, condition, fooled)))

    assert np.diag(covariance) == pytest.approx(np.diag(expected), rel=5e-3)
    assert covariance == pytest.approx(expected, abs=2e-2 * expected.max())


def test_the_root_draws_the_differences() -> None:
    rng = np.random.default_rng(11)
    factor = rng.standard_normal((4, 6))
    covariance = factor @ factor.T

    root = difference_root(covariance)

    assert root.shape == (4, 3)
    for a in range(4):
        for b in range(a):
            variance = covariance[a, a] + covariance[b, b] - 2 * covariance[a, b]
            assert ((root[a] - root[b]) ** 2).sum() == pytest.approx(variance)


def test_a_matrix_that_is_no_covariance_has_a_root_all_the_same() -> None:
    root = difference_root(np.array([[1.0, 1.5, 0.0], [1.5, 1.0, 0.0], [0.0, 0.0, 1.0]]))

    assert np.isfinite(root).all()


def test_a_condition_without_responses_has_sums_of_0() -> None:
    people, photos, condition, fooled = some_responses(12, n_conditions=2)

    sums = summed((people, photos, condition, fooled), 3)

    assert (sums.n_trials[2], sums.n_fooled[2]) == (0, 0)
    assert sums.rate_terms(2) == VarianceTerms(0.0, 0.0, 0.0)
    assert sums.difference_terms(0, 1) == summed((people, photos, condition, fooled), 2) \
        .difference_terms(0, 1)  # fmt: skip


@pytest.mark.parametrize(
    ("terms", "expected"),
    [((3.0, 2.0, 1.0), 4.0), ((0.5, 2.0, 1.0), 2.0), ((0.5, 0.5, 1.0), 1.0)],
)
def test_the_two_way_variance_is_truncated_at_either_one_way(
    terms: tuple[float, float, float], expected: float
) -> None:
    assert VarianceTerms(*terms).two_way == expected
