"""How often one browser may ask: far more than a person can, and less than a script would.

A limit is counted for the study session in the cookie, or for the consent that is being given; not
for an address: a laboratory sits behind one, and addresses are not looked at. Tries at the desk's
door are counted together. Each worker of the server counts for itself, in memory. Simulated
observers and the tests have no limit.
"""

import math
import time
from typing import Any

import flask
from flask_limiter import Limiter

from study_app.views import cookie
from study_app.views.desk_paths import is_desk

ANSWERS = "10 per second; 300 per minute"
FORMS = "5 per second; 60 per minute"
LOGINS = "2 per second; 20 per minute"
LIMITS = {
    "trial_api.next_trial": ANSWERS,
    "trial_api.start_trial": ANSWERS,
    "trial_api.record_response": ANSWERS,
    "pages.give_consent": FORMS,
    "ending.answer_questions": FORMS,
    "desk_door.log_in": LOGINS,
}
MEMORY = "memory://"
UNLIMITED = "unlimited"
ANYBODY_AT_THE_DOOR = "desk"
TOO_MANY_REQUESTS = 429


def register_rate_limits(app: flask.Flask) -> None:
    """Limit the addresses of ``LIMITS``; all of them must be registered."""
    limiter = Limiter(key_func=_browser, app=app, storage_uri=MEMORY)
    limiter.request_filter(_has_no_limit)
    for endpoint, limits in LIMITS.items():
        limited: Any = limiter.limit(limits)(app.view_functions[endpoint])
        app.view_functions[endpoint] = limited

    @app.after_request
    def add_waiting_time(response: flask.Response) -> flask.Response:
        breached = limiter.current_limit
        if response.status_code == TOO_MANY_REQUESTS and breached is not None:
            seconds = math.ceil(breached.reset_at - time.time())
            response.headers["Retry-After"] = str(max(1, seconds))
        return response


def lift_limits() -> None:
    """Let this browser ask as often as it likes: a simulated observer's."""
    flask.session[UNLIMITED] = True


def _browser() -> str:
    if is_desk():
        return ANYBODY_AT_THE_DOOR
    keys: dict[str, str] = flask.session.get(cookie.ENROLMENT_KEYS, {})
    return cookie.current_code() or " ".join(sorted(keys.values()))


def _has_no_limit() -> bool:
    """Say whether a request is not counted: without a cookie it gets nowhere anyway."""
    return flask.current_app.testing or bool(flask.session.get(UNLIMITED)) or not _browser()
