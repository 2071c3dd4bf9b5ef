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
@settings(deadline=None, max_examples=20)
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


def test_every_pair_has_the_numbers_it_has_alone() -> None:
    """All pairs come from one set of sums, and have the variances of each pair by itself."""
    first = two_conditions(np.random.default_rng(6), rates=(0.5, 0.2))
    trials = pd.concat(
        [
            as_trials(first),
            as_trials(within(np.random.default_rng(7))).replace({"a": "c", "b": "d"}),
        ]
    )
    names = ("participant_id", "photo_id", "condition", "fooled")
    arrays = [trials[name].to_numpy() for name in names]

    results = compare_conditions(trials, ["a", "b", "c", "d"], level=0.9).differences

    assert len(results) == 6
    for result in results:
        assert result.estimate == difference_of_fool_rates(
            *arrays, a=result.a, b=result.b, level=0.9
        )


def test_max_t_and_simultaneous_intervals_stand_beside_holm() -> None:
    first = two_conditions(np.random.default_rng(6), rates=(0.5, 0.2))
    third = two_conditions(np.random.default_rng(7))
    trials = pd.concat([as_trials(first), as_trials(third).replace({"a": "c", "b": "c"})])

    for result in compare_conditions(trials, ["a", "b", "c"]).differences:
        estimate = result.estimate
        assert estimate.p_value < result.p_max_t < 3 * estimate.p_value  # type: ignore[operator]
        assert result.low_simultaneous < estimate.low  # type: ignore[operator]
        assert estimate.high < result.high_simultaneous  # type: ignore[operator]
        assert (result.p_max_t < 0.05) == (  # type: ignore[operator]
            not result.low_simultaneous <= 0 <= result.high_simultaneous  # type: ignore[operator]
        )


def test_one_pair_is_not_adjusted() -> None:
    trials = as_trials(two_conditions(np.random.default_rng(8)))

    (result,) = compare_conditions(trials, ["a", "b"]).differences

    assert result.p_adjusted == result.estimate.p_value
    assert result.p_max_t == pytest.approx(result.estimate.p_value, rel=1e-9)
    assert result.low_simultaneous == pytest.approx(result.estimate.low, rel=1e-8)


def test_the_ranking_says_how_sure_the_best_is() -> None:
    """Closed form for two: best with 1 minus the one-sided p-value; five binomial s.e."""
    trials = as_trials(two_conditions(np.random.default_rng(9), rates=(0.36, 0.32)))

    compared = compare_conditions(trials, ["a", "b"])

    (difference,) = compared.differences
    a, b = compared.ranking
    one_sided = difference.estimate.p_value / 2  # type: ignore[operator]
    best = 1 - one_sided if difference.estimate.difference > 0 else one_sided  # type: ignore[operator]
    assert (a.condition, b.condition) == ("a", "b")
    assert a.p_best == pytest.approx(best, abs=0.008)
    assert a.p_rank == pytest.approx((a.p_best, b.p_best))
    assert a.warning is None


def test_the_seed_decides_the_ranking() -> None:
    trials = as_trials(two_conditions(np.random.default_rng(9), rates=(0.36, 0.32)))

    first, again, other = (compare_conditions(trials, ["a", "b"], seed=seed) for seed in (1, 1, 2))

    assert first == again
    assert first.ranking != other.ranking


def with_degenerate_conditions() -> pd.DataFrame:
    """Two good conditions, one of one photo, one of one person, two where nobody is fooled."""
    rng = np.random.default_rng(10)
    people, photos = np.divmod(np.arange(400), 20)
    frames = [as_trials(two_conditions(rng, rates=(0.4, 0.3)))]
    for name, fooled, kept in (
        ("one photo", rng.random(400) < 0.3, photos == 0),
        ("one person", rng.random(400) < 0.3, people == 0),
        ("never", np.zeros(400, dtype=bool), people >= 0),
        ("never again", np.zeros(400, dtype=bool), people >= 0),
    ):
        arrays = (people + 1000, photos, np.full(400, name), fooled)
        frames.append(as_trials(arrays)[kept])
    return pd.concat(frames)


