import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from study_app import start_questions
from study_app.start_questions import read_conditions, read_line, read_number, read_title

SUGGESTED = {"title": "A title", "per_condition": 40, "minutes": 7}


def test_questions_name_options_once_each():
    options = [question.option for question in start_questions.start_questions(SUGGESTED)]

    assert len(set(options)) == len(options)


def test_every_default_is_a_good_answer():
    for question in start_questions.start_questions(SUGGESTED):
        question.read(question.default)


@pytest.mark.parametrize(
    ("typed", "names"),
    [("", ()), ("full", ("full",)), ("full, l2", ("full", "l2")), (" a b,c ", ("a", "b", "c"))],
)
def test_conditions_are_parted_by_commas_or_spaces(typed, names):
    assert read_conditions(typed) == names


@pytest.mark.parametrize(
    ("typed", "message"),
    [("a/b", "no name"), ("random", "vigilance"), ("real", "control"), ("a,a", "twice")],
)
def test_names_that_no_condition_can_have_are_refused(typed, message):
    with pytest.raises(click.BadParameter, match=message):
        read_conditions(typed)


@given(st.integers(1, 1_000_000))
def test_whole_numbers_are_read(number):
    assert read_number(f" {number} ") == number


@pytest.mark.parametrize("typed", ["", "0", "-3", "4.5", "many", "1000001", "٣"])
def test_other_numbers_are_refused(typed):
    with pytest.raises(click.BadParameter, match="whole number from 1"):
        read_number(typed)


def test_a_title_is_wanted():
    assert read_title(" Sky ") == "Sky"
    with pytest.raises(click.BadParameter, match="need a title"):
        read_title("  ")


def test_control_characters_are_refused():
    with pytest.raises(click.BadParameter, match="control characters"):
        read_line("a\x1bb")
