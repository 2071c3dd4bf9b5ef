from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.special
import scipy.stats
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.sandwich_covariance import cov_cluster_2groups

from analysis.comparisons import compare_conditions, difference_of_fool_rates, holm
from analysis.simulate import marginal_intercept

Arrays = tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]


def two_conditions(
    rng: np.random.Generator,
    n_participants: int = 20,
    n_photos: int = 60,
    per_person: int = 20,
    rates: tuple[float, float] = (0.32, 0.32),
    correlation: float = 0.5,
    participant_sd: float = 0.4,
    photo_sd: float = 1.0,
) -> Arrays:
    """Two groups of people on one pool of photos; names of conditions 'a' and 'b'."""
    shared, *own = rng.standard_normal((3, n_photos))
    columns = []
    for k, rate in enumerate(rates):
        effects = photo_sd * (np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own[k])
        people = np.repeat(np.arange(n_participants), per_person)
        everything = np.tile(np.arange(n_photos), (n_participants, 1))
        photos = rng.permuted(everything, axis=1)[:, :per_person].ravel()
        logit = marginal_intercept(rate, float(np.hypot(participant_sd, photo_sd)))
        logits = logit + participant_sd * rng.standard_normal(n_participants)[people]
        fooled = rng.random(people.size) < scipy.special.expit(logits + effects[photos])
        columns.append((people + k * n_participants, photos, np.full(people.size, "ab"[k]), fooled))
    participant, photo, condition, fooled = (np.concatenate(c) for c in zip(*columns, strict=True))
    return participant, photo, condition, fooled


def within(rng: np.random.Generator) -> Arrays:
    """One group of people who judge photos under both conditions, some photos twice."""
    n = 900
    people, photos = rng.integers(0, 15, n), rng.integers(0, 30, n)
    condition = np.where(rng.random(n) < 0.4, "a", "b")
    return people, photos, condition, rng.random(n) < np.where(condition == "a", 0.4, 0.3)


@pytest.mark.parametrize("make", [two_conditions, within])
def test_the_variance_is_that_of_statsmodels(make: Any) -> None:
    """Oracle: the slope of an OLS on the condition; P, I and cells count over both conditions.

    statsmodels multiplies by (N - 1)/(N - k) besides, with k = 2 coefficients here.
    """
    participant, photo, condition, fooled = make(np.random.default_rng(1))
    design = sm.add_constant((condition == "a").astype(float))
    fit = sm.OLS(fooled.astype(float), design).fit()
    correction = (fooled.size - 2) / (fooled.size - 1)
    both, vp, vi = (
        correction * matrix[1, 1] for matrix in cov_cluster_2groups(fit, participant, photo)
    )
    vc = vp + vi - both
    variance = vc + max(0, vp - vc) + max(0, vi - vc)
    n_people, n_photos = len(set(participant)), len(set(photo))
    df = variance**2 / (vp**2 / (n_people - 2) + vi**2 / (n_photos - 1) + vc**2 / (fooled.size - 1))
    t = scipy.stats.t.ppf(0.975, df)

    result = difference_of_fool_rates(participant, photo, condition, fooled, a="a", b="b")

    assert result.difference == pytest.approx(fit.params[1], rel=1e-10)
    assert result.low == pytest.approx(fit.params[1] - t * np.sqrt(variance), rel=1e-8)
    assert result.high == pytest.approx(fit.params[1] + t * np.sqrt(variance), rel=1e-8)
    p_value = 2 * scipy.stats.t.sf(abs(fit.params[1]) / np.sqrt(variance), df)
    assert result.p_value == pytest.approx(p_value, rel=1e-8)
    assert result.warning is None


def test_the_difference_is_a_minus_b() -> None:
    arrays = two_conditions(np.random.default_rng(2), rates=(0.5, 0.2))
    fooled, condition = arrays[3], arrays[2]

    result = difference_of_fool_rates(*arrays, a="a", b="b")
    swapped = difference_of_fool_rates(*arrays, a="b", b="a")

    expected = fooled[condition == "a"].mean() - fooled[condition == "b"].mean()
    assert result.difference == pytest.approx(expected)
    assert result.difference == pytest.approx(-swapped.difference)  # type: ignore[operator]
    assert result.low == pytest.approx(-swapped.high)  # type: ignore[operator]
    assert result.p_value == pytest.approx(swapped.p_value)


def test_other_conditions_are_ignored() -> None:
    arrays = two_conditions(np.random.default_rng(3))
    noise = (np.arange(900, 1000), np.arange(100), np.full(100, "c"), np.arange(100) % 2)
    padded = [np.concatenate(pair) for pair in zip(arrays, noise, strict=True)]

    assert difference_of_fool_rates(*padded, a="a", b="b") == difference_of_fool_rates(
        *arrays, a="a", b="b"
    )


