"""Count who looks at the pages up to consent, and who is refused there; nobody is known by it."""

import flask

from study_app import flow_counts
from study_app.errors import StudyError
from study_app.extensions import db
from study_app.flow_counts import FlowEvent
from study_app.models import Study
from study_app.views.recruiting import SIMULATED

CONSENT_ENDPOINTS = ("pages.consent", "pages.give_consent")


def count(study: Study, event: FlowEvent) -> None:
    """Count an event on a page of a study."""
    simulated = bool(flask.request.values.get(SIMULATED))
    flow_counts.count(db.session(), study, event, simulated=simulated)


def count_refusal(error: StudyError) -> None:
    """Count an error as a refusal if it came between the invitation and the first page inside."""
    study: Study | None = flask.g.get("study")
    if study is not None and flask.request.endpoint in CONSENT_ENDPOINTS:
        db.session.rollback()
        count(study, flow_counts.event_of_refusal(error))
