"""Security headers of every answer; a study on Mechanical Turk may stand in its frames."""

import flask

from study_app.recruiters import MTURK_FRAME_HOSTS, MTURK_SUBMIT_HOSTS
from study_app.views.participant import is_framed


def _policy(*, form_action: str, frame_ancestors: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob:",
            "connect-src 'self'",
            "font-src 'self'",
            f"form-action {form_action}",
            "base-uri 'none'",
            f"frame-ancestors {frame_ancestors}",
        )
    )


CONTENT_SECURITY_POLICY = _policy(form_action="'self'", frame_ancestors="'none'")
# Of a page that is only looked at.
POLICY_WITHOUT_FORMS = _policy(form_action="'none'", frame_ancestors="'none'")
FRAMED_POLICY = _policy(
    form_action=" ".join(("'self'", *MTURK_SUBMIT_HOSTS)),
    frame_ancestors=" ".join(MTURK_FRAME_HOSTS),
)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # same-origin, not no-referrer: form protection over HTTPS compares the referrer.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def register_headers(app: flask.Flask) -> None:
    """Add the headers to every answer; forbid every copy but those of static files."""
    app.after_request(_add_headers)


def _add_headers(response: flask.Response) -> flask.Response:
    policy = FRAMED_POLICY if is_framed() else CONTENT_SECURITY_POLICY
    # The report has a policy of its own: it brings its style along.
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers.extend(HEADERS)
    hsts_seconds = flask.current_app.config["HSTS_SECONDS"]
    if hsts_seconds and flask.request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={hsts_seconds}"
    if flask.request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
