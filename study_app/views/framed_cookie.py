"""The session cookies: the participants', which a frame needs with other attributes; the desk's.

Workers see the study in a frame on another site, where browsers send only cookies marked
``SameSite=None; Secure`` and, more and more, ``Partitioned``: a jar for each site around the frame.
Only studies of that recruiter set such a cookie, under a name of its own; once a browser has it,
it holds everything, so that there is never more than one that counts.

The researcher's desk has a cookie of its own, sent to the desk only and never from another site, so
that a researcher who takes part in the same browser stays two people.
"""

import flask
from flask.sessions import SecureCookieSessionInterface

from study_app.views.desk_paths import DESK_PREFIX, is_desk
from study_app.views.participant import is_framed

FRAMED_SUFFIX = "_framed"
DESK_SUFFIX = "_desk"


class StudyCookies(SecureCookieSessionInterface):
    """Flask's signed cookie, with the attributes of a framed page where there is a frame."""

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
