"""The pages after the trials: questions, debrief, withdrawal."""

from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from study_app import trial_flow
from study_app.catalog import file_of
from study_app.extensions import db
from study_app.models import StudySession
from study_app.views import cookie
from study_app.views.participant import own_study_session, participating, place

ending = Blueprint("ending", __name__)


@ending.get("/debrief")
def debrief() -> str | Response:
    """Thank, explain, show the score and give the completion code, once all answers are stored."""
    study_session = participating()
    if (here := place(study_session)) != url_for("ending.debrief"):
        return redirect(here)
    study_file = file_of(study_session.participant.study)
    summary = trial_flow.summarise(db.session(), study_session)
    score = {"n_right": summary.n_right, "n_pairs": summary.n_pairs}
    return render_template(
        "debrief.html",
        n_answers=summary.n_answers,
        completion_code=summary.completion_code,
        score=score if study_file.debrief.show_score else None,
        fooled_pairs=[_gallery_entry(pair) for pair in summary.fooling_pairs],
        image_size_px=study_file.protocol.image_size_px,
    )


@ending.get("/screened-out")
def screened_out() -> str | Response:
    """Thank who did not pass a check."""
    study_session = own_study_session()
    if study_session.state != "screened-out":
        return redirect(place(study_session))
    return render_template("screened_out.html", check=study_session.screened_out_by)


@ending.get("/withdraw")
def withdraw() -> str:
    """Ask whether to withdraw."""
    study_session = own_study_session()
    if study_session.state == "withdrawn":
        return _withdrawn(study_session)
    return render_template(
        "withdraw.html",
        action_url=url_for("ending.confirm_withdrawal"),
        back_url=place(study_session),
        is_finished=study_session.state == "finished",
    )


@ending.post("/withdraw")
def confirm_withdrawal() -> str:
    """Withdraw and say goodbye."""
    code = cookie.require_code()
    trial_flow.withdraw(db.session(), code, datetime.now(UTC))
    return _withdrawn(own_study_session())


def _withdrawn(study_session: StudySession) -> str:
    return render_template("withdrawn.html", participant_code=study_session.participant.code)


def _gallery_entry(pair: trial_flow.FoolingPair) -> dict[str, str | int]:
    return {
        "number": pair.number,
        "real_url": url_for("images.image", token=pair.real_token),
        "fake_url": url_for("images.image", token=pair.fake_token),
    }
