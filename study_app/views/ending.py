"""The pages after the trials: questions, debrief, withdrawal."""

from datetime import UTC, datetime

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from study_app import debrief as debriefing
from study_app import erasure, questions, trial_flow
from study_app.catalog import file_of
from study_app.completion import Outcome
from study_app.extensions import db
from study_app.models import StudySession
from study_app.study_tables import StudyFile
from study_app.views import cookie
from study_app.views.language import page_language
from study_app.views.participant import elsewhere, own_study_session, participating, place
from study_app.views.recruiting import own_outcome

ending = Blueprint("ending", __name__)


@ending.get("/questions", endpoint="questions")
def ask_questions() -> str | Response:
    """Ask what the study wants to know besides the pairs."""
    study_session = participating()
    if leaving := elsewhere(study_session):
        return leaving
    study_file = file_of(study_session.participant.study)
    return questions_form(study_file, study_session.n_answered, questions.ReadAnswers({}, {}))


@ending.post("/questions")
def answer_questions() -> str | Response | tuple[str, int]:
    """Store the answers, once; ask again, with what was typed, if one cannot be taken."""
    study_session = participating()
    if leaving := elsewhere(study_session):
        return leaving
    study_file = file_of(study_session.participant.study)
    asked = questions.asked_questions(study_file)
    read = questions.read_answers(asked, request.form)
    if read.problems:
        return questions_form(study_file, study_session.n_answered, read), 422
    questions.record_answers(db.session(), study_session.code, read.answers, datetime.now(UTC))
    return redirect(url_for("ending.debrief"))


@ending.get("/debrief")
def debrief() -> str | Response:
    """Thank, explain, show score and pairs, and lead back, once all answers are stored."""
    study_session = participating()
    if leaving := elsewhere(study_session):
        return leaving
    study_file = file_of(study_session.participant.study)
    summary = debriefing.sum_up(db.session(), study_session)
    average = (
        debriefing.average_of_others(db.session(), study_session)
        if study_file.debrief.show_score and study_file.debrief.show_average
        else None
    )
    return debrief_page(study_file, summary, average, own_outcome(study_session))


def debrief_page(
    study_file: StudyFile,
    summary: debriefing.DebriefSummary,
    average: debriefing.OthersAverage | None,
    outcome: Outcome | None,
) -> str:
    """Give the debrief, as much of it as the study file wants."""
    shown = study_file.debrief
    return render_template(
        "debrief.html",
        summary=summary,
        outcome=outcome,
        show_score=shown.show_score,
        average=average,
        fooling_pairs=summary.fooling_pairs if shown.show_score and shown.show_gallery else (),
        all_pairs=summary.pairs if shown.show_gallery else (),
        image_size_px=study_file.protocol.image_size_px,
    )


@ending.get("/screened-out")
def screened_out() -> str | Response:
    """Thank who did not pass a check."""
    study_session = own_study_session()
    if leaving := elsewhere(study_session):
        return leaving
    is_paid = study_session.payment == "due"
    return screened_out_page(is_paid=is_paid, outcome=own_outcome(study_session))


def screened_out_page(*, is_paid: bool, outcome: Outcome | None) -> str:
    """Give the page of who did not pass a check."""
    return render_template("screened_out.html", is_paid=is_paid, outcome=outcome)


@ending.get("/withdraw")
def withdraw() -> str:
    """Ask whether to withdraw; who did already, may still have the answers deleted."""
    study_session = own_study_session()
    outcome = own_outcome(study_session)
    if study_session.state == "withdrawn":
        return withdrawn_page(outcome, participant_code=study_session.participant.code)
    ended = study_session.state != "running"
    return withdraw_page(back_url=place(study_session), ended=ended, outcome=outcome)


def withdraw_page(*, back_url: str, ended: bool, outcome: Outcome | None) -> str:
    """Give the page that asks whether to withdraw."""
    return render_template("withdraw.html", back_url=back_url, ended=ended, outcome=outcome)


@ending.post("/withdraw")
def confirm_withdrawal() -> str:
    """Withdraw, or withdraw and delete everything, and say goodbye."""
    study_session = own_study_session()
    choice = request.form.get("choice", "withdraw")
    if choice not in ("withdraw", "erase"):
        abort(400)
    outcome = own_outcome(study_session)  # what was earned stays earned
    if choice == "erase":
        return withdrawn_page(outcome, receipt=_erase(study_session))
    trial_flow.withdraw(db.session(), study_session.code, datetime.now(UTC))
    return withdrawn_page(outcome, participant_code=study_session.participant.code)


def withdrawn_page(
    outcome: Outcome | None, *, participant_code: str = "", receipt: str = ""
) -> str:
    """Give the goodbye of who withdrew, with the receipt if everything was deleted."""
    return render_template(
        "withdrawn.html", outcome=outcome, participant_code=participant_code, receipt=receipt
    )


def questions_form(study_file: StudyFile, n_answers: int, read: questions.ReadAnswers) -> str:
    """Give the page of the questions, with what is to be mended."""
    return render_template(
        "questions.html",
        questions=questions.asked_questions(study_file, page_language()),
        typed=request.form,
        problems=read.problems,
        n_answers=n_answers,
        longest=questions.LONGEST_ANSWER,
    )


def _erase(study_session: StudySession) -> str:
    """Delete all that is stored of a participant, here and in the cookie; gives the receipt."""
    study_code = study_session.participant.study.code
    erased = erasure.erase(
        db.session(), study_session, requested_by="participant", now=datetime.now(UTC)
    )
    cookie.forget(study_code)
    del g.study_session  # there is nothing left to withdraw from
    return erased.receipt
