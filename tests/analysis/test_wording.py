import pytest

from analysis.wording import (
    count,
    counted,
    decimal,
    difference_in_words,
    in_percent,
    limits,
    milliseconds,
    p_value,
    percent,
    plain_limits,
    point_limits,
    points,
    probability,
    rate_in_words,
    whole,
    whose,
)

NO_LIMITS = {"low": None, "high": None}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (percent(0.3049), "30.5\u00a0%"),
        (percent(0.95, digits=None), "95\u00a0%"),
        (percent(0.999, digits=None), "99.9\u00a0%"),
        (percent(None), "–"),
        (limits({"low": 0.281, "high": 0.372}), "28.1–37.2\u00a0%"),
        (limits(NO_LIMITS), "–"),
        (points(0.061), "+6.1"),
        (points(-0.061), "−6.1"),
        (points(-0.0001), "0.0"),
        (points(0.00061, digits=2), "+0.06"),
        (points(None), "–"),
        (point_limits({"low": -0.01, "high": 0.02}), "−1.0 to +2.0"),
        (point_limits({"a": -0.01, "b": 0.02}, "a", "b"), "−1.0 to +2.0"),
        (point_limits(NO_LIMITS), "–"),
        (p_value(0.0004), "< 0.001"),
        (p_value(0.04321), "0.043"),
        (p_value(0.9996), "> 0.999"),
        (p_value(1.0), "1.000"),
        (p_value(None), "–"),
        (probability(0.0), "0\u00a0%"),
        (probability(0.001), "< 1\u00a0%"),
        (probability(0.62), "62\u00a0%"),
        (probability(0.9999), "> 99\u00a0%"),
        (probability(1.0), "100\u00a0%"),
        (probability(None), "–"),
        (milliseconds(1234.4), "1,234\u00a0ms"),
        (milliseconds(None), "–"),
        (whole(1234.4), "1,234"),
        (whole(None), "–"),
        (decimal(-0.125), "−0.12"),
        (decimal(-0.001), "0.00"),
        (decimal(None), "–"),
        (plain_limits({"low": -1.0, "high": 2.0}), "−1.00 to 2.00"),
        (plain_limits(NO_LIMITS), "–"),
        (count(12345), "12,345"),
        (count(0), "0"),
        (count(None), "–"),
        (counted(1, "photo"), "1 photo"),
        (counted(2000, "photo"), "2,000 photos"),
        (counted(2, "person", "people"), "2 people"),
    ],
)
def test_numbers_are_written_for_readers(written: str, expected: str) -> None:
    assert written == expected


def test_a_rate_is_written_with_the_interval_there_is() -> None:
    entry = {"fool_rate": 0.32, "people_and_photos": {"low": 0.28, "high": 0.37}}

    assert rate_in_words(entry) == "32.0\u00a0% (28.0–37.0)"
    assert rate_in_words({**entry, "people_and_photos": NO_LIMITS}) == "32.0\u00a0%"
    assert rate_in_words({"fool_rate": None}) == "no trials"


def test_a_difference_is_written_with_the_interval_there_is() -> None:
    entry = {"difference": 0.11, "low": 0.04, "high": 0.18}

    assert difference_in_words(entry) == "+11.0 (+4.0 to +18.0)"
    assert difference_in_words({**entry, **NO_LIMITS}) == "+11.0"
    assert difference_in_words({"difference": None}) == "no trials"


def test_limits_for_a_figure_are_in_percent() -> None:
    assert in_percent({"low": 0.25, "high": 0.5}) == (25, 50)
    assert in_percent(NO_LIMITS) is None


@pytest.mark.parametrize(
    ("is_pilot", "only_simulated", "said"),
    [
        (False, False, ""),
        (True, False, " Pilot data."),
        (False, True, " Simulated observers."),
        (True, True, " Pilot data. Simulated observers."),
    ],
)
def test_data_that_are_not_the_studys_own_are_said_to_be_so(
    is_pilot: bool, only_simulated: bool, said: str
) -> None:
    assert whose({"is_pilot": is_pilot, "only_simulated": only_simulated}) == said
