"""What the signed cookie remembers: this browser's study sessions, and which is current."""

import dataclasses

import flask

from study_app.errors import UNKNOWN_STUDY_SESSION, NoStudySession
from study_app.opaque_names import new_key
from study_app.recruiters import Assignment

STUDY_SESSIONS = "study_sessions"
CURRENT_STUDY = "study"
ENROLMENT_KEYS = "enrolment_keys"
ASSIGNMENTS = "assignments"
KEPT_BY_STUDY = (STUDY_SESSIONS, ENROLMENT_KEYS, ASSIGNMENTS)


def remember(study_code: str, study_session_code: str) -> None:
    """Keep a new study session and make its study the current one."""
    kept = flask.session.get(STUDY_SESSIONS, {})
    flask.session[STUDY_SESSIONS] = {**kept, study_code: study_session_code}
    flask.session[CURRENT_STUDY] = study_code
    flask.session.permanent = True


def resume(study_code: str) -> str | None:
    """Make a study the current one if this browser has a study session of it; give its code."""
    code: str | None = flask.session.get(STUDY_SESSIONS, {}).get(study_code)
    if code is not None and flask.session.get(CURRENT_STUDY) != study_code:
        flask.session[CURRENT_STUDY] = study_code
    return code


def knows(study_code: str) -> bool:
    """Say whether this browser has a study session of a study."""
    return study_code in flask.session.get(STUDY_SESSIONS, {})


def current_code() -> str | None:
    """Give the code of the current study session, if the browser has one."""
    kept: dict[str, str] = flask.session.get(STUDY_SESSIONS, {})
    return kept.get(flask.session.get(CURRENT_STUDY, ""))


def require_code() -> str:
    """Give the code of the current study session.

    Raises:
        NoStudySession: the browser has none.
    """
    code = current_code()
    if code is None:
        raise NoStudySession(UNKNOWN_STUDY_SESSION)
    return code


def enrolment_key(study_code: str) -> str:
    """Give the key of this browser's consent to a study, made once."""
    keys: dict[str, str] = flask.session.get(ENROLMENT_KEYS, {})
    if study_code not in keys:
        keys = {**keys, study_code: new_key()}
        flask.session[ENROLMENT_KEYS] = keys
    return keys[study_code]


def forget(study_code: str) -> None:
    """Know nothing of a study any more: who comes next in this browser starts anew."""
    for name in KEPT_BY_STUDY:
        kept: dict[str, object] = flask.session.get(name, {})
        if study_code in kept:
            flask.session[name] = {code: kept[code] for code in kept if code != study_code}
    if flask.session.get(CURRENT_STUDY) == study_code:
        del flask.session[CURRENT_STUDY]


def forget_current() -> bool:
    """Know nothing of the current study any more; says whether there was a study session."""
    known = current_code() is not None
    if known:
        forget(flask.session[CURRENT_STUDY])
    return known


def keep_assignment(study_code: str, assignment: Assignment) -> None:
    """Keep the accepted task of a worker of Mechanical Turk; it stands nowhere else."""
    kept = flask.session.get(ASSIGNMENTS, {})
    flask.session[ASSIGNMENTS] = {**kept, study_code: dataclasses.asdict(assignment)}


def assignment(study_code: str) -> Assignment | None:
    """Give the accepted task of a study, if this browser came with one."""
    kept = flask.session.get(ASSIGNMENTS, {}).get(study_code)
    return Assignment(**kept) if kept else None
