import numpy as np
import pytest
import scipy.stats

from analysis.condition_sums import ConditionSums, sum_conditions
from analysis.crossed_responses import code_responses
from analysis.differences import difference_of


def summed(people: list[int], photos: list[int], conditions: list[int], fooled: list[int]):  # type: ignore[no-untyped-def]
    codes = np.array(conditions)
    return sum_conditions(code_responses(people, photos, fooled), codes, int(codes.max()) + 1)


def random_sums(seed: int) -> ConditionSums:
    rng = np.random.default_rng(seed)
    n = 600
    return sum_conditions(
        code_responses(rng.integers(0, 12, n), rng.integers(0, 20, n), rng.random(n) < 0.3),
        rng.integers(0, 2, n),
        2,
    )


def test_the_interval_is_the_difference_plus_and_minus_t_standard_errors() -> None:
    sums = random_sums(1)
    terms = sums.difference_terms(0, 1)
    n = sum(sums.n_trials)
    degrees = terms.two_way**2 / (
        terms.people**2 / 10 + terms.photos**2 / 19 + terms.cells**2 / (n - 1)
    )

    result = difference_of(sums, 0, 1, level=0.9)

    half_width = scipy.stats.t.ppf(0.95, degrees) * np.sqrt(terms.two_way)
    assert result.degrees == pytest.approx(degrees)
    assert result.standard_error == pytest.approx(np.sqrt(terms.two_way))
    assert result.low == pytest.approx(sums.difference(0, 1) - half_width)
    assert result.high == pytest.approx(sums.difference(0, 1) + half_width)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95, 0.99])
def test_the_interval_leaves_0_out_where_the_p_value_is_below(level: float) -> None:
    for seed in range(20):
        result = difference_of(random_sums(seed), 0, 1, level=level)

        assert result.low is not None
        assert result.high is not None
        assert result.p_value is not None
        assert (result.p_value < 1 - level) == (not result.low <= 0 <= result.high)


def test_a_higher_level_contains_a_lower_one() -> None:
    wide, narrow = (difference_of(random_sums(2), 0, 1, level=level) for level in (0.99, 0.95))

    assert wide.low < narrow.low  # type: ignore[operator]
    assert narrow.high < wide.high  # type: ignore[operator]


def test_one_condition_of_equal_responses_is_warned_of() -> None:
    people, photos = np.divmod(np.arange(200), 10)
    conditions = people % 2
    fooled = np.where(conditions == 0, 0, (people + photos) % 3 == 0)

    result = difference_of(
        summed(people.tolist(), photos.tolist(), conditions.tolist(), fooled.tolist()),
        0,
        1,
        level=0.95,
    )

    assert result.p_value is not None
    assert result.warning is not None
    assert "all responses under one of the conditions are equal" in result.warning


def test_everyone_alike_under_both_conditions_gives_no_interval() -> None:
    """The same answers twice: every sum over a person, photo or cell cancels to exactly 0."""
    people, photos = np.divmod(np.arange(40), 8)
    fooled = ((people + 2 * photos) % 3 == 0).astype(int)
    twice = [np.tile(codes, 2).tolist() for codes in (people, photos)]

    result = difference_of(
        summed(*twice, [0] * 40 + [1] * 40, np.tile(fooled, 2).tolist()), 0, 1, level=0.95
    )

    assert (result.difference, result.low, result.p_value) == (0.0, None, None)
    assert result.warning == (
        "no interval: under both conditions everyone answered alike, photo by photo"
    )
