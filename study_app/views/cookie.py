"""What the signed cookie remembers: this browser's study sessions, and which is current."""

import secrets

import flask

from study_app.enrolment import KEY_BYTES
from study_app.errors import NoStudySession

STUDY_SESSIONS = "study_sessions"
CURRENT_STUDY = "study"
ENROLMENT_KEYS = "enrolment_keys"


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
        raise NoStudySession("This browser has no study session; start from the invitation.")
    return code


def enrolment_key(study_code: str) -> str:
    """Give the key of this browser's consent to a study, made once."""
    keys: dict[str, str] = flask.session.get(ENROLMENT_KEYS, {})
    if study_code not in keys:
        keys = {**keys, study_code: secrets.token_urlsafe(KEY_BYTES)}
        flask.session[ENROLMENT_KEYS] = keys
    return keys[study_code]
