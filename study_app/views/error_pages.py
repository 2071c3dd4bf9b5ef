"""Turn errors into pages, or into JSON for the trial API; the only place that does.

Messages are English where they are raised, marked by ``errors.N_``; here they are translated.
"""

import flask
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm.exc import ObjectDeletedError
from werkzeug.exceptions import HTTPException

from study_app.errors import (
    N_,
    UNKNOWN_STUDY_SESSION,
    NoStudySession,
    StudyError,
    StudyNotOpen,
    sentence,
)
from study_app.extensions import db
from study_app.views import cookie, flow
from study_app.views.desk_paths import is_desk
from study_app.views.request_record import count_refusal

API_PREFIX = "/api/"
GONE = 410
INTERNAL_ERROR = 500
NOTHING_LOST = N_("Nothing is lost: every answer you gave is stored.")
SERVER_TROUBLE = N_("The server cannot go on; the people who run the study have to mend it.")

HTTP_TITLES = {
    400: N_("That could not be understood"),
    404: N_("There is no such page"),
    405: N_("That does not work here"),
    413: N_("That was too much at once"),
    429: N_("That was too fast"),
}
HTTP_MESSAGES = {
    400: N_("What your browser sent cannot be read."),
    404: N_("The address may be mistyped, or the page is gone."),
    405: N_("This address is not meant to be used like that."),
    413: N_("What your browser sent is too long."),
    429: N_("Please wait a moment, then try again."),
}


def register_error_pages(app: flask.Flask) -> None:
    """Register the handlers, and refuse what no browser sends before any view reads it."""
    app.before_request(_refuse_null_characters)
    app.register_error_handler(StudyError, _study_error)
    app.register_error_handler(ObjectDeletedError, _erased_meanwhile)
    app.register_error_handler(CSRFError, _form_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _crash)


def error_page(status: int, code: str, title: str, message: str, *, known: bool) -> str:
    """Give a participant the page of an error, with the one thing to do.

    Args:
        status: of HTTP.
        code: of the error.
        title: translated.
        message: translated.
        known: whether the browser has a study session.
    """
    label, action_url = _action(known, status)
    return render_template(
        "error.html",
        status=status,
        code=code,
        title=title,
        message=sentence(message),
        reassurance=gettext(NOTHING_LOST) if known and status != GONE else "",
        action_url=action_url,
        action_label=label,
    )


def _refuse_null_characters() -> None:
    """Refuse the one character that PostgreSQL has no place for; nobody can type it."""
    values = (*(request.view_args or {}).values(), *request.values.values())
    if any("\0" in str(value) for value in values):
        flask.g.recruiter_kind = None  # nobody asks the database whose study this may be
        flask.abort(400)


def _study_error(error: StudyError) -> ResponseReturnValue:
    if error.status >= INTERNAL_ERROR and not is_desk():
        # The message names files of the server: for the log, not for participants.
        flask.current_app.logger.error("%s: %s", error.code, error)
        message = gettext(SERVER_TROUBLE)
    else:
        message = gettext(error.message, **error.values)
    flow.count_refusal(error)
    if isinstance(error, NoStudySession):
        flask.g.pop("study_session", None)  # erased meanwhile: there is nothing to withdraw from
    if isinstance(error, NoStudySession) and cookie.forget_current():
        # Erased: the cookie would lead here again and again.
        message = gettext(
            "Nothing is stored about you here any more. If you asked for your answers to be"
            " deleted, that was done."
        )
    if is_desk():
        status, title = error.desk_status or error.status, error.desk_title or error.title
        return _answer(status, error.code, gettext(title), message)
    if isinstance(error, StudyNotOpen) and not _is_api():
        count_refusal(error.code)
        return render_template("full.html", reason=error.reason), error.status
    return _answer(error.status, error.code, gettext(error.title), message)


def _erased_meanwhile(_error: ObjectDeletedError) -> ResponseReturnValue:
    """Answer where another window erased the participant meanwhile; no other rows are deleted."""
    db.session.rollback()
    return _study_error(NoStudySession(UNKNOWN_STUDY_SESSION))


def _form_error(error: CSRFError) -> ResponseReturnValue:
    if _is_api() and cookie.current_code() is None:
        return _study_error(NoStudySession(UNKNOWN_STUDY_SESSION))
    message = gettext(
        "This page was open for too long or without cookies, so the form was not taken."
    )
    flask.current_app.logger.info("form token refused: %s", error.description)
    return _answer(400, "form-token", gettext("Please try again"), message)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None:
        return error
    code = error.name.lower().replace(" ", "-")
    title = gettext(HTTP_TITLES.get(error.code, StudyError.title))
    known = HTTP_MESSAGES.get(error.code)
    message = gettext(known) if known else error.description or error.name
    return _answer(error.code, code, title, message)


def _crash(error: Exception) -> ResponseReturnValue:
    if flask.current_app.testing or flask.current_app.debug:
        raise error
    flask.current_app.logger.exception("unexpected error")
    message = gettext("Something went wrong on the server; it was noted.")
    return _answer(INTERNAL_ERROR, "internal-error", gettext("The server stumbled"), message)


def _is_api() -> bool:
    return request.path.startswith(API_PREFIX)


def _answer(status: int, code: str, title: str, message: str) -> ResponseReturnValue:
    count_refusal(code)
    if _is_api():
        return {"error": code, "message": message}, status
    if is_desk():
        shown = {"status": status, "code": code, "title": title, "message": sentence(message)}
        return render_template("desk/error.html", **shown), status
    known = cookie.current_code() is not None
    return error_page(status, code, title, message, known=known), status


def _action(known: bool, status: int) -> tuple[str, str]:
    """Lead back to the study session; who withdrew, to the page that says what can be done."""
    if not known:
        return gettext("Go to the start"), url_for("pages.home")
    if status == GONE:
        return gettext("How to have your answers deleted"), url_for("ending.withdraw")
    return gettext("Go on where you were"), url_for("pages.trials")
