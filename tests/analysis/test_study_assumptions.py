from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats

from analysis.simulate import marginal_intercept
from analysis.study_assumptions import (
    PlanningError,
    StudyAssumptions,
    check_assumptions,
    shared_variance,
    variance_components,
)

STUDY = StudyAssumptions()


# Trapezoids over a normal density on a fine grid: as good as exact for a smooth function.
GRID = np.linspace(-9, 9, 721)
DENSITY = scipy.stats.norm.pdf(GRID)


@pytest.mark.parametrize(("participant_sd", "photo_sd"), [(0.4, 1.0), (1.0, 1.5)])
def test_components_are_the_nested_integrals(participant_sd: float, photo_sd: float) -> None:
    intercept = marginal_intercept(0.32, float(np.hypot(participant_sd, photo_sd)))
    logits = intercept + photo_sd * GRID[:, np.newaxis] + participant_sd * GRID
    photo_rates = scipy.integrate.trapezoid(scipy.special.expit(logits) * DENSITY, GRID, axis=1)
    photos = scipy.integrate.trapezoid(photo_rates**2 * DENSITY, GRID) - 0.32**2

    parts = variance_components(0.32, participant_sd, photo_sd)

    assert parts.photos == pytest.approx(photos, rel=1e-6)
    assert parts.total == pytest.approx(0.32 * 0.68, rel=1e-12)


def test_people_and_photos_change_places() -> None:
    parts = variance_components(0.2, 0.4, 1.1)
    swapped = variance_components(0.2, 1.1, 0.4)

    assert (parts.people, parts.photos) == pytest.approx((swapped.photos, swapped.people))


def test_without_spread_all_variance_is_the_coin_toss() -> None:
    parts = variance_components(0.32, 0.0, 0.0)

    assert parts == pytest.approx((0.0, 0.0, 0.32 * 0.68), abs=1e-12)


def test_a_small_spread_counts_by_the_slope_of_the_logistic() -> None:
    """Var E[pi | a] tends to (p(1-p) sd)^2."""
    parts = variance_components(0.32, 0.01, 0.0)

    assert parts.people == pytest.approx((0.32 * 0.68 * 0.01) ** 2, rel=1e-3)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9, 1.0])
def test_the_shared_variance_is_the_double_integral(correlation: float) -> None:
    """Oracle: Gauss-Hermite on the grid of both effects, weighted by their joint density."""
    nodes, weights = scipy.special.roots_hermitenorm(60)
    weights = weights / weights.sum()
    spread = float(np.hypot(1.0, 0.4))

    def rates(rate: float, effects: Any) -> Any:
        logits = marginal_intercept(rate, spread) + effects
        return sum(
            w * scipy.special.expit(logits + 0.4 * u) for u, w in zip(nodes, weights, strict=True)
        )

    first = nodes[:, np.newaxis]
    second = correlation * first + np.sqrt(1 - correlation**2) * nodes
    joint = weights[:, np.newaxis] * weights
    expected = float((joint * rates(0.4, first) * rates(0.3, second)).sum()) - 0.4 * 0.3

    found = shared_variance(0.4, 0.3, 1.0, 0.4, correlation=correlation)

    assert found == pytest.approx(expected, abs=1e-9)


def test_trials_are_shared_by_the_conditions_within_participants() -> None:
    study = StudyAssumptions(n_trials=40, n_conditions=4, design="within")

    assert study.trials_per_condition == 10
    assert replace(study, design="between").trials_per_condition == 40
    assert study.n_pairs == 6


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fool_rate": 0.0}, "fool rate: found 0; allowed: above 0 and below 1"),
        ({"fool_rate": float("nan")}, "fool rate: found nan"),
        ({"participant_sd": -0.1}, "participant sd: found -0.1; allowed: from 0 to 3"),
        ({"photo_sd": 3.5}, "photo sd: found 3.5; allowed: from 0 to 3"),
        ({"participant_correlation": 1.5}, "participant correlation: found 1.5"),
        ({"photo_correlation": -0.5}, "photo correlation: found -0.5; allowed: from 0 to 1"),
        ({"n_trials": 1}, "trials: found 1; allowed: from 2"),
        ({"n_conditions": 0}, "conditions: found 0; allowed: from 1"),
        ({"dropout": 1.0}, "dropout: found 1; allowed: from 0, below 1"),
        (
            {"n_conditions": 50, "design": "within"},
            "trials: found 40; allowed within participants: from the number of conditions, 50",
        ),
    ],
)
def test_a_study_that_cannot_be_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(PlanningError, match=message):
        check_assumptions(replace(STUDY, **changes))


def test_the_default_study_is_allowed() -> None:
    check_assumptions(STUDY)
