from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from study_app.monitoring.time_line import NARROWEST, WIDTH, Moments, clock, time_line

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
AGO = st.lists(st.timedeltas(timedelta(0), timedelta(hours=3)), max_size=8).map(
    lambda passed: sorted(START + each for each in passed)
)


def at(*seconds):
    return [START + timedelta(seconds=each) for each in seconds]


def test_the_phases_follow_each_other_along_the_whole_line():
    line = time_line(Moments(START, at(20), at(30, 40), at(50, 60, 70), questions_at=at(100)[0]))

    assert [(part.phase, part.x, part.width) for part in line.segments] == [
        ("checks", 0, 80),
        ("practice", 80, 80),
        ("test", 160, 120),
        ("questions", 280, 120),
    ]
    assert line.told == "checks 0:20, practice 0:20, test 0:30, questions 0:30"


def test_a_long_wait_between_two_answers_is_a_pause():
    line = time_line(Moments(START, practice_at=at(10), test_at=at(20, 320, 330)))

    assert [part.phase for part in line.segments] == ["practice", "test", "pause", "test"]
    assert line.told == "practice 0:10, test 0:10, pause 5:00, test 0:10"


def test_the_wait_between_practice_and_test_may_be_a_pause():
    line = time_line(Moments(START, practice_at=at(10), test_at=at(310, 320)))

    assert [part.phase for part in line.segments] == ["practice", "pause", "test"]


def test_the_end_and_what_was_cut_off_are_marked():
    line = time_line(
        Moments(
            START, test_at=at(50, 100), interrupted_at=at(75), end="withdrawn", ended_at=at(200)[0]
        )
    )

    assert [(sign.mark, sign.x) for sign in line.signs] == [
        ("interrupted", 150),
        ("withdrawn", WIDTH),
    ]
    assert line.lasted == timedelta(seconds=200)
    assert line.told.endswith("1 cut off, withdrawn")


def test_who_has_just_consented_has_an_empty_line():
    line = time_line(Moments(START))

    assert (line.segments, line.signs, line.told) == ((), (), "consented")


@given(AGO, AGO, AGO, AGO)
def test_nothing_is_drawn_beside_the_line(checked, practice, test, interrupted):
    line = time_line(Moments(START, checked, practice, test, interrupted))

    assert all(0 <= sign.x <= WIDTH for sign in line.signs)
    assert all(
        part.width >= NARROWEST and part.x >= 0 and part.x + part.width <= WIDTH + 0.1
        for part in line.segments
    )


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0:00"), (65, "1:05"), (3599.6, "1:00:00"), (7325, "2:02:05")]
)
def test_times_are_told_like_a_clock(seconds, told):
    assert clock(timedelta(seconds=seconds)) == told
