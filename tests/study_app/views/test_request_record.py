"""What the log and the counts say of requests, and what they never say."""

import json
import logging

import pytest
import sqlalchemy as sa

from study_app.extensions import db
from study_app.log_lines import FIELDS, JsonLines, TextLines
from study_app.models import Participant, Response, StudySession, Trial
from study_app.study_moves import open_study
from study_app.study_tables import Recruiter
from study_app.views import pages
from study_app.views.request_record import EXTENSION, HEADER
from tests.study_app import factories
from tests.study_app.counting import counting
from tests.study_app.desk_logins import researcher
from tests.study_app.test_metrics import samples

ADDRESS = "203.0.113.77"
AGENT = "Netscape Navigator 4.04"
CARRIED = {"PROLIFIC_PID": "5f3a9c0e8b7d6a5f4e3d2c1b", "SESSION_ID": "60d1f2e3a4b5c6d7e8f90a1b"}


@pytest.fixture(autouse=True)
def listening(caplog):
    caplog.set_level(logging.INFO, "study_app")


@pytest.fixture
def requests_of(caplog):
    """Give the lines of requests since the last call."""

    def give():
        lines = [vars(r)[FIELDS] for r in caplog.records if r.msg == "request"]
        caplog.clear()
        return lines

    return give


@pytest.fixture
def counting_app(open_app):
    """The open study in an app that counts."""
    with counting(open_app) as app:
        yield app


def counts(app):
    return samples(app.extensions[EXTENSION].page(lambda: 0))


def test_a_request_has_one_line_with_its_route(browser, requests_of):
    page = browser.get("/study/colours")

    (line,) = requests_of()
    assert line.pop("ms") >= 0
    assert line == {
        "method": "GET",
        "route": "/study/<study_id>",
        "endpoint": "pages.invitation",
        "status": 200,
        "request_id": page.headers[HEADER],
    }


def test_every_request_has_an_id_of_its_own(browser):
    ids = {browser.get("/healthz").headers[HEADER] for _ in range(5)}

    assert len(ids) == 5


def test_an_id_that_is_sent_is_not_taken_over(browser):
    page = browser.client.get("/healthz", headers={HEADER: "mine"})

    assert page.headers[HEADER] != "mine"


def test_both_pictures_of_a_pair_have_the_same_headers(participant):
    left, right = (
        participant.client.get(url).headers for url in participant.next_trial()["images"].values()
    )

    assert HEADER not in left
    assert list(left) == list(right)


def test_an_address_that_is_not_there_is_not_in_the_log(browser, requests_of):
    page = browser.get("/my/secret/place?with=values")

    (line,) = requests_of()
    assert (line["route"], line["endpoint"], line["status"]) == (None, None, 404)
    assert line["request_id"] in page.text


def test_a_method_that_nobody_knows_is_another(browser, requests_of):
    browser.client.open("/healthz", method="MYNAMEISBOB")

    assert requests_of()[0]["method"] == "other"


def test_the_desks_error_page_has_the_id_too(open_app):
    page = researcher(open_app).client.get("/desk/none/")

    assert page.status_code == 404
    assert page.headers[HEADER] in page.text


def test_a_crash_is_noted_with_its_traceback_and_counted(counting_app, monkeypatch, caplog):
    counting_app.testing = False
    monkeypatch.setattr(pages, "all_studies", lambda _session: 1 / 0)

    page = counting_app.test_client().get("/")

    crash, line = caplog.records[-2:]
    assert "ZeroDivisionError" in JsonLines().format(crash)
    assert (vars(line)[FIELDS]["status"], page.status_code) == (500, 500)
    assert page.headers[HEADER] in page.text
    assert counts(counting_app)["study_app_refusals_total", ("code", "internal-error")] == 1


def test_a_request_refused_before_its_view_is_noted(browser, requests_of):
    refused = browser.client.post("/study/colours/consent")

    assert refused.status_code == 400
    assert requests_of()[0]["endpoint"] == "pages.give_consent"


