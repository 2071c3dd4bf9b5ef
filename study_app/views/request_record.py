"""Note every request once: a line in the log, and a count; neither tells who asked for what.

The log has the template of an address, not the address, which may hold tokens. A request's id is
drawn here, and stands in its line, in the answer's header and on pages of errors, so that who
reports an error can be helped. Pictures have no such header: both of a pair have the same ones.
"""

import logging
import random
import time
from typing import TYPE_CHECKING, Any, cast

import flask
import sqlalchemy as sa

from study_app.events import Event, listen
from study_app.extensions import db
from study_app.log_lines import FIELDS

if TYPE_CHECKING:  # loaded only where something is counted
    from study_app.metrics import Metrics

HEADER = "X-Request-ID"
ID_BITS = 64
EXTENSION = "study_metrics"
# Of two pictures nothing but their pixels differs.
WITHOUT_HEADER = ("images.image", "screening.plate", "preview.plate")
METHODS = frozenset(("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"))
OTHER = "other"
# Every answer is a request, which has its line.
NOT_LOGGED: tuple[Event, ...] = ("answered",)
LOG = logging.getLogger("study_app")


def register_request_record(app: flask.Flask, metrics: "Metrics | None") -> None:
    """Note every request; register it first, so that it sees what the others refuse.

    Args:
        app: the web study.
        metrics: where to count; None counts nothing.
    """
    app.extensions[EXTENSION] = metrics
    app.before_request(_begin)
    app.after_request(_end)
    listen(_note_event)


def count_database_errors(app: flask.Flask) -> None:
    """Count what the database refuses; needs the app's database."""
    metrics: Metrics | None = app.extensions[EXTENSION]
    if metrics is None:
        return

    def count(context: sa.engine.ExceptionContext) -> None:
        metrics.count_database_error(context.original_exception)

    with app.app_context():
        sa.event.listen(db.engine, "handle_error", count)


def count_refusal(code: str) -> None:
    """Count a refusal by the code of its error."""
    metrics = _metrics()
    if metrics is not None:
        metrics.count_refusal(code)


def request_id() -> str | None:
    """Give the id of this request; None if it ended before it was given one."""
    found: str | None = flask.g.get("request_id")
    return found


def _begin() -> None:
    flask.g.began = time.perf_counter()
    # It names a line and proves nothing; each worker seeds its own (gunicorn does so).
    flask.g.request_id = f"{random.getrandbits(ID_BITS):016x}"


def _end(response: flask.Response) -> flask.Response:
    # The objects themselves: each look through Flask's stand-ins costs a microsecond.
    noted: Any = cast("Any", flask.g)._get_current_object()
    request: flask.Request = cast("Any", flask.request)._get_current_object()
    if "began" not in noted:
        return response
    seconds, endpoint = time.perf_counter() - noted.began, request.endpoint
    method = request.method if request.method in METHODS else OTHER
    if endpoint not in WITHOUT_HEADER:
        response.headers[HEADER] = noted.request_id
    if (metrics := _metrics()) is not None:
        metrics.count_request(endpoint or OTHER, method, response.status_code, seconds)
    if LOG.isEnabledFor(logging.INFO):
        line = {
            "method": method,
            "route": request.url_rule.rule if request.url_rule else None,
            "endpoint": endpoint,
            "status": response.status_code,
            "ms": round(1000 * seconds, 1),
            "request_id": noted.request_id,
        }
        LOG.info("request", extra={FIELDS: line})
    return response


def _note_event(event: Event, facts: dict[str, str]) -> None:
    if event not in NOT_LOGGED:
        LOG.info(event, extra={FIELDS: facts})
    if flask.has_app_context() and (metrics := _metrics()) is not None:
        metrics.count_event(event)


def _metrics() -> "Metrics | None":
    found: Metrics | None = flask.current_app.extensions.get(EXTENSION)
    return found
