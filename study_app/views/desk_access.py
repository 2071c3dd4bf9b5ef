"""The desk's blueprint, whose every page is for researchers who are logged in.

Whoever adds a page to the desk adds it to ``desk``: the guard stands before all of them.
"""

from datetime import UTC, datetime

import flask
from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from study_app import desk_door
from study_app.errors import LoginEnded
from study_app.extensions import db
from study_app.views.desk_paths import DESK_PREFIX

LOGIN_KEY = "login"

desk = Blueprint("desk", __name__, url_prefix=DESK_PREFIX)


@desk.before_request
def researchers_only() -> Response | None:
    """Lead who is not logged in to the door, and back to the page they wanted.

    Raises:
        DeskClosed: the desk has no password.
        LoginEnded: a form came without a login.
    """
    desk_door.check_has_password(db.session())
    if is_researcher():
        return None
    if request.method not in ("GET", "HEAD"):
        raise LoginEnded("you are not logged in any more, so nothing was changed")
    wanted = request.full_path.rstrip("?")
    return redirect(url_for("desk_door.door", next=wanted))


def is_researcher() -> bool:
    """Say whether this browser is logged in at the desk."""
    key = flask.session.get(LOGIN_KEY, "")
    return bool(key) and desk_door.is_logged_in(db.session(), key, datetime.now(UTC))
