"""Which participant a request is from, where they go on, and what every page knows of the study."""

from dataclasses import asdict, dataclass
from typing import Any

import flask
from flask import url_for
from flask_babel import refresh

from study_app import trial_flow
from study_app.catalog import file_of, find_study
from study_app.extensions import db
from study_app.models import Study, StudySession, StudyState
from study_app.passage import current_step
from study_app.steps import Step
from study_app.views import cookie

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
    leaving = study_session is not None and study_session.state in ("running", "finished")
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
    study = flask.g.study = find_study(db.session(), study_id)
    refresh()  # the study decides which languages there are
    return study


def own_study_session() -> StudySession:
    """Give the study session of this browser, whatever its state.

    Raises:
        NoStudySession: the browser has none.
    """
    found = trial_flow.find_study_session(db.session(), cookie.require_code())
    flask.g.study_session, flask.g.study = found, found.participant.study
    refresh()  # the study decides which languages there are
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


def place(study_session: StudySession) -> str:
    """Give the address of the page where a participant goes on."""
    if study_session.state == "withdrawn":
        return url_for("ending.withdraw")
    if study_session.state == "screened-out":
        return url_for("ending.screened_out")
    return url_for(PAGE_OF_STEP[current_step(db.session(), study_session)])


def _study_page(study: Study) -> StudyPage:
    described = asdict(file_of(study).study)
    return StudyPage(**{**described, "contact": study.contact, "state": study.state})
