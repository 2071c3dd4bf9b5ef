from datetime import datetime, timedelta, timezone

import pytest

from study_app.monitoring.figures_in_words import counted, milliseconds, moment, percent, thin


@pytest.mark.parametrize(("number", "told"), [(0, "0"), (999, "999"), (1234567, "1 234 567")])
def test_large_numbers_have_thin_separators(number, told):
    assert thin(number).replace("\u202f", " ") == told


@pytest.mark.parametrize(
    ("number", "told"), [(0, "0 trials"), (1, "1 trial"), (2000, "2 000 trials")]
)
def test_one_is_told_in_the_singular(number, told):
    assert counted(number, "trial").replace("\u202f", " ") == told


def test_a_word_may_have_a_plural_of_its_own():
    assert (counted(1, "person", "people"), counted(2, "person", "people")) == (
        "1 person",
        "2 people",
    )


@pytest.mark.parametrize(
    ("share", "digits", "told"), [(0.875, 0, "88 %"), (0.3217, 1, "32.2 %"), (None, 0, "–")]
)
def test_shares_are_percentages(share, digits, told):
    assert percent(share, digits).replace("\u202f", " ") == told


def test_times_are_told_with_their_units():
    assert milliseconds(1234.4).replace("\u202f", " ") == "1 234 ms"
    assert milliseconds(None) == "–"
    zone = timezone(timedelta(hours=1))
    assert moment(datetime(2026, 11, 8, 0, 5, tzinfo=zone)) == "7 Nov 2026, 23:05 UTC"
