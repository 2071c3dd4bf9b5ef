"""The trial API against its own description: whatever is sent, no error of the server.

schemathesis makes requests that fit ``openapi.json`` and others that do not, as somebody who takes
part; every reply has to be one that the description knows.
"""

import json
from pathlib import Path

import hypothesis
import pytest
import schemathesis
import sqlalchemy as sa
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import study_app
from study_app.extensions import db
from study_app.models import Response, StudySession
from tests.study_app.databases import app_on_copy
from tests.study_app.factories import Browser, response_body

DESCRIPTION = Path(study_app.__file__).parent / "static" / "openapi.json"
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
N_EXAMPLES = 30


@pytest.fixture(scope="module")
def participant(databases, tmp_path_factory, opened_database):
    """Somebody in a study with many pairs to come."""
    folder = tmp_path_factory.mktemp("openapi")
    with app_on_copy(databases, opened_database, folder) as app:
        browser = Browser(app)
        browser.consent()
        browser.get("/trials")
        yield browser


described = schemathesis.openapi.from_path(DESCRIPTION)
described.config.update(base_url="http://localhost")


OPERATIONS = {found.ok().label: found.ok() for found in described.get_all_operations()}
MODES = {"as described": GenerationMode.POSITIVE, "otherwise": GenerationMode.NEGATIVE}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_request_breaks_the_server(operation, mode, participant):
    @hypothesis.given(case=OPERATIONS[operation].as_strategy(generation_mode=MODES[mode]))
    @hypothesis.settings(
        max_examples=N_EXAMPLES, suppress_health_check=list(hypothesis.HealthCheck), database=None
    )
    def ask(case):
        send(case, participant)

    ask()


def send(case, participant):
    """Send a request as somebody who takes part, and hold the reply against the description."""
    current = participant.client.get("/api/trials/next").json
    if current["state"] == "trial" and "trial_key" in (case.path_parameters or {}):
        case.path_parameters["trial_key"] = current["trial_key"]
    app = participant.client.application
    cookie = participant.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    case.headers["X-CSRFToken"] = participant.form_token
    case.operation.schema.app = app  # asked without a network

    reply = case.call(app=app, cookies={cookie.key: cookie.value})

    case.validate_response(reply, checks=CHECKS)


def test_some_requests_were_right_and_stored_once(participant):
    """After the requests above: answers that fit the description are answers, one for each pair."""
    with participant.client.application.app_context():
        n_stored = db.session.query(Response).count()
        n_answered = db.session.scalars(sa.select(StudySession.n_answered)).one()

    assert 0 < n_stored == n_answered


def test_what_a_browser_sends_and_gets_is_as_described(participant):
    """The description is not wider than the truth: it names every field of a real trial."""
    schemas = json.loads(DESCRIPTION.read_text(encoding="utf-8"))["components"]["schemas"]
    trial = participant.client.get("/api/trials/next").json

    if trial["state"] == "trial":
        assert set(trial) == set(schemas["Trial"]["required"])
    assert set(response_body()) <= set(schemas["Response"]["properties"])
    assert set(schemas["Response"]["required"]) <= set(response_body())