def test_shared_photo_effects_cancel() -> None:
    """With the same effects under both conditions the interval is narrower than with other ones."""
    widths = []
    for correlation in (1.0, 0.0):
        rng = np.random.default_rng(4)
        results = [
            difference_of_fool_rates(
                *two_conditions(rng, n_photos=20, correlation=correlation, photo_sd=1.5),
                a="a",
                b="b",
            )
            for _ in range(20)
        ]
        widths.append(np.mean([r.high - r.low for r in results]))  # type: ignore[operator]

    assert widths[0] < 0.8 * widths[1]


@pytest.mark.parametrize(("photo_sd", "correlation"), [(0.0, 0.0), (1.0, 0.5), (1.0, 0.0)])
def test_equal_conditions_are_told_apart_about_5_times_in_100(
    photo_sd: float, correlation: float
) -> None:
    """400 data sets: binomial s.e. 1.1 points at 5 %, so 3 s.e. above is 8.3 %."""
    rng = np.random.default_rng(20160328)
    p_values = [
        difference_of_fool_rates(
            *two_conditions(rng, photo_sd=photo_sd, correlation=correlation), a="a", b="b"
        ).p_value
        for _ in range(400)
    ]

    rejected = np.mean([p is not None and p < 0.05 for p in p_values])
    assert 0.005 < rejected < 0.083


@pytest.mark.parametrize(
    ("participant", "photo", "condition", "fooled", "warning"),
    [
        ([1, 1, 2, 3], [1, 2, 1, 2], "aabb", [0, 1, 1, 0], "each condition needs at least 2"),
        ([1, 2, 3, 4], [1, 1, 1, 2], "aabb", [0, 1, 1, 0], "each condition needs at least 2"),
        ([1, 2, 1, 2], [1, 2, 1, 2], "aabb", [0, 1, 1, 0], "at least 3 participants"),
        ([1, 2, 3, 4], [1, 2, 1, 2], "aabb", [1, 1, 0, 0], "all responses are equal"),
    ],
)
def test_too_little_to_tell_gives_no_interval(
    participant: list[int], photo: list[int], condition: str, fooled: list[int], warning: str
) -> None:
    result = difference_of_fool_rates(participant, photo, list(condition), fooled, a="a", b="b")

    assert (result.low, result.high, result.p_value) == (None, None, None)
    assert result.difference is not None
    assert result.warning is not None
    assert warning in result.warning


def test_few_people_are_warned_of() -> None:
    arrays = two_conditions(np.random.default_rng(5), n_participants=4)

    result = difference_of_fool_rates(*arrays, a="a", b="b")

    assert result.warning is not None
    assert "fewer than 10" in result.warning


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ("a", "a", "two different conditions"),
        ("a", "c", "condition 'c' does not occur; allowed: a, b"),
        ("c", "b", "condition 'c' does not occur"),
    ],
)
def test_conditions_that_cannot_be_compared_are_refused(a: str, b: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        difference_of_fool_rates([1, 2], [1, 2], ["a", "b"], [0, 1], a=a, b=b)


def test_a_condition_array_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"condition has shape \(1,\); allowed: \(2,\)"):
        difference_of_fool_rates([1, 2], [1, 2], ["a"], [0, 1], a="a", b="b")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(deadline=None, max_examples=30)
def test_holm_is_that_of_statsmodels(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_nothing_to_adjust_gives_nothing() -> None:
    assert holm([]) == []


def as_trials(arrays: Arrays) -> pd.DataFrame:
    names = ("participant_id", "photo_id", "condition", "fooled")
    return pd.DataFrame(dict(zip(names, arrays, strict=True)))


def test_every_pair_is_compared_in_the_order_named() -> None:
    first = two_conditions(np.random.default_rng(6), rates=(0.5, 0.2))
    third = two_conditions(np.random.default_rng(7))
    trials = pd.concat([as_trials(first), as_trials(third).replace({"a": "c", "b": "c"})])

    results = compare_conditions(trials, ["c", "a", "b"]).differences

    assert [(r.a, r.b) for r in results] == [("c", "a"), ("c", "b"), ("a", "b")]
    p_values = [r.estimate.p_value for r in results]
    assert [r.p_adjusted for r in results] == pytest.approx(
        multipletests(p_values, method="holm")[1]
    )


def test_a_pair_without_trials_has_no_value_and_does_not_count_in_the_adjustment() -> None:
    trials = as_trials(two_conditions(np.random.default_rng(8)))

    results = {(r.a, r.b): r for r in compare_conditions(trials, ["a", "b", "empty"]).differences}

    missing = results[("a", "empty")]
    assert (missing.estimate.difference, missing.p_adjusted) == (None, None)
    assert missing.estimate.warning == "no difference: no analysed trials under empty"
    both = results[("a", "b")]
    assert both.p_adjusted == both.estimate.p_value
