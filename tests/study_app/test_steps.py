from dataclasses import replace

import pytest

from study_app.steps import checks_of, may_turn_away, next_step
from study_app.study_file import parse_study_file
from study_app.study_tables import Screening, StandardQuestions
from tests.study_app.factories import study_text

PLAIN = parse_study_file(study_text())
FULL = replace(
    PLAIN,
    screening=Screening(device="check", colour_vision="record", display="record"),
    questions=StandardQuestions(("trouble",)),
)


def step_of(study_file, *done, started=False, answered=False, asked=False):
    return next_step(
        study_file,
        done,
        has_started=started,
        all_answered=answered,
        questions_done=asked,
    )


def test_a_study_without_checks_begins_with_the_instructions():
    assert checks_of(PLAIN) == ()
    assert not PLAIN.has_questions
    assert step_of(PLAIN) == "instructions"


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        ((), "device"),
        (("device",), "colour-vision"),
        (("device", "colour-vision"), "display"),
        (("display", "device", "colour-vision"), "instructions"),
    ],
)
def test_checks_come_one_after_the_other(done, expected):
    assert step_of(FULL, *done) == expected


def test_who_has_begun_goes_on_with_the_trials():
    assert step_of(FULL, started=True) == "trials"


def test_questions_come_after_the_last_answer_and_once():
    assert step_of(FULL, started=True, answered=True) == "questions"
    assert step_of(FULL, started=True, answered=True, asked=True) == "debrief"
    assert step_of(PLAIN, started=True, answered=True) == "debrief"


@pytest.mark.parametrize(
    ("screening", "expected"),
    [
        (Screening(), False),
        (Screening(display="record", colour_vision="record"), False),
        (Screening(colour_vision="screen-out"), True),
        (Screening(device="check"), True),
    ],
)
def test_somebody_may_be_turned_away_by_the_device_or_the_plates(screening, expected):
    study_file = replace(PLAIN, screening=screening)

    assert may_turn_away(study_file) is expected
