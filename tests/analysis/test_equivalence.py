from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportions_ztest

from analysis.calibration import CrossedDesign, draw_study
from analysis.condition_sums import VarianceTerms
from analysis.equivalence import AgainstHalf, check_margin, compare_with_half, score_statistic
from analysis.intervals import CrossedShare, crossed_share, interval_of


def share_of(
    share: float, n: int = 1000, deff: float = 1.0, n_participants: int = 40, n_photos: int = 60
) -> CrossedShare:
    """A summed-up condition with a design effect between people, none between photos."""
    binomial = share * (1 - share) / n
    terms = VarianceTerms(deff * binomial, binomial, binomial)
    return CrossedShare(share, n, n_participants, n_photos, terms)


def against(share: CrossedShare | None, **options: Any) -> AgainstHalf:
    (result,) = compare_with_half({"full": share}, **options)
    return result


@pytest.mark.parametrize("value", [0.45, 0.5, 0.55])
def test_the_statistic_is_the_score_test_of_statsmodels(value: float) -> None:
    """Independent program: with a design effect of 1 it is the z of independent trials."""
    share = share_of(0.47)
    expected, _ = proportions_ztest(470, 1000, value, prop_var=value)

    assert score_statistic(share, value, "people_and_photos") == pytest.approx(expected)


def test_with_many_people_and_photos_the_p_values_are_those_of_independent_trials() -> None:
    share = share_of(0.47, n_participants=10**6, n_photos=10**6)

    result = against(share, margin=0.05)

    _, two_sided = proportions_ztest(470, 1000, 0.5, prop_var=0.5)
    _, above = proportions_ztest(470, 1000, 0.45, alternative="larger", prop_var=0.45)
    _, below = proportions_ztest(470, 1000, 0.55, alternative="smaller", prop_var=0.55)
    assert result.p_value == pytest.approx(two_sided, rel=1e-4)
    assert result.equivalence is not None
    assert result.equivalence.p_value == pytest.approx(max(above, below), rel=1e-4)


def test_the_design_effect_divides_the_trials() -> None:
    """Closed form: t = (p - 1/2) / sqrt(1/4 / (N/deff)), min(P, I) - 1 or P - 1 degrees."""
    result = against(share_of(0.4, n=900, deff=9.0, n_participants=40, n_photos=30))

    t = 0.1 / np.sqrt(0.25 / 100)
    assert result.difference == pytest.approx(-0.1)
    assert result.p_value == pytest.approx(2 * scipy.stats.t.sf(t, 29))
    assert result.p_value_these_photos == pytest.approx(2 * scipy.stats.t.sf(t, 39))


@given(
    st.floats(0.02, 0.98),
    st.integers(20, 3000),
    st.floats(1, 12),
    st.sampled_from([0.8, 0.95, 0.99]),
    st.floats(0.01, 0.3),
)
@settings(deadline=None, max_examples=200)
def test_every_test_says_what_its_interval_says(
    rate: float, n: int, deff: float, level: float, margin: float
) -> None:
    share = share_of(rate, n, deff)

    result = against(share, level=level, margin=margin)

    for target, p_value in (
        ("people_and_photos", result.p_value),
        ("these_photos", result.p_value_these_photos),
    ):
        interval = interval_of(share, level=level, target=target)  # type: ignore[arg-type]
        assert interval.low is not None
        assert interval.high is not None
        assert p_value is not None
        if abs(p_value - (1 - level)) > 1e-9:
            assert (p_value < 1 - level) == (not interval.low <= 0.5 <= interval.high)
    equivalence = result.equivalence
    assert equivalence is not None
    inside = 0.5 - margin < equivalence.low and equivalence.high < 0.5 + margin
    if abs(equivalence.p_value - (1 - level)) > 1e-9:
        assert equivalence.equivalent == inside


def test_the_interval_of_equivalence_has_twice_the_error() -> None:
    share = share_of(0.5)

    equivalence = against(share, level=0.95, margin=0.1).equivalence

    expected = interval_of(share, level=0.9, target="people_and_photos")
    assert equivalence is not None
    assert (equivalence.low, equivalence.high) == (expected.low, expected.high)
    assert equivalence.equivalent


def test_swapping_fooled_and_not_mirrors_the_test() -> None:
    one, other = (against(share_of(rate, deff=3), margin=0.08) for rate in (0.46, 0.54))

    assert one.difference == pytest.approx(-other.difference)  # type: ignore[operator]
    assert one.p_value == pytest.approx(other.p_value)
    assert one.equivalence is not None
    assert other.equivalence is not None
    assert one.equivalence.p_value == pytest.approx(other.equivalence.p_value)
    assert one.equivalence.low == pytest.approx(1 - other.equivalence.high)


def test_without_a_margin_equivalence_is_not_tested() -> None:
    result = against(share_of(0.5))

    assert result.equivalence is None
    assert result.p_value == pytest.approx(1)
    assert result.warning is None


def test_a_condition_without_trials_has_no_test() -> None:
    result = against(None, margin=0.05)

    assert (result.difference, result.p_value, result.equivalence) == (None, None, None)
    assert result.warning == "no test: no analysed trials are left"


def test_one_participant_has_a_difference_and_no_test() -> None:
    result = against(crossed_share([1, 1, 1], [1, 2, 3], [0, 1, 1]), margin=0.05)

    assert result.difference == pytest.approx(1 / 6)
    assert (result.p_value, result.p_value_these_photos, result.equivalence) == (None, None, None)
    assert result.warning is not None
    assert result.warning.startswith("no interval")


@pytest.mark.parametrize("answer", [0, 1])
def test_equal_responses_differ_from_half_and_say_so(answer: int) -> None:
    people, photos = np.divmod(np.arange(400), 20)

    result = against(crossed_share(people, photos, np.full(400, answer)), margin=0.05)

    assert result.p_value is not None
    assert result.p_value < 1e-10
    assert result.equivalence is not None
    assert not result.equivalence.equivalent
    assert result.warning is not None
    assert "all responses are equal" in result.warning


@pytest.mark.parametrize("margin", [0, 0.5, -0.1, 5.0, float("nan")])
def test_a_margin_outside_0_to_half_is_refused(margin: float) -> None:
    with pytest.raises(
        ValueError, match=r"margin is .*; allowed: a fraction above 0 and below 0.5"
    ):
        check_margin(margin)


def test_a_level_outside_0_to_1_is_refused() -> None:
    with pytest.raises(ValueError, match="level is"):
        compare_with_half({}, level=95)


@pytest.mark.parametrize(
    ("rate", "margin", "least", "most"),
    [(0.45, 0.05, 0.0, 0.083), (0.4, 0.1, 0.0, 0.083), (0.5, 0.1, 0.95, 1.0)],
)
def test_equivalence_is_claimed_wrongly_at_most_5_times_in_100_and_found_where_it_is(
    rate: float, margin: float, least: float, most: float
) -> None:
    """Simulated studies at the margin and at 50 %; 400 each: three s.e. above 5 % are 8.3 %."""
    design = CrossedDesign(n_participants=40, n_photos=200, fool_rate=rate)
    rng = np.random.default_rng(20160328)
    claimed = 0

    for _ in range(400):
        responses = draw_study(design, rng).responses
        share = crossed_share(responses.participant, responses.photo, responses.fooled)
        equivalence = against(share, margin=margin).equivalence
        claimed += equivalence is not None and equivalence.equivalent

    assert least <= claimed / 400 <= most
