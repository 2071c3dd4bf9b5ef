from datetime import UTC, datetime, timedelta

from study_app.monitoring.pace import expected_end

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
OPENED = NOW - timedelta(days=20)
HOUR = timedelta(hours=1)


def test_the_end_is_expected_from_the_last_day():
    finished = {"full": [NOW - hours * HOUR for hours in (1, 5, 9, 20)], "l2": [NOW - 30 * HOUR]}

    found = expected_end(finished, 5, OPENED, NOW)

    assert found is not None
    assert (found.n_left, found.per_day) == (1 + 4, 4)
    assert found.end == NOW + timedelta(days=5 / 4)


def test_after_an_empty_day_the_last_week_tells():
    finished = {"full": [NOW - timedelta(days=days) for days in (2, 3, 4)]}

    found = expected_end(finished, 4, OPENED, NOW)

    assert found is not None
    assert found.window == timedelta(days=7)
    assert found.end == NOW + timedelta(days=7 / 3)


def test_the_rate_is_counted_from_the_opening():
    finished = {"full": [NOW - HOUR, NOW - HOUR, NOW - HOUR]}

    found = expected_end(finished, 6, NOW - 2 * HOUR, NOW)

    assert found is not None
    assert found.end == NOW + 2 * HOUR


def test_a_condition_with_more_than_its_people_takes_none_from_another():
    finished = {"full": [NOW - HOUR] * 5, "l2": []}

    found = expected_end(finished, 3, OPENED, NOW)

    assert found is not None
    assert found.n_left == 3


def test_nothing_is_expected_from_too_few_of_a_full_study_or_beyond_a_year():
    three_a_day = {"full": [NOW - HOUR] * 3}

    assert expected_end({"full": [NOW - HOUR] * 2}, 9, OPENED, NOW) is None
    assert expected_end(three_a_day, 3, OPENED, NOW) is None
    assert expected_end(three_a_day, 10_000, OPENED, NOW) is None
    assert expected_end({"full": [NOW - timedelta(days=9)] * 3}, 9, OPENED, NOW) is None
