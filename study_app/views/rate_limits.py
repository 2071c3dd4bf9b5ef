"""How often one browser may ask: far more than a person can, and less than a script would.

A limit is counted for the study session in the cookie, or for the consent that is being given; not
for an address: a laboratory sits behind one, and addresses are not looked at. Tries at the desk's
door are counted together. Each worker of the server counts for itself, in memory. Simulated
observers and the tests have no limit.
"""

import functools
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flask
from werkzeug.exceptions import TooManyRequests

from study_app.views import cookie
from study_app.views.desk_paths import is_desk


@dataclass(frozen=True)
class Limit:
    """So many requests in a window of so many seconds."""

    most: int
    window_s: int


ANSWERS = (Limit(10, 1), Limit(300, 60))
FORMS = (Limit(5, 1), Limit(60, 60))
# A page asks for all its pictures at once: two of a pair, or those that the debrief shows.
PICTURES = (Limit(120, 1), Limit(600, 60))
# Each plate is drawn when it is asked for; a page shows one.
PLATES = (Limit(5, 1), Limit(60, 60))
LOGINS = (Limit(2, 1), Limit(20, 60))
LIMITS = {
    "trial_api.next_trial": ANSWERS,
    "trial_api.start_trial": ANSWERS,
    "trial_api.record_response": ANSWERS,
    "images.image": PICTURES,
    "pages.give_consent": FORMS,
    "pages.next_person": FORMS,
    "screening.plate": PLATES,
    "screening.check_device": FORMS,
    "screening.read_plate": FORMS,
    "screening.check_display": FORMS,
    "ending.answer_questions": FORMS,
    "ending.confirm_withdrawal": FORMS,
    "desk_door.log_in": LOGINS,
}
UNLIMITED = "unlimited"
ANYBODY_AT_THE_DOOR = "desk"
# Windows that are over are forgotten when there are so many, once a second at most.
MANY_WINDOWS = 20_000


class WindowCounts:
    """Requests in fixed windows of time, for each name; libraries start a thread to forget them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Count nothing yet.

        Args:
            clock: gives seconds that never go back.
        """
        self._clock = clock
        self._lock = threading.Lock()
        # Of a limit and a name: the end of the window and the requests in it.
        self._windows: dict[tuple[Limit, str], tuple[float, int]] = {}
        self._forget_at = 0.0

    def hit(self, limit: Limit, name: str) -> float:
        """Count a request.

        Returns:
            0 if it is within the limit, else the seconds until the window is over.
        """
        now = self._clock()
        with self._lock:
            end, n = self._windows.get((limit, name), (0.0, 0))
            if now >= end:
                if len(self._windows) >= MANY_WINDOWS and now >= self._forget_at:
                    self._forget(now)
                end, n = now + limit.window_s, 0
            self._windows[(limit, name)] = (end, n + 1)
        return 0.0 if n < limit.most else end - now

    def _forget(self, now: float) -> None:
        self._windows = {key: kept for key, kept in self._windows.items() if kept[0] > now}
        self._forget_at = now + 1


def register_rate_limits(app: flask.Flask) -> None:
    """Limit the addresses of ``LIMITS``; all of them must be registered."""
    counts = WindowCounts()
    for endpoint, limits in LIMITS.items():
        view = app.view_functions[endpoint]
        app.view_functions[endpoint] = _limited(view, endpoint, limits, counts)


def lift_limits() -> None:
    """Let this browser ask as often as it likes: a simulated observer's."""
    flask.session[UNLIMITED] = True


def _limited(
    view: Callable[..., Any], endpoint: str, limits: tuple[Limit, ...], counts: WindowCounts
) -> Callable[..., Any]:
    @functools.wraps(view)
    def limited(**arguments: Any) -> Any:
        if not _has_no_limit():
            name = f"{endpoint} {_browser()}"
            wait_s = max(counts.hit(limit, name) for limit in limits)
            if wait_s:
                flask.after_this_request(_with_waiting_time(wait_s))
                raise TooManyRequests
        return view(**arguments)

    return limited


def _with_waiting_time(wait_s: float) -> Callable[[flask.Response], flask.Response]:
    def add(response: flask.Response) -> flask.Response:
        response.headers["Retry-After"] = str(max(1, math.ceil(wait_s)))
        return response

    return add


def _browser() -> str:
    if is_desk():
        return ANYBODY_AT_THE_DOOR
    keys: dict[str, str] = flask.session.get(cookie.ENROLMENT_KEYS, {})
    return cookie.current_code() or " ".join(sorted(keys.values()))


def _has_no_limit() -> bool:
    """Say whether a request is not counted: without a cookie it gets nowhere anyway."""
    return flask.current_app.testing or bool(flask.session.get(UNLIMITED)) or not _browser()
