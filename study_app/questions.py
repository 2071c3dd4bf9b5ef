"""The questions after the trials: what is asked, what an answer may be, and storing it once.

Place on the data's path: after the last answer, before the debrief. Every question may be passed
over; what was passed over has no row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

import sqlalchemy as sa
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from study_app.errors import N_, UNKNOWN_STUDY_SESSION, NoStudySession, StepsLeft
from study_app.extensions import begin_write
from study_app.models import QuestionAnswer, StudySession
from study_app.study_tables import Question, QuestionWording, StudyFile

LONGEST_ANSWER = 2000
FIELD_PREFIX = "answer-"
# A dot stands in no question's id, so the field of a text beside a choice has a name of its own.
TEXT_SUFFIX = ".text"

Kind = Literal["choice", "text", "choice-or-text"]
# Text, or text that is translated when it is shown.
Words = Any


@dataclass(frozen=True)
class AskedQuestion:
    """A question as it is asked.

    Attributes:
        id: names it in the database and the export.
        text: what is asked.
        kind: one of the options, a text, or either.
        options: values that are stored, with what is read.
        hint: a sentence below the question; may be empty.
        text_label: what stands above the text field of a choice-or-text; else empty.
        language: code of the language of a question of the study's own; else empty.
    """

    id: str
    text: Words
    kind: Kind
    options: tuple[tuple[str, Words], ...] = ()
    hint: Words = ""
    text_label: Words = ""
    language: str = ""

    @property
    def values(self) -> tuple[str, ...]:
        """What may be chosen, as it is stored."""
        return tuple(value for value, _ in self.options)

    @property
    def field(self) -> str:
        """Name of the field of a form: the choice, or the text of a text question."""
        return FIELD_PREFIX + self.id

    @property
    def text_field(self) -> str:
        """Name of the field of the text beside a choice."""
        return self.field + TEXT_SUFFIX


@dataclass(frozen=True)
class ReadAnswers:
    """What a form said.

    Attributes:
        answers: by id of the question; without those that were passed over.
        problems: by id of the question, why its answer cannot be taken.
    """

    answers: dict[str, str]
    problems: dict[str, Words]


STANDARD_QUESTIONS: dict[str, AskedQuestion] = {
    question.id: question
    for question in (
        AskedQuestion(
            id="display",
            text=lazy_gettext("What did you see the pictures on?"),
            kind="choice",
            options=(
                ("phone", lazy_gettext("A phone")),
                ("tablet", lazy_gettext("A tablet")),
                ("laptop", lazy_gettext("A laptop")),
                ("monitor", lazy_gettext("A separate monitor")),
                ("other", lazy_gettext("Something else")),
            ),
        ),
        AskedQuestion(
            id="night-mode",
            text=lazy_gettext("Was a night mode on, one that makes the screen warmer or yellower?"),
            kind="choice",
            options=(
                ("on", lazy_gettext("Yes, it was on")),
                ("off", lazy_gettext("No, it was off")),
                ("unknown", lazy_gettext("I do not know")),
            ),
        ),
        AskedQuestion(
            id="strategy",
            text=lazy_gettext("What did you go by when you chose?"),
            kind="text",
            hint=lazy_gettext("For example certain things or colours that you looked at."),
        ),
        AskedQuestion(
            id="trouble",
            text=lazy_gettext("Did anything get in your way?"),
            kind="choice-or-text",
            options=(("no", lazy_gettext("No, nothing")),),
            hint=lazy_gettext("For example a picture that came late, or somebody who came in."),
            text_label=lazy_gettext("If something did, what was it?"),
        ),
    )
}


def asked_questions(
    study_file: StudyFile, language: str | None = None
) -> tuple[AskedQuestion, ...]:
    """Give the questions of a study: the standard ones, then its own.

    Args:
        study_file: of the study.
        language: code, for its own questions; those that are not translated, and all if None,
            are in the study's first language.
    """
    standard = (STANDARD_QUESTIONS[name] for name in study_file.questions.standard)
    first = study_file.languages.offered[0]
    said = study_file.wording[language].question if language in study_file.wording else {}
    own = (
        _own(question, said[question.id], language)
        if language is not None and question.id in said
        else _own(question, question, first)
        for question in study_file.question
    )
    return (*standard, *own)


def read_answers(questions: Sequence[AskedQuestion], form: Mapping[str, str]) -> ReadAnswers:
    """Read a form; an answer that cannot be taken becomes a problem, never an exception."""
    answers: dict[str, str] = {}
    problems: dict[str, Words] = {}
    for question in questions:
        answer = _given(question, form)
        if len(answer) > LONGEST_ANSWER:
            problems[question.id] = lazy_gettext(
                "This is longer than %(most)d characters; please shorten it.", most=LONGEST_ANSWER
            )
        elif question.kind == "choice" and answer and answer not in question.values:
            problems[question.id] = lazy_gettext("Please choose one of these.")
        elif answer:
            answers[question.id] = answer
    return ReadAnswers(answers, problems)


def record_answers(session: Session, code: str, answers: Mapping[str, str], now: datetime) -> bool:
    """Store the answers of a finished study session, once.

    Returns:
        False if the questions were answered or passed over before; nothing is changed then.

    Raises:
        NoStudySession: no such study session.
        StepsLeft: a trial is not answered yet, or the participant withdrew.
    """
    begin_write(session)
    if not _take_turn(session, code, now):
        session.rollback()
        return _was_done(session, code)
    study_session_id = session.scalars(
        sa.select(StudySession.id).where(StudySession.code == code)
    ).one()
    session.add_all(
        QuestionAnswer(
            study_session_id=study_session_id, question_id=name, answer=answer, answered_at=now
        )
        for name, answer in answers.items()
    )
    session.commit()
    return True


def _own(question: Question, said: Question | QuestionWording, language: str) -> AskedQuestion:
    return AskedQuestion(
        id=question.id,
        text=said.text,
        kind=question.kind,
        options=tuple(zip(question.options, said.options, strict=True)),
        language=language,
    )


def _given(question: AskedQuestion, form: Mapping[str, str]) -> str:
    """Give what was typed, else what was chosen; browsers send line breaks as CR LF."""
    if question.kind == "choice-or-text":
        typed = form.get(question.text_field, "").strip()
        chosen = form.get(question.field, "")
        return typed.replace("\r\n", "\n") or (chosen if chosen in question.values else "")
    return form.get(question.field, "").strip().replace("\r\n", "\n")


def _take_turn(session: Session, code: str, now: datetime) -> bool:
    moved = session.execute(
        sa.update(StudySession)
        .where(
            StudySession.code == code,
            StudySession.state == "finished",
            StudySession.questions_done_at.is_(None),
        )
        .values(questions_done_at=now)
        .execution_options(synchronize_session=False)
    )
    return cast("sa.CursorResult[Any]", moved).rowcount == 1


def _was_done(session: Session, code: str) -> Literal[False]:
    """Give False, for what is done already.

    Raises:
        NoStudySession: no such study session.
        StepsLeft: it is not done, and cannot be.
    """
    row = session.execute(
        sa.select(StudySession.questions_done_at).where(StudySession.code == code)
    ).one_or_none()
    if row is None:
        raise NoStudySession(UNKNOWN_STUDY_SESSION)
    if row[0] is None:
        raise StepsLeft(N_("The questions come after the last pair."))
    return False