def test_counts_are_those_of_the_database(counting_app):
    browser = factories.Browser(counting_app)
    browser.consent()
    n = browser.answer_all()
    last = browser.client.get("/api/trials/next").json
    assert last["state"] == "finished"

    found = counts(counting_app)
    with counting_app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Response.id))) == n
    of_event = {name: found["study_app_events_total", ("event", name)] for name in
                ("enrolled", "answered", "finished", "withdrew")}  # fmt: skip
    assert of_event == {"enrolled": 1, "answered": n, "finished": 1, "withdrew": 0}


def test_an_answer_sent_twice_is_counted_once(counting_app):
    browser = factories.Browser(counting_app)
    browser.consent()
    trial, body = browser.next_trial(), factories.response_body()
    for _ in range(2):
        assert browser.answer(trial["trial_key"], body).status_code == 200

    assert counts(counting_app)["study_app_events_total", ("event", "answered")] == 1


def test_refusals_and_errors_of_the_database_are_counted(counting_app):
    browser = factories.Browser(counting_app)
    browser.consent()
    assert browser.answer("none").status_code == 404
    with counting_app.app_context():
        db.session.execute(sa.text("DROP TABLE question_answer"))
        db.session.execute(sa.text("DROP TABLE response"))
        db.session.commit()
    counting_app.testing = False
    trial = browser.next_trial()
    assert browser.answer(trial["trial_key"]).status_code == 500

    found = counts(counting_app)
    assert found["study_app_refusals_total", ("code", "unknown-trial")] == 1
    kinds = {key: n for key, n in found.items() if key[0] == "study_app_database_errors_total"}
    assert list(kinds.values()) == [1]


def test_what_is_counted_names_no_study_person_or_picture(counting_app):
    browser = factories.Browser(counting_app)
    browser.consent(participant="somebody")
    browser.answer_all()
    with counting_app.app_context():
        secrets = secrets_of_everybody()

    page = counting_app.extensions[EXTENSION].page(lambda: 0).decode()

    labels = {name for key in counts(counting_app) for name, *_ in key[1:]}
    assert labels <= {"endpoint", "method", "status", "le", "event", "code", "kind"}
    assert [secret for secret in secrets if secret in page] == []


def test_a_whole_visit_leaves_nobody_in_the_log(open_app, set_folder, caplog):
    """Prolific's names, cookies, tokens, keys, address, browser and answers; in both formats."""
    recruiter = Recruiter(kind="prolific", completion_code="C1")
    with open_app.app_context():
        source = factories.study_text(id="prolific", recruiter=recruiter)
        stored = factories.create_study(source, set_folder)
        open_study(db.session(), stored.study, None, factories.NOW)
    app = open_app
    browser = factories.Browser(app)
    browser.client.environ_base.update(REMOTE_ADDR=ADDRESS, HTTP_USER_AGENT=AGENT)
    browser.consent("prolific", **CARRIED, STUDY_ID="the study")
    trial = browser.next_trial()
    for address in trial["images"].values():
        assert browser.get(address).status_code == 200
    browser.answer_all()
    for address in ("/questions", "/debrief", "/nowhere/" + trial["trial_key"], "/withdraw"):
        browser.get(address)
    browser.answer("none")
    browser.post_form("/withdraw", wish="keep")
    app.testing = False
    with app.app_context():
        secrets = secrets_of_everybody()
        db.session.execute(sa.text("DROP TABLE question_answer"))
        db.session.execute(sa.text("DROP TABLE response"))
        db.session.commit()
    browser.answer(trial["trial_key"])
    cookie = next(iter(browser.client._cookies.values())).value

    secrets |= {*CARRIED.values(), ADDRESS, AGENT, cookie, browser.form_token}
    for formatter in (JsonLines(), TextLines()):
        lines = [formatter.format(record) for record in caplog.records]
        assert len(lines) > 20
        assert [(s, line) for s in secrets for line in lines if s in line] == []
    events = [json.loads(JsonLines().format(record))["event"] for record in caplog.records]
    assert {"request", "enrolled", "finished", "unexpected error"} <= set(events)


def secrets_of_everybody():
    """Give all names in the database that stand for a person, a pair or an answer."""
    columns = (
        Participant.code,
        Participant.external_id,
        StudySession.code,
        StudySession.enrolment_key,
        StudySession.completion_code,
        Trial.trial_key,
        Trial.left_token,
        Trial.right_token,
        Response.response_key,
    )
    found = {value for column in columns for value in db.session.scalars(sa.select(column))}
    return found - {None}
