"""Which participant a request is from, where they go on, and what every page knows of the study."""

import contextlib
from dataclasses import asdict, dataclass
from typing import Any

import flask
from flask import url_for
from flask_babel import refresh
from werkzeug.wrappers import Response

from study_app import trial_flow
from study_app.catalog import file_of, find_study
from study_app.errors import UnknownStudy
from study_app.extensions import db
from study_app.models import Study, StudySession
from study_app.passage import current_step
from study_app.steps import Step
from study_app.study_states import StudyState
from study_app.views import cookie
from study_app.views.desk_paths import is_desk

PAGE_OF_STEP: dict[Step, str] = {
    "device": "screening.device",
    "colour-vision": "screening.colour_vision",
    "display": "screening.display",
    "instructions": "pages.instructions",
    "trials": "pages.trials",
    "questions": "ending.questions",
    "debrief": "ending.debrief",
}


@dataclass(frozen=True)
class StudyPage:
    """What every page may say about its study."""

    id: str
    title: str
    contact: str
    minutes: int
    pay: str
    state: StudyState


def add_study() -> dict[str, Any]:
    """Give every template the study and, to who takes part, the way out."""
    study_session = flask.g.get("study_session")
    leaving = study_session is not None and study_session.state != "withdrawn"
    study = flask.g.get("study")
    return {
        "study": _study_page(study) if study else None,
        "withdraw_url": url_for("ending.withdraw") if leaving else None,
    }


def find_study_of_page(study_id: str) -> Study:
    """Give the study a page is about, and let its template know.

    Raises:
        UnknownStudy: there is none.
    """
    study = find_study(db.session(), study_id)
    _note_study(study)
    return study


def own_study_session() -> StudySession:
    """Give the study session of this browser, whatever its state.

    Raises:
        NoStudySession: the browser has none.
    """
    found = trial_flow.find_study_session(db.session(), cookie.require_code())
    flask.g.study_session = found
    _note_study(found.participant.study)
    return found


def participating() -> StudySession:
    """Give the study session of this browser if it runs or is finished.

    Raises:
        NoStudySession: the browser has none.
        Withdrawn: the participant withdrew.
        ScreenedOut: the participant did not pass a check.
    """
    study_session = own_study_session()
    trial_flow.check_takes_part(study_session)
    return study_session


def is_framed() -> bool:
    """Say whether the page may stand in a recruiter's frame: that of Mechanical Turk only."""
    if is_desk():
        return False
    arguments = flask.request.view_args or {}
    if "recruiter_kind" not in flask.g and "study_id" in arguments:
        # Refused before its view ran, say for a missing cookie: to be read in the frame as well.
        with contextlib.suppress(UnknownStudy):
            find_study_of_page(arguments["study_id"])
    return bool(flask.g.get("recruiter_kind") == "mturk")


def place(study_session: StudySession) -> str:
    """Give the address of the page where a participant goes on."""
    if study_session.state == "withdrawn":
        return url_for("ending.withdraw")
    if study_session.state == "screened-out":
        return url_for("ending.screened_out")
    return url_for(PAGE_OF_STEP[current_step(db.session(), study_session)])


def elsewhere(study_session: StudySession) -> Response | None:
    """Lead a participant to the page where they go on, if it is another than this one."""
    here = place(study_session)
    return None if here == url_for(flask.request.endpoint or "") else flask.redirect(here)


def _note_study(study: Study) -> None:
    """Let the templates, the headers and the cookie know which study a page is about."""
    flask.g.study, flask.g.recruiter_kind = study, file_of(study).recruiter.kind
    refresh()  # the study decides which languages there are


def _study_page(study: Study) -> StudyPage:
    described = asdict(file_of(study).study)
    return StudyPage(**{**described, "contact": study.contact, "state": study.state})
