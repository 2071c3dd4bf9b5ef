"""The desk's door: the page that asks for the password, and the way out."""

from datetime import UTC, datetime

import flask
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from study_app import desk_door
from study_app.errors import DeskError, DeskLockedOut, WrongPassword, sentence
from study_app.extensions import db
from study_app.views.desk_access import LOGIN_KEY, is_researcher
from study_app.views.desk_paths import DESK_PREFIX, HOME, way_on

door_pages = Blueprint("desk_door", __name__, url_prefix=DESK_PREFIX)


@door_pages.get("/login")
def door() -> str | Response:
    """Ask for the password."""
    desk_door.check_has_password(db.session())
    wanted = way_on(request.args.get("next", ""))
    if is_researcher():
        return redirect(wanted)
    return _form(wanted)


@door_pages.post("/login")
def log_in() -> Response | tuple[str, int]:
    """Let in who knows the password, under a cookie that nobody has seen before."""
    wanted = way_on(request.form.get("next", ""))
    try:
        password = request.form.get("password", "")
        key = desk_door.log_in(db.session(), password, datetime.now(UTC))
    except (WrongPassword, DeskLockedOut) as error:
        flask.current_app.logger.warning("login at the desk refused: %s", error.code)
        return _form(wanted, error), error.status
    flask.session.clear()
    flask.session[LOGIN_KEY] = key
    return redirect(wanted)


@door_pages.get("/logout")
def lead_to_the_desk() -> Response:
    """Lead who comes to the address of the button to the desk; only the button logs out."""
    return redirect(HOME)


@door_pages.post("/logout")
def log_out() -> Response:
    """End the login, on the server too."""
    desk_door.log_out(db.session(), flask.session.get(LOGIN_KEY, ""))
    flask.session.clear()
    return redirect(url_for("desk_door.door"))


def _form(wanted: str, error: DeskError | None = None) -> str:
    problem = sentence(str(error)) if error else ""
    return render_template("desk/login.html", wanted=wanted, problem=problem)
