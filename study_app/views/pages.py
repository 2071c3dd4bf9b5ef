"""The pages a participant sees, one template each."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import flask
import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from study_app import enrolment, trial_flow
from study_app.catalog import file_of, find_study
from study_app.errors import InvalidToken, Withdrawn
from study_app.extensions import db
from study_app.models import NAME_LENGTH, Study, StudySession, StudyState
from study_app.simulated_token import read_token
from study_app.views import cookie

pages = Blueprint("pages", __name__)

TRIAL_KEY_PLACE = "TRIAL_KEY"
# Query parameters that travel from the invitation to the consent form.
CARRIED_PARAMETERS = ("simulated", "participant")


@dataclass(frozen=True)
class StudyPage:
    """What every page may say about its study."""

    id: str
    title: str
    contact: str
    minutes: int
    pay: str
    state: StudyState


@pages.app_context_processor
def add_study() -> dict[str, Any]:
    """Give every template the study and, to who takes part, the way out."""
    study_session = flask.g.get("study_session")
    leaving = study_session is not None and study_session.state != "withdrawn"
    study = flask.g.get("study")
    return {
        "study": _study_page(study) if study else None,
        "withdraw_url": url_for("pages.withdraw") if leaving else None,
    }


@pages.get("/")
def home() -> Response | str:
    """Lead to the one open study, or say what to do."""
    studies = list(db.session.scalars(sa.select(Study).order_by(Study.id)))
    open_studies = [study for study in studies if study.state == "open"]
    if len(open_studies) == 1:
        return redirect(url_for("pages.invitation", study_id=open_studies[0].code))
    listed = [
        {
            "title": file_of(study).study.title,
            "url": url_for("pages.invitation", study_id=study.code),
        }
        for study in open_studies
    ]
    return render_template("home.html", open_studies=listed, n_studies=len(studies))


@pages.get("/study/<study_id>")
def invitation(study_id: str) -> str:
    """Invite; stores nothing."""
    study = _find(study_id)
    carried = _carried(request.args)
    consent_url = url_for("pages.consent", study_id=study_id)
    return render_template(
        "invitation.html",
        consent_url=consent_url,
        hidden_fields=carried,
        next_url=f"{consent_url}?{urlencode(carried)}" if carried else consent_url,
        accepts_participants=study.state == "open" or _simulated_seed(study, carried) is not None,
        **_numbers(study),
    )


@pages.get("/study/<study_id>/consent")
def consent(study_id: str) -> Response | str:
    """Ask for consent, unless this browser is in the study already."""
    study = _find(study_id)
    if cookie.resume(study_id):
        return redirect(_place(_study_session()))
    carried = _carried(request.args)
    enrolment.check_accepts(study, _simulated_seed(study, carried) is not None)
    cookie.enrolment_key(study_id)
    return _consent_form(study, carried)


@pages.post("/study/<study_id>/consent")
def give_consent(study_id: str) -> Response | str | tuple[str, int]:
    """Enrol who agrees; let go who does not."""
    study = _find(study_id)
    carried = _carried(request.form)
    if cookie.resume(study_id):
        return redirect(_place(_study_session()))
    if request.form.get("agree") == "no":
        return redirect(url_for("pages.declined", study_id=study_id))
    if request.form.get("agree") != "yes":
        return _consent_form(study, carried, "Please choose one of the two."), 422
    seed = _simulated_seed(study, carried)
    applicant = enrolment.Applicant(
        enrolment_key=cookie.enrolment_key(study_id),
        simulated=seed is not None,
        external_id=carried.get("participant"),
        seed=seed,
    )
    study_session = enrolment.enrol(db.session(), study_id, applicant, datetime.now(UTC))
    cookie.remember(study_id, study_session.code)
    return redirect(_place(study_session))


@pages.get("/study/<study_id>/declined")
def declined(study_id: str) -> str:
    """Thank who declined."""
    _find(study_id)
    return render_template(
        "declined.html", invitation_url=url_for("pages.invitation", study_id=study_id)
    )


@pages.get("/instructions")
def instructions() -> str:
    """Tell what happens next."""
    study_session = _running_or_finished()
    protocol = file_of(study_session.participant.study).protocol
    return render_template(
        "instructions.html",
        n_practice=study_session.n_practice,
        n_main=study_session.n_trials - study_session.n_practice,
        layout=protocol.layout,
        display_ms=protocol.display_ms,
        next_url=url_for("pages.trials"),
        has_started=study_session.n_answered > 0,
    )


@pages.get("/trials")
def trials() -> str | Response:
    """Give the presenter its page; the trials come by the trial API."""
    study_session = _running_or_finished()
    if study_session.state == "finished":
        return redirect(url_for("pages.debrief"))
    protocol = file_of(study_session.participant.study).protocol
    return render_template(
        "trials.html",
        n_practice=study_session.n_practice,
        n_main=study_session.n_trials - study_session.n_practice,
        layout=protocol.layout,
        image_size_px=protocol.image_size_px,
        break_after=protocol.break_after,
        next_trial_url=url_for("trial_api.next_trial"),
        response_url_template=url_for("trial_api.record_response", trial_key=TRIAL_KEY_PLACE),
        debrief_url=url_for("pages.debrief"),
    )


@pages.get("/debrief")
def debrief() -> str | Response:
    """Thank, explain, show the score and give the completion code, once all answers are stored."""
    study_session = _running_or_finished()
    if study_session.state != "finished":
        return redirect(url_for("pages.trials"))
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


@pages.get("/withdraw")
def withdraw() -> str:
    """Ask whether to withdraw."""
    study_session = _study_session()
    if study_session.state == "withdrawn":
        return _withdrawn(study_session)
    return render_template(
        "withdraw.html",
        action_url=url_for("pages.confirm_withdrawal"),
        back_url=_place(study_session),
        is_finished=study_session.state == "finished",
    )


@pages.post("/withdraw")
def confirm_withdrawal() -> str:
    """Withdraw and say goodbye."""
    code = cookie.require_code()
    trial_flow.withdraw(db.session(), code, datetime.now(UTC))
    return _withdrawn(_study_session())


def _find(study_id: str) -> Study:
    study = flask.g.study = find_study(db.session(), study_id)
    return study


def _study_session() -> StudySession:
    found = trial_flow.find_study_session(db.session(), cookie.require_code())
    flask.g.study_session, flask.g.study = found, found.participant.study
    return found


def _running_or_finished() -> StudySession:
    study_session = _study_session()
    if study_session.state == "withdrawn":
        raise Withdrawn("You have withdrawn from this study; nothing more is asked of you.")
    return study_session


def _place(study_session: StudySession) -> str:
    """Give the page where a participant goes on."""
    if study_session.state == "withdrawn":
        return url_for("pages.withdraw")
    if study_session.state == "finished":
        return url_for("pages.debrief")
    started = study_session.n_answered > 0
    return url_for("pages.trials" if started else "pages.instructions")


def _withdrawn(study_session: StudySession) -> str:
    return render_template("withdrawn.html", participant_code=study_session.participant.code)


def _carried(values: Any) -> dict[str, str]:
    given = {name: values.get(name, "").strip() for name in CARRIED_PARAMETERS}
    limited = {name: value for name, value in given.items() if value}
    if len(limited.get("participant", "")) > NAME_LENGTH:
        flask.abort(400, "The participant number in the link is too long.")
    return limited


def _simulated_seed(study: Study, carried: dict[str, str]) -> int | None:
    """Give the seed in the token of a simulated observer; None for a person.

    Raises:
        InvalidToken: there is a token and it is not good.
    """
    token = carried.get("simulated")
    if token is None:
        return None
    secret_key = flask.current_app.secret_key
    if not isinstance(secret_key, str):
        raise InvalidToken("This server has no key to read such links with.")
    return read_token(secret_key, study.code, token)


def _consent_form(study: Study, carried: dict[str, str], error: str | None = None) -> str:
    given = file_of(study).consent
    return render_template(
        "consent.html",
        consent_text=given.text,
        consent_paragraphs=[part.strip() for part in given.text.split("\n\n") if part.strip()],
        consent_version=given.version,
        consent_required=given.required,
        action_url=url_for("pages.give_consent", study_id=study.code),
        hidden_fields=carried,
        error=error,
    )


def _numbers(study: Study) -> dict[str, int]:
    protocol = file_of(study).protocol
    return {"n_practice": protocol.n_practice, "n_main": protocol.n_main}


def _gallery_entry(pair: trial_flow.FoolingPair) -> dict[str, str | int]:
    return {
        "number": pair.number,
        "real_url": url_for("images.image", token=pair.real_token),
        "fake_url": url_for("images.image", token=pair.fake_token),
    }


def _study_page(study: Study) -> StudyPage:
    described = asdict(file_of(study).study)
    return StudyPage(**{**described, "contact": study.contact, "state": study.state})
