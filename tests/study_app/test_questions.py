from dataclasses import replace

import pytest
import sqlalchemy as sa

from study_app import questions
from study_app.errors import NoStudySession, StepsLeft
from study_app.extensions import db
from study_app.models import QuestionAnswer, StudySession
from study_app.study_file import parse_study_file
from study_app.study_tables import (
    STANDARD_QUESTION_IDS,
    Languages,
    Question,
    QuestionWording,
    StandardQuestions,
    Wording,
)
from tests.study_app import factories
from tests.study_app.factories import NOW

LONGEST = questions.LONGEST_ANSWER


@pytest.fixture
def asked(app):
    """The four standard questions and two of the study's own."""
    study_file = replace(
        parse_study_file(factories.study_text()),
        questions=StandardQuestions(STANDARD_QUESTION_IDS),
        question=(
            Question("profession", "Do you work with pictures?", options=("Yes", "No")),
            Question("else", "Anything else?", kind="text"),
        ),
    )
    with app.test_request_context("/"):
        yield questions.asked_questions(study_file)


@pytest.fixture
def finished(open_app, participant):
    """The code of a study session whose trials are all answered."""
    participant.answer_all()
    with open_app.app_context():
        yield db.session.scalars(sa.select(StudySession.code)).one()


def stored():
    rows = db.session.execute(sa.select(QuestionAnswer.question_id, QuestionAnswer.answer))
    return {name: answer for name, answer in rows}


def test_every_standard_question_is_known():
    assert set(questions.STANDARD_QUESTIONS) == set(STANDARD_QUESTION_IDS)


def test_the_standard_questions_come_first_then_the_studys_own(asked):
    assert [question.id for question in asked] == [*STANDARD_QUESTION_IDS, "profession", "else"]
    assert str(asked[0].text) == "What did you see the pictures on?"
    assert asked[4].options == (("Yes", "Yes"), ("No", "No"))


def test_a_study_without_questions_asks_none():
    assert questions.asked_questions(parse_study_file(factories.study_text())) == ()


def test_what_was_given_is_read(asked):
    form = {
        "answer-display": "laptop",
        "answer-night-mode": "off",
        "answer-strategy": " The sky.\r\nAnd skin. ",
        "answer-trouble": "no",
        "answer-trouble.text": "",
        "answer-profession": "Yes",
        "other": "x",
    }

    read = questions.read_answers(asked, form)

    assert read.problems == {}
    assert read.answers == {
        "display": "laptop",
        "night-mode": "off",
        "strategy": "The sky.\nAnd skin.",
        "trouble": "no",
        "profession": "Yes",
    }


@pytest.mark.parametrize("form", [{}, {"answer-display": "", "answer-strategy": "  "}])
def test_every_question_may_be_passed_over(asked, form):
    assert questions.read_answers(asked, form) == questions.ReadAnswers({}, {})


def test_a_text_beside_a_choice_goes_before_the_choice(asked):
    form = {"answer-trouble": "no", "answer-trouble.text": "The bus shook."}

    assert questions.read_answers(asked, form).answers == {"trouble": "The bus shook."}


def test_an_option_that_is_not_offered_is_a_problem(asked):
    read = questions.read_answers(asked, {"answer-display": "fridge", "answer-strategy": "x"})

    assert list(read.problems) == ["display"]
    assert read.answers == {"strategy": "x"}


@pytest.mark.parametrize("field", ["answer-strategy", "answer-trouble.text", "answer-else"])
def test_a_text_has_a_longest_length(asked, field):
    assert questions.read_answers(asked, {field: "x" * LONGEST}).problems == {}

    read = questions.read_answers(asked, {field: "x" * (LONGEST + 1)})

    assert len(read.problems) == 1
    assert str(LONGEST) in str(next(iter(read.problems.values())))


def test_answers_are_stored_once(finished):
    session = db.session()
    assert questions.record_answers(session, finished, {"strategy": "first"}, NOW)

    assert not questions.record_answers(session, finished, {"strategy": "again"}, NOW)

    assert stored() == {"strategy": "first"}
    assert session.scalars(sa.select(StudySession.questions_done_at)).one() == NOW


def test_passing_over_all_is_remembered(finished):
    assert questions.record_answers(db.session(), finished, {}, NOW)

    assert stored() == {}
    assert not questions.record_answers(db.session(), finished, {"strategy": "late"}, NOW)


def test_questions_are_not_answered_before_the_last_pair(open_app, participant):
    participant.answer_next()
    with open_app.app_context():
        code = db.session.scalars(sa.select(StudySession.code)).one()

        with pytest.raises(StepsLeft):
            questions.record_answers(db.session(), code, {"strategy": "x"}, NOW)

        assert stored() == {}


def test_nobody_answers_for_a_study_session_that_is_not(open_app):
    with open_app.app_context(), pytest.raises(NoStudySession):
        questions.record_answers(db.session(), "nobody", {}, NOW)


def test_an_own_question_is_asked_in_the_language_of_the_page_and_stored_in_the_first(asked):
    study_file = replace(
        parse_study_file(factories.study_text()),
        question=(
            Question("profession", "Do you work with pictures?", options=("Yes", "No")),
            Question("else", "Anything else?", kind="text"),
        ),
        languages=Languages(("en", "de")),
        wording={
            "de": Wording(question={"profession": QuestionWording("Mit Bildern?", ("Ja", "Nein"))})
        },
    )

    german = questions.asked_questions(study_file, "de")
    english = questions.asked_questions(study_file, "en")

    assert (german[0].text, german[0].language) == ("Mit Bildern?", "de")
    assert german[0].options == (("Yes", "Ja"), ("No", "Nein"))
    assert (german[1].text, german[1].language) == ("Anything else?", "en")
    assert english == questions.asked_questions(study_file)
    assert {question.language for question in asked[:4]} == {""}
