"""Whatever somebody types or forges, in every field of every address: no error of the server.

The addresses are those that the app knows. What is sent is what breaks databases, encoders and
parsers; Hypothesis mixes it.
"""

import json
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import AnyConverter, IntegerConverter

from study_app.extensions import db
from study_app.models import QuestionAnswer
from study_app.study_moves import open_study
from study_app.study_tables import StandardQuestions
from tests.study_app import factories
from tests.study_app.desk_logins import researcher, set_desk_password
from tests.study_app.factories import Browser, response_body

SERVER_ERROR = 500
IN_ADDRESSES = (
    "a\0b",
    "' OR '1'='1",
    "../../etc/passwd",
    "%s{0}",
    "\u202e\U0001f600é",
    "a" * 3_000,
)
HOSTILE = (
    "",
    "\0",
    "a\0b",
    "' OR '1'='1",
    "'; DROP TABLE trial; --",
    '") UNION SELECT code FROM participant --',
    "%s %(name)s {0} ${x}",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "\ud83d",
    "\u202e\ufeff\U0001f600é",
    "a\r\nSet-Cookie: a=b",
    "9" * 40,
    "-1",
    "1e999",
    "NaN",
    "a" * 5_000,
)
FIELDS = (
    "agree",
    "participant",
    "simulated",
    "PROLIFIC_PID",
    "STUDY_ID",
    "SESSION_ID",
    "assignmentId",
    "workerId",
    "turkSubmitTo",
    "language",
    "lang",
    "choice",
    "confirm",
    "confirmed",
    "measures",
    "outcome",
    "plate",
    "answer",
    "dark",
    "light",
    "display",
    "answer-strategy",
    "page",
    "condition",
    "only",
    "contact",
    "seen",
    "to",
    "next",
    "password",
)
TEXTS = st.sampled_from(HOSTILE) | st.text(max_size=12)
FORMS = st.dictionaries(st.sampled_from(FIELDS) | st.sampled_from(HOSTILE), TEXTS, max_size=6)
JSON_VALUES = st.recursive(
    TEXTS | st.none() | st.booleans() | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=3,
)
PATIENT = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)


@pytest.fixture(params=["participant", "researcher"])
def caller(request, open_app):
    """Somebody with a cookie: half-way through the study, or at the desk."""
    set_desk_password(open_app)
    if request.param == "researcher":
        return researcher(open_app)
    browser = Browser(open_app)
    browser.consent()
    browser.answer_next()
    return browser


def rules_of(app, method):
    return [rule for rule in app.url_map.iter_rules() if method in rule.methods]


def build(app, rule, text):
    """Give an address with a text in each part that takes one."""
    values = {name: _value(rule._converters[name], text) for name in rule.arguments}
    with app.test_request_context():
        return app.url_map.bind("").build(rule.endpoint, values)


def _value(converter, text):
    if isinstance(converter, IntegerConverter):
        return 7
    return min(converter.items) if isinstance(converter, AnyConverter) else text


def sound(answer, where):
    status, text = answer.status_code, answer.get_data()
    answer.close()
    assert status < SERVER_ERROR, f"{where} gave {status}"
    assert b"Traceback" not in text
    return status


def test_no_part_of_an_address_breaks_the_server(open_app, caller):
    for rule in rules_of(open_app, "GET"):
        for text in IN_ADDRESSES if rule.arguments else ():
            address = build(open_app, rule, text)
            sound(caller.client.get(address), address)


@PATIENT
@given(data=st.data(), form=FORMS)
def test_no_parameter_breaks_a_page(open_app, caller, data, form):
    rule = data.draw(st.sampled_from(rules_of(open_app, "GET")))
    address = build(open_app, rule, "colours")
    query = urlencode({_as_bytes(name): _as_bytes(text) for name, text in form.items()})

    sound(caller.client.get(address, query_string=query), f"{address}?{query}")


@PATIENT
@given(data=st.data(), form=FORMS)
def test_no_field_breaks_a_form(open_app, caller, data, form):
    rule = data.draw(st.sampled_from(rules_of(open_app, "POST")))
    address = build(open_app, rule, "colours")
    fields = {_as_bytes(name): _as_bytes(text) for name, text in form.items()}

    sound(post_form(caller, address, {**fields, b"csrf_token": caller.form_token}), address)


@PATIENT
@given(changes=st.dictionaries(st.sampled_from(sorted(response_body())), JSON_VALUES, min_size=1))
def test_no_value_of_an_answer_breaks_the_server(participant, changes):
    trial = participant.next_trial()
    if trial["state"] != "trial":
        return
    body = json.dumps({**response_body(), **changes})  # half a character is written as its number

    answer = participant.client.post(
        f"/api/trials/{trial['trial_key']}/response",
        data=body,
        content_type="application/json",
        headers={"X-CSRFToken": participant.form_token},
    )

    assert sound(answer, body) in (200, 400, 409, 413, 422)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_question_takes_any_words_or_asks_again(app, set_folder, text):
    """Free words are stored as they were typed, or refused; nobody is lost."""
    with app.app_context():
        source = factories.study_text(questions=StandardQuestions(("strategy",)))
        study = factories.create_study(source, set_folder).study
        open_study(db.session(), study, None, factories.NOW)
    browser = Browser(app)
    browser.consent()
    browser.answer_all()
    browser.get("/questions")
    field = {b"csrf_token": browser.form_token, b"answer-strategy": _as_bytes(text)}

    answer = post_form(browser, "/questions", field)

    assert sound(answer, text) in (302, 400, 422)
    with app.app_context():
        kept = db.session.scalars(sa.select(QuestionAnswer.answer)).all()
    if answer.status_code == 302 and text.isprintable() and text:
        assert kept == [text]


def post_form(caller, address, body):
    """Send a form as bytes, so that half a character goes as it is."""
    return caller.client.post(
        address, data=urlencode(body), content_type="application/x-www-form-urlencoded"
    )


def _as_bytes(text):
    return text.encode("utf-8", "surrogatepass")
