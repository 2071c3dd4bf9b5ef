"""The session cookies: the participants', which a frame needs with other attributes; the desk's.

Workers see the study in a frame on another site, where browsers send only cookies marked
``SameSite=None; Secure`` and, more and more, ``Partitioned``: a jar for each site around the frame.
Only studies of that recruiter set such a cookie, under a name of its own; once a browser has it,
it holds everything, so that there is never more than one that counts.

The researcher's desk has a cookie of its own, sent to the desk only and never from another site, so
that a researcher who takes part in the same browser stays two people.
"""

import functools
import time
from typing import Any

import flask
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature

from study_app.views.desk_paths import DESK_PREFIX, is_desk
from study_app.views.participant import is_framed

FRAMED_SUFFIX = "_framed"
DESK_SUFFIX = "_desk"
MOST_COOKIES_KNOWN = 2048


class StudyCookies(SecureCookieSessionInterface):
    """Flask's signed cookie, with the attributes of a framed page where there is a frame.

    A browser sends the same cookie with every request: the signature of one that was found good is
    not reckoned again.
    """

    def __init__(self) -> None:
        self._proved = functools.lru_cache(MOST_COOKIES_KNOWN)(self._prove)

    def open_session(self, app: flask.Flask, request: flask.Request) -> SecureCookieSession | None:
        """Read the cookie; a session without anything if there is none that is good."""
        value = request.cookies.get(self.get_cookie_name(app))
        if not value:
            return self.session_class()
        try:
            kept, signed_at = self._proved(app, value)
        except BadSignature:
            return self.session_class()
        age_s = time.time() - signed_at
        if not 0 <= age_s <= app.permanent_session_lifetime.total_seconds():
            return super().open_session(app, request)  # which knows what is too old
        return self.session_class(kept)

    def save_session(
        self, app: flask.Flask, session: SessionMixin, response: flask.Response
    ) -> None:
        """Set the cookie where it has changed."""
        if session.modified or self.should_set_cookie(app, session):
            super().save_session(app, session, response)
        elif session.accessed:
            response.vary.add("Cookie")

    def _prove(self, app: flask.Flask, value: str) -> tuple[dict[str, Any], float]:
        """Give what a cookie holds and when it was signed, however old.

        Raises:
            BadSignature: it is none of ours.
        """
        serializer = self.get_signing_serializer(app)
        assert serializer is not None, "an instance has a secret key"
        kept, signed_at = serializer.loads(value, return_timestamp=True)
        return kept, signed_at.timestamp()

    def get_cookie_name(self, app: flask.Flask) -> str:
        """Give the name under which the cookie is read and written."""
        plain = super().get_cookie_name(app)
        if is_desk():
            return plain + DESK_SUFFIX
        return plain + FRAMED_SUFFIX if self._is_framed(app) else plain

    def get_cookie_path(self, app: flask.Flask) -> str:
        """Send the desk's cookie to the desk only."""
        return DESK_PREFIX if is_desk() else super().get_cookie_path(app)

    def get_cookie_samesite(self, app: flask.Flask) -> str | None:
        """Let a page in a frame have its cookie; of the desk's no other site has any use."""
        if is_desk():
            return "Strict"
        return "None" if self._is_framed(app) else super().get_cookie_samesite(app)

    def get_cookie_secure(self, app: flask.Flask) -> bool:
        """Browsers take a cookie for frames over HTTPS only; the desk's stays where it was made."""
        if is_desk() and flask.request.is_secure:
            return True
        return self._is_framed(app) or super().get_cookie_secure(app)

    def get_cookie_partitioned(self, app: flask.Flask) -> bool:
        """Keep the cookie of a frame apart for each site around it."""
        return self._is_framed(app) or super().get_cookie_partitioned(app)

    def _is_framed(self, app: flask.Flask) -> bool:
        if is_desk():
            return False
        return super().get_cookie_name(app) + FRAMED_SUFFIX in flask.request.cookies or is_framed()
