import numpy as np
import pytest
import scipy.stats

from analysis.ranking import N_DRAWS, rank_probabilities

SEED = 20160328
# Five binomial standard errors at one half.
TOLERANCE = 2.5 / np.sqrt(N_DRAWS)


@pytest.mark.parametrize("degrees", [4.0, 60.0])
def test_of_two_conditions_the_better_is_best_by_its_one_sided_p_value(degrees: float) -> None:
    """Closed form: Student's t of the difference."""
    covariance = np.array([[4e-4, 1e-4], [1e-4, 9e-4]])
    t = 0.04 / np.sqrt(4e-4 + 9e-4 - 2e-4)

    ranks = rank_probabilities(np.array([0.32, 0.28]), covariance, degrees, seed=SEED)

    expected = scipy.stats.t.cdf(t, degrees)
    assert ranks == pytest.approx(
        np.array([[expected, 1 - expected], [1 - expected, expected]]), abs=TOLERANCE
    )


def test_equal_independent_conditions_have_every_rank_alike() -> None:
    ranks = rank_probabilities(np.full(4, 0.3), 1e-4 * np.eye(4), 30.0, seed=SEED)

    assert ranks == pytest.approx(np.full((4, 4), 0.25), abs=TOLERANCE)


def test_rows_and_columns_sum_to_1() -> None:
    factor = np.random.default_rng(1).standard_normal((5, 5)) / 50
    rates = np.array([0.3, 0.31, 0.35, 0.29, 0.4])

    ranks = rank_probabilities(rates, factor @ factor.T, 20.0, seed=SEED)

    assert ranks.sum(axis=0) == pytest.approx(np.ones(5))
    assert ranks.sum(axis=1) == pytest.approx(np.ones(5))


def test_a_far_higher_rate_is_best_and_a_far_lower_one_last() -> None:
    ranks = rank_probabilities(np.array([0.1, 0.5, 0.3]), 1e-6 * np.eye(3), 50.0, seed=SEED)

    assert ranks == pytest.approx(np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]]), abs=1e-4)


def test_equal_rates_without_spread_share_their_ranks() -> None:
    """Two conditions that fooled nobody, and one that fooled some."""
    ranks = rank_probabilities(
        np.array([0.0, 0.3, 0.0]), np.diag([0.0, 1e-4, 0.0]), 10.0, seed=SEED
    )

    assert ranks[1] == pytest.approx(np.array([1, 0, 0]), abs=1e-3)
    assert ranks[0] == pytest.approx(np.array([0, 0.5, 0.5]), abs=TOLERANCE)


def test_shared_uncertainty_does_not_blur_the_order() -> None:
    """A covariance that moves all rates together leaves their differences sure."""
    shared = np.full((3, 3), 0.01) + 1e-8 * np.eye(3)

    ranks = rank_probabilities(np.array([0.30, 0.31, 0.32]), shared, 50.0, seed=SEED)

    assert ranks[2, 0] == pytest.approx(1)


def test_the_same_seed_gives_the_same_numbers() -> None:
    rates, covariance = np.array([0.3, 0.31]), 1e-4 * np.eye(2)

    first, again, other = (
        rank_probabilities(rates, covariance, 9.0, seed=seed) for seed in (1, 1, 2)
    )

    assert (first == again).all()
    assert (first != other).any()
