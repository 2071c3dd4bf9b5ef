"""The web study: stores what was planned, shown and answered."""

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import flask
import sqlalchemy as sa
from werkzeug.middleware.proxy_fix import ProxyFix

from study_app.config import Settings, load_settings
from study_app.extensions import init_extensions
from study_app.views.desk_login import door_pages
from study_app.views.desk_pages import desk
from study_app.views.ending import ending
from study_app.views.error_pages import register_error_pages
from study_app.views.framed_cookie import StudyCookies
from study_app.views.headers import register_headers
from study_app.views.health import health
from study_app.views.images import images
from study_app.views.language import register_languages
from study_app.views.metrics_page import metrics_page
from study_app.views.pages import pages
from study_app.views.participant import add_study
from study_app.views.plain_lane import register_plain_trials
from study_app.views.presenter_check import presenter_check
from study_app.views.preview import preview
from study_app.views.rate_limits import register_rate_limits
from study_app.views.recruiting import add_recruiting
from study_app.views.request_record import count_database_errors, register_request_record
from study_app.views.screening import screening_pages
from study_app.views.trial_api import trial_api

if TYPE_CHECKING:
    from study_app.metrics import Metrics

LONGEST_REQUEST_BYTES = 64 * 1024
COOKIE_LIFETIME = timedelta(days=7)
# By each worker; its threads are more, but few of them are at the database at one time. On
# PostgreSQL what every trial asks has connections of its own: prepared.py.
CONNECTIONS_KEPT = {"sqlite": 10, "postgresql": 4}


def create_app(settings: Settings | None = None) -> flask.Flask:
    """Make the web study.

    Args:
        settings: of the instance; read from its folder and the environment if None.
    """
    settings = settings or load_settings()
    app = flask.Flask(__name__, instance_path=str(settings.instance_path))
    app.config.from_mapping(_flask_config(settings))
    # no view is asynchronous, and Flask asks each of them each time
    app.ensure_sync = lambda function: function  # type: ignore[method-assign,assignment]
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    register_request_record(app, _metrics(settings))
    init_extensions(app)
    count_database_errors(app)
    participants = (pages, screening_pages, ending, trial_api, images)
    for blueprint in (
        *participants,
        presenter_check,
        health,
        metrics_page,
        door_pages,
        desk,
        preview,
    ):
        app.register_blueprint(blueprint)
    app.session_interface = StudyCookies()
    app.context_processor(add_study)
    app.context_processor(add_recruiting)
    register_languages(app)
    register_error_pages(app)
    register_headers(app)
    register_rate_limits(app)
    register_plain_trials(app)
    return app


def _metrics(settings: Settings) -> "Metrics | None":
    if not settings.metrics_token:
        return None
    from study_app.metrics import Metrics  # memory for those only who want it

    return Metrics()


def _flask_config(settings: Settings) -> dict[str, object]:
    # Two instances on one host have different keys; different names keep their cookies apart.
    instance = hashlib.sha256(settings.secret_key.encode()).hexdigest()[:8]
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        # An error in the log names the statement, never what somebody answered.
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True} | _pool(settings.database_url),
        "SESSION_COOKIE_NAME": f"study_{instance}",
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "HSTS_SECONDS": settings.hsts_seconds,
        "METRICS_TOKEN": settings.metrics_token,
        "SENDFILE": settings.sendfile,
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": COOKIE_LIFETIME,
        "MAX_CONTENT_LENGTH": LONGEST_REQUEST_BYTES,
        # A form is good as long as the cookie: a participant may rest as long as they like.
        "WTF_CSRF_TIME_LIMIT": None,
    }


def _pool(database_url: str) -> dict[str, int]:
    # A database in memory is its one connection.
    url = sa.make_url(database_url)
    in_memory = url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")
    return {} if in_memory else {"pool_size": CONNECTIONS_KEPT.get(url.get_backend_name(), 1)}
