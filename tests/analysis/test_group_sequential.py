from typing import Any

import numpy as np
import pytest
import scipy.stats

from analysis.group_sequential import (
    crossing_chances,
    equal_fractions,
    information_inflation,
    plan_looks,
)
from analysis.study_assumptions import PlanningError


@pytest.mark.parametrize(
    ("n_looks", "alpha", "constant"),
    [
        (2, 0.05, 1.977),
        (3, 0.05, 2.004),
        (4, 0.05, 2.024),
        (5, 0.05, 2.040),
        (10, 0.05, 2.087),
        (20, 0.05, 2.126),
        (2, 0.01, 2.580),
        (5, 0.01, 2.621),
        (10, 0.01, 2.660),
        (2, 0.1, 1.678),
        (5, 0.1, 1.751),
        (10, 0.1, 1.801),
    ],
)
def test_the_constants_are_the_published_ones(n_looks: int, alpha: float, constant: float) -> None:
    """C_B(K, alpha) of Jennison & Turnbull (2000), table 2.3."""
    looks = plan_looks(equal_fractions(n_looks), alpha=alpha)

    assert looks[-1].z_bound == pytest.approx(constant, abs=6e-4)
    assert [look.z_bound for look in looks] == pytest.approx(
        [looks[-1].z_bound * np.sqrt(n_looks / k) for k in range(1, n_looks + 1)]
    )


def test_the_spending_bounds_are_the_published_ones() -> None:
    """Five equal looks, two-sided alpha .05, as the R package ldbounds documents them."""
    looks = plan_looks(equal_fractions(5), spending="lan-demets")

    expected = [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]
    assert [look.z_bound for look in looks] == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("spending", ["obrien-fleming", "lan-demets"])
@pytest.mark.parametrize("fractions", [(1.0,), (0.3, 0.35, 1.0), (0.99, 0.999, 1.0)])
def test_all_looks_together_spend_alpha(fractions: tuple[float, ...], spending: Any) -> None:
    looks = plan_looks(fractions, spending=spending)

    assert looks[-1].spent_alpha == pytest.approx(0.05, abs=1e-8)
    assert [look.spent_alpha for look in looks] == sorted(look.spent_alpha for look in looks)


def test_one_look_is_the_usual_test() -> None:
    (look,) = plan_looks((1.0,))

    assert look.z_bound == pytest.approx(scipy.stats.norm.isf(0.025))
    assert look.nominal_alpha == pytest.approx(0.05)


@pytest.mark.parametrize("drift", [0.0, 1.5])
@pytest.mark.parametrize("fractions", [(0.25, 0.5, 0.75, 1.0), (0.3, 0.35, 1.0), (0.9, 0.99, 1.0)])
def test_crossing_is_the_multivariate_normal_outside_the_box(
    fractions: tuple[float, ...], drift: float
) -> None:
    """Oracle: scipy's multivariate normal distribution function (Genz)."""
    bound = 2.3
    correlation = np.sqrt(
        np.minimum.outer(fractions, fractions) / np.maximum.outer(fractions, fractions)
    )
    inside = scipy.stats.multivariate_normal.cdf(
        [bound] * len(fractions),
        mean=drift * np.sqrt(fractions),
        cov=correlation,
        lower_limit=[-bound] * len(fractions),
        abseps=1e-7,
        releps=1e-7,
        maxpts=1_000_000,
    )

    crossed = sum(crossing_chances(fractions, [bound] * len(fractions), drift))

    assert crossed == pytest.approx(1 - inside, abs=1e-6)


@pytest.mark.parametrize(("n_looks", "inflation"), [(2, 1.008), (3, 1.017), (4, 1.024), (5, 1.028)])
def test_the_last_look_needs_the_published_information(n_looks: int, inflation: float) -> None:
    """R_B(K, .05, .2) of Jennison & Turnbull (2000), table 2.4."""
    looks = plan_looks(equal_fractions(n_looks))

    assert information_inflation(looks, 0.8) == pytest.approx(inflation, abs=6e-4)


@pytest.mark.parametrize("power", [0.04, 1.0, float("nan")])
def test_a_power_looks_cannot_have_is_refused(power: float) -> None:
    with pytest.raises(PlanningError, match="power: found"):
        information_inflation(plan_looks(equal_fractions(2)), power)


def test_a_walk_crosses_the_bounds_as_often_as_planned() -> None:
    """200,000 random walks: binomial s.e. 0.05 points at 5 %."""
    rng = np.random.default_rng(20160328)
    z_bounds = [look.z_bound for look in plan_looks(equal_fractions(4))]
    sums = rng.standard_normal((200_000, 4)).cumsum(axis=1)

    crossed = (np.abs(sums / np.sqrt([1, 2, 3, 4])) >= z_bounds).any(axis=1).mean()

    assert crossed == pytest.approx(0.05, abs=0.0015)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((), 0.05, "obrien-fleming"), "looks: found 0; allowed: from 1 to 50"),
        (((0.5, 0.5, 1.0), 0.05, "obrien-fleming"), "fractions: found 0.5, 0.5, 1; allowed"),
        (((0.5, 0.9), 0.05, "obrien-fleming"), "fractions: found 0.5, 0.9; allowed"),
        (((float("nan"), 1.0), 0.05, "obrien-fleming"), "fractions: found nan, 1"),
        (((1.0,), 1.0, "obrien-fleming"), "alpha: found 1; allowed: above 0 and below 1"),
        (((1.0,), 0.05, "pocock"), "spending: found pocock; allowed: obrien-fleming, lan-demets"),
    ],
)
def test_looks_that_cannot_be_planned_are_refused(arguments: Any, message: str) -> None:
    fractions, alpha, spending = arguments

    with pytest.raises(PlanningError, match=message):
        plan_looks(fractions, alpha=alpha, spending=spending)