def test_degenerate_conditions_are_warned_of_and_harm_no_other() -> None:
    names = ["a", "b", "one photo", "one person", "never", "never again", "gone"]

    compared = compare_conditions(with_degenerate_conditions(), names)

    by_names = {(d.a, d.b): d for d in compared.differences}
    assert len(by_names) == 21
    for pair, expected in (
        (("a", "one photo"), "each condition needs at least 2"),
        (("b", "one person"), "each condition needs at least 2"),
        (("never", "never again"), "all responses are equal"),
        (("a", "gone"), "no analysed trials under gone"),
    ):
        difference = by_names[pair]
        assert difference.estimate.low is None
        assert difference.p_adjusted is difference.p_max_t is difference.low_simultaneous is None
        assert expected in difference.estimate.warning  # type: ignore[operator]
    half = by_names["a", "never"]
    assert half.p_max_t is not None
    assert "under one of the conditions are equal" in half.estimate.warning  # type: ignore[operator]
    ranks = {ranked.condition: ranked for ranked in compared.ranking}
    for name in ("one photo", "one person", "gone"):
        assert (ranks[name].p_best, ranks[name].p_rank) == (None, ())
        assert ranks[name].warning == "not ranked: no interval can be given for its differences"
    ranked = [ranks[name] for name in ("a", "b", "never", "never again")]
    assert np.sum([r.p_rank for r in ranked], axis=0) == pytest.approx(np.ones(4))
    assert ranks["never"].p_rank[2] == pytest.approx(0.5, abs=0.01)
    assert "all responses are equal" in ranks["never"].warning  # type: ignore[operator]


def test_one_condition_has_no_difference_and_no_rank() -> None:
    trials = as_trials(two_conditions(np.random.default_rng(8)))

    compared = compare_conditions(trials, ["a"])

    assert (compared.differences, compared.ranking) == ((), ())


def test_no_trials_at_all_leave_every_pair_without_a_value() -> None:
    trials = as_trials(two_conditions(np.random.default_rng(8)))

    compared = compare_conditions(trials[:0], ["a", "b"])

    (difference,) = compared.differences
    assert difference.estimate.warning == "no difference: no analysed trials under a and b"
    assert [ranked.p_best for ranked in compared.ranking] == [None, None]


@given(st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=10)
def test_shuffling_and_renaming_change_not_one_bit(chance: Any) -> None:
    trials = as_trials(within(np.random.default_rng(11)))
    order = list(range(len(trials)))
    chance.shuffle(order)
    renamed = trials.iloc[order].assign(
        participant_id=lambda rows: rows["participant_id"].map(lambda code: f"p{code * 7 % 31}"),
        photo_id=lambda rows: 100 - rows["photo_id"],
    )

    assert compare_conditions(renamed, ["a", "b"]) == compare_conditions(trials, ["a", "b"])


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=30)
def test_swapping_fooled_and_not_mirrors_the_difference(seed: int) -> None:
    participant, photo, condition, fooled = within(np.random.default_rng(seed))

    one = difference_of_fool_rates(participant, photo, condition, fooled, a="a", b="b")
    other = difference_of_fool_rates(participant, photo, condition, ~fooled, a="a", b="b")

    assert one.difference == -other.difference  # type: ignore[operator]
    assert (one.low, one.high) == (-other.high, -other.low)  # type: ignore[operator]
    assert one.p_value == other.p_value


def test_a_pair_without_trials_has_no_value_and_does_not_count_in_the_adjustment() -> None:
    trials = as_trials(two_conditions(np.random.default_rng(8)))

    results = {(r.a, r.b): r for r in compare_conditions(trials, ["a", "b", "empty"]).differences}

    missing = results[("a", "empty")]
    assert (missing.estimate.difference, missing.p_adjusted) == (None, None)
    assert missing.estimate.warning == "no difference: no analysed trials under empty"
    both = results[("a", "b")]
    assert both.p_adjusted == both.estimate.p_value
