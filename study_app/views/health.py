"""Two addresses for whoever watches the server: is it alive, and can it take participants?

Neither needs a cookie, names anybody or says what is wrong: the log does.
"""

import flask
import sqlalchemy as sa
from flask import Blueprint

from study_app.catalog import check_open_studies
from study_app.errors import StudyError
from study_app.extensions import db, is_database_current

health = Blueprint("health", __name__)

TEXT = {"Content-Type": "text/plain; charset=utf-8"}
UNAVAILABLE = 503


@health.get("/healthz")
def alive() -> tuple[str, int, dict[str, str]]:
    """Say that a worker answers; asks neither the database nor the disk."""
    return "alive\n", 200, TEXT


@health.get("/readyz")
def ready() -> tuple[str, int, dict[str, str]]:
    """Say whether participants can take part: the database, its migration, the images of studies.

    503 with one line otherwise; a load balancer then asks another server.
    """
    reason = _what_is_missing()
    if reason is None:
        return "ready\n", 200, TEXT
    flask.current_app.logger.error("not ready: %s", reason)
    return "not ready\n", UNAVAILABLE, TEXT


def _what_is_missing() -> str | None:
    try:
        if not is_database_current():
            return "the database is not at the newest migration"
        check_open_studies(db.session())
    except sa.exc.SQLAlchemyError as error:
        return f"the database cannot be used: {type(error).__name__}"
    except StudyError as error:
        return str(error)
    finally:
        db.session.remove()
    return None
