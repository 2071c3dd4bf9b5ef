import pytest

from study_app.number_words import counted, noun


@pytest.mark.parametrize(("number", "told"), [(0, "0 trials"), (1, "1 trial"), (12, "12 trials")])
def test_one_is_told_in_the_singular_and_none_in_the_plural(number, told):
    assert counted(number, "trial") == told


def test_words_with_forms_of_their_own_are_given_both():
    assert [counted(n, "person", "people") for n in (1, 2)] == ["1 person", "2 people"]
    assert [noun(n, "is", "are") for n in (0, 1, 2)] == ["are", "is", "are"]
