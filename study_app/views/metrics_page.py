"""The counts of the server for Prometheus, for whoever shows the token of the settings."""

import hmac
from datetime import UTC, datetime

import flask
import sqlalchemy as sa
from flask import Blueprint, request

from study_app.extensions import db
from study_app.models import StudySession
from study_app.views.request_record import EXTENSION

metrics_page = Blueprint("metrics_page", __name__)

UNAUTHORIZED = 401
TEXT = {"Content-Type": "text/plain; charset=utf-8"}


@metrics_page.get("/metrics")
def scrape() -> tuple[str | bytes, int, dict[str, str]]:
    """Give all counts; 404 where the settings have no token, 401 without that token."""
    token: str = flask.current_app.config["METRICS_TOKEN"]
    if not token:
        flask.abort(404)
    shown = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(shown, f"Bearer {token}".encode()):
        return "unauthorized\n", UNAUTHORIZED, {**TEXT, "WWW-Authenticate": "Bearer"}
    metrics = flask.current_app.extensions[EXTENSION]
    return metrics.page(_n_active), 200, {"Content-Type": metrics.content_type}


def _n_active() -> int | None:
    """Count the study sessions that go on; None when the database cannot be asked."""
    running = (
        sa.select(sa.func.count())
        .select_from(StudySession)
        .where(StudySession.state == "running", StudySession.lease_expires_at > datetime.now(UTC))
    )
    try:
        return db.session.scalar(running)
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        return None
