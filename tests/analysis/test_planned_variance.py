from typing import Any

import numpy as np
import pytest
import scipy.stats

from analysis.comparisons import difference_of_fool_rates
from analysis.intervals import crossed_share
from analysis.planned_variance import (
    PlannedVariance,
    _mean_excess,
    variance_of_difference,
    variance_of_rate,
)
from analysis.planning_simulation import draw_study
from analysis.study_assumptions import StudyAssumptions, variance_components

N_FEW, N_MANY = 300, 4000
SEED = 20160328


def three_errors(n_studies: int) -> float:
    """Three relative standard errors of a variance from so many studies."""
    return 3 * float(np.sqrt(2 / n_studies))


def mean_within_three_errors(values: list[float], expected: float) -> bool:
    """Whether a mean is as expected, but for chance and 4 % that the closed form leaves out."""
    error = float(np.std(values)) / np.sqrt(len(values))
    return abs(float(np.mean(values)) - expected) <= 3 * error + 0.04 * expected


@pytest.mark.parametrize(
    ("target", "n_photos", "dropout", "n_studies"),
    [
        ("people_and_photos", 20, 0.0, N_FEW),
        ("people_and_photos", 60, 0.2, N_FEW),
        ("these_photos", 60, 0.2, N_FEW),
        pytest.param("people_and_photos", 60, 0.2, N_MANY, marks=pytest.mark.slow),
        pytest.param("these_photos", 60, 0.2, N_MANY, marks=pytest.mark.slow),
        pytest.param("these_photos", 20, 0.0, N_MANY, marks=pytest.mark.slow),
    ],
)
def test_variances_of_a_rate_are_those_of_simulated_studies(
    target: Any, n_photos: int, dropout: float, n_studies: int
) -> None:
    rng = np.random.default_rng(SEED)
    study = StudyAssumptions(n_trials=20, participant_sd=0.8, photo_sd=1.2, dropout=dropout)
    rates, variances = [], []
    for _ in range(n_studies):
        people, photos, _, fooled = draw_study(study, [0.32], 15, n_photos, target, rng)
        share = crossed_share(people, photos, fooled)
        rates.append(share.share)
        variances.append(share.variance(target))

    planned = variance_of_rate(study, 15, n_photos, target)

    true = float(np.mean((np.array(rates) - 0.32) ** 2))
    assert true == pytest.approx(planned.true, rel=three_errors(n_studies))
    assert mean_within_three_errors(variances, planned.estimated)


@pytest.mark.parametrize(
    ("design", "n_studies"),
    [
        ("between", N_FEW),
        ("within", N_FEW),
        pytest.param("between", N_MANY, marks=pytest.mark.slow),
        pytest.param("within", N_MANY, marks=pytest.mark.slow),
    ],
)
def test_variances_of_a_difference_are_those_of_simulated_studies(
    design: Any, n_studies: int
) -> None:
    rng = np.random.default_rng(SEED)
    study = StudyAssumptions(
        n_trials=20, participant_sd=0.8, photo_sd=1.2, n_conditions=2, design=design
    )
    differences, variances = [], []
    for _ in range(n_studies):
        arrays = draw_study(study, [0.4, 0.32], 15, 40, "people_and_photos", rng)
        found = difference_of_fool_rates(*arrays, a=0, b=1)
        assert found.standard_error is not None
        differences.append(found.difference)
        variances.append(found.standard_error**2)

    planned = variance_of_difference(study, 0.08, 15, 40, "people_and_photos")

    true = float(np.var(np.array(differences, dtype=np.float64)))
    assert true == pytest.approx(planned.true, rel=three_errors(n_studies))
    assert mean_within_three_errors(variances, planned.estimated)


def test_the_two_targets_differ_by_the_photos_alone() -> None:
    study = StudyAssumptions()
    parts = variance_components(0.32, 0.4, 1.0)

    both = variance_of_rate(study, 40, 200, "people_and_photos")
    these = variance_of_rate(study, 40, 200, "these_photos")

    assert both.true - these.true == pytest.approx(parts.photos / 200)
    assert (both.interval_df, these.interval_df) == (39, 39)


def test_photos_that_behave_alike_under_both_conditions_cancel() -> None:
    study = StudyAssumptions(n_conditions=2, photo_correlation=1.0)

    both = variance_of_difference(study, 1e-9, 40, 40, "people_and_photos")
    these = variance_of_difference(study, 1e-9, 40, 40, "these_photos")

    assert both.true == pytest.approx(these.true, rel=1e-6)


@pytest.mark.parametrize(("mean", "df", "floor"), [(2.0, 9, 1.0), (1.0, 39, 1.0), (0.5, 5, 2.0)])
def test_the_mean_excess_is_the_integral(mean: float, df: float, floor: float) -> None:
    """Oracle: scipy's expectation of max(0, X - floor)."""
    scaled = scipy.stats.chi2(df, scale=mean / df)
    expected = scaled.expect(lambda x: max(0.0, x - floor), lb=floor, ub=50 * mean)

    assert _mean_excess(mean, df, floor) == pytest.approx(expected, rel=1e-6)


def test_without_degrees_of_freedom_there_is_only_the_mean() -> None:
    assert _mean_excess(2.0, 0.0, 0.5) == 1.5


def test_draws_average_to_the_mean_and_the_variance_of_the_chi_square() -> None:
    planned = PlannedVariance(true=1.0, estimated=3.0, spread_df=12.0, interval_df=9.0)

    values, weights = planned.draws()

    assert weights.sum() == pytest.approx(1.0)
    assert weights @ values == pytest.approx(3.0, rel=1e-3)
    assert weights @ values**2 - 9.0 == pytest.approx(2 * 9.0 / 12.0, rel=0.02)
